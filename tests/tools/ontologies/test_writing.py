"""Schemas as SHACL, and back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, SH, Graph, Literal, URIRef

from questgraph.tools.ontologies.reading import read_ontology, schema_from_rdf
from questgraph.tools.ontologies.vocabulary import TYPE
from questgraph.tools.ontologies.writing import to_shacl
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
from questgraph.tools.schema_sources import general

FIRMS = Schema(
    name="firms",
    entities=(
        EntityType(name="person", guideline="A human being.", examples=("Ann", "Bo Ek")),
        EntityType(name="body"),
        EntityType(name="firm", is_a="body", iri="http://example.org/Firm"),
    ),
    relations=(
        RelationType(name="works_for", head=("person",), tail=("firm", "body"), functional=True),
        RelationType(name="knows", head=("person",), tail=("person",), symmetric=True),
        RelationType(name="owns", tail=("firm",), inverse="owned_by"),
        RelationType(name="about"),
        RelationType(name="parent_of", at_most=5, asymmetric=True),
    ),
    events=(
        EventType(
            name="hiring",
            guideline="Somebody is hired.",
            roles=(
                Role(name="who", types=("person",), many=False, guideline="Who begins."),
                Role(name="when"),
            ),
        ),
    ),
)

WORDS = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = st.text(max_size=20).map(lambda text: " ".join(text.split()))
LISTS = st.lists(
    st.text(min_size=1, max_size=9).map(lambda text: " ".join(text.split())).filter(bool),
    max_size=3,
).map(lambda words: tuple(sorted(set(words))))


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    names = draw(st.lists(WORDS, min_size=4, max_size=9, unique=True).filter(_unambiguous))
    things, joining, happening = names[:2], names[2:-1], names[-1]

    def said(name: str) -> dict[str, object]:
        examples = tuple(word for word in draw(LISTS) if word != name)
        return {"name": name, "guideline": draw(TEXTS), "examples": examples}

    some = st.lists(st.sampled_from(things), unique=True, max_size=2).map(tuple)
    return Schema(
        name=draw(WORDS),
        entities=(
            EntityType(**said(things[0])),
            EntityType(**said(things[1]), is_a=draw(st.sampled_from(["", things[0]]))),
        ),
        relations=tuple(
            RelationType(
                **said(name), head=draw(some), tail=draw(some), functional=draw(st.booleans())
            )
            for name in joining
        ),
        events=(
            EventType(
                **said(happening),
                roles=tuple(
                    Role(name=role, types=draw(some), many=draw(st.booleans()))
                    for role in draw(st.lists(WORDS, unique=True, max_size=2).filter(_unambiguous))
                    if role != "trigger"
                ),
            ),
        ),
    )


def _unambiguous(names: list[str]) -> bool:
    """Say whether names stay different when what no encoding can hold is replaced."""
    return len({name.encode("utf-8", "replace") for name in names}) == len(names)


def test_a_schema_comes_back_from_shacl_as_it_went() -> None:
    imported = schema_from_rdf(to_shacl(FIRMS), "shapes")

    assert imported.schema == FIRMS
    assert imported.notes == ()


@pytest.mark.parametrize("suffix", [".ttl", ".rdf", ".jsonld", ".nt", ".trig"])
def test_a_schema_comes_back_from_files_in_every_form(suffix: str) -> None:
    formats = {".ttl": "turtle", ".rdf": "xml", ".jsonld": "json-ld", ".nt": "nt", ".trig": "trig"}
    graph = to_shacl(FIRMS)
    data = graph.serialize(format=formats[suffix], encoding="utf-8")

    assert read_ontology(data, f"firms{suffix}").schema == FIRMS


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_names_and_texts_of_any_kind_come_back_from_shacl(schema: Schema) -> None:
    turtle = to_shacl(schema).serialize(format="turtle", encoding="utf-8")

    assert read_ontology(turtle, "x.ttl").schema == schema


def test_what_shacl_has_no_words_for_is_left_out() -> None:
    schema = Schema(
        name="s",
        entities=(EntityType(name="drug", avoid="Classes of drugs.", question="Which drugs?"),),
        relations=(RelationType(name="treats", qualifiers=(Role(name="dose"),)),),
    )

    again = schema_from_rdf(to_shacl(schema), "x").schema

    assert again == replace(
        schema,
        entities=(EntityType(name="drug"),),
        relations=(RelationType(name="treats"),),
    )


def test_the_general_schema_is_written_and_read_with_its_types_in_order() -> None:
    again = schema_from_rdf(to_shacl(general()), "x").schema

    assert [t.name for t in again.types()] == [t.name for t in general().types()]
    assert [(r.head, r.tail) for r in again.relations] == [
        (r.head, r.tail) for r in general().relations
    ]


def test_types_are_classes_and_shapes_and_signatures_are_demanded_of_both_ends() -> None:
    graph = to_shacl(FIRMS)

    firm, works_for = URIRef("http://example.org/Firm"), TYPE.works_for
    shape = graph.value(predicate=SH.path, object=works_for)
    (start,) = set(graph.subjects(SH.targetSubjectsOf, works_for)) - {shape}
    assert {OWL.Class, SH.NodeShape} <= set(graph.objects(firm, RDF.type))
    assert (TYPE.person, SH.property, shape) in graph
    assert (start, SH["class"], TYPE.person) in graph
    assert (shape, SH.maxCount, Literal(1)) in graph
    assert _ways(graph, shape) == {firm, TYPE.body}


def test_a_symmetric_relation_has_the_types_of_both_ends_at_both() -> None:
    schema = Schema(
        name="s",
        entities=(EntityType(name="a"), EntityType(name="b")),
        relations=(RelationType(name="near", head=("a",), tail=("b",), symmetric=True),),
    )

    (near,) = schema_from_rdf(to_shacl(schema), "x").schema.relations

    assert (near.head, near.tail) == (("a", "b"), ("a", "b"))


def _ways(graph: Graph, shape: object) -> set[object]:
    """Return the classes of which a shape demands one."""
    (head,) = graph.objects(shape, SH["or"])  # type: ignore[arg-type]
    return {c for way in graph.items(head) for c in graph.objects(way, SH["class"])}
