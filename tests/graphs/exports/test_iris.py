"""Exports call types as the ontology does that they are from."""

import warnings
from pathlib import Path

import pytest
from rdflib import RDF, Dataset, Graph, URIRef

from questgraph.graphs.exports import export
from questgraph.graphs.exports.rdf import NODE, to_rdf
from questgraph.graphs.exports.rows import graph_of as from_rows
from questgraph.graphs.exports.rows import rows_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.validation import violations
from questgraph.tools.ontologies.vocabulary import ROLE, TYPE
from questgraph.tools.ontologies.writing import to_shacl
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

from .graphs import graph_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PERSON, KNOWS = "http://example.org/Person", "http://example.org/staff#knows"
SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person", iri=PERSON), EntityType(name="city")),
    relations=(
        RelationType(name="knows", head=("person",), tail=("person",), iri=KNOWS),
        RelationType(name="likes"),
    ),
    events=(EventType(name="hire", roles=(Role(name="who", types=("person",)),)),),
)
HEAD, TAIL, EVENT = (URIRef(NODE[id_]) for id_ in ("e:1", "e:2", "v:1"))


@pytest.fixture
def graph() -> KnowledgeGraph:
    graph = graph_of("Ann")
    graph.nodes["v:1"]["type"] = "hire"
    graph.graph["iris"] = {"person": PERSON, "knows": KNOWS}
    return graph


@pytest.mark.parametrize(("format_", "parser"), [("turtle", "turtle"), ("jsonld", "json-ld")])
def test_classes_and_properties_have_the_iris_of_the_schema_and_others_ours(
    format_: str, parser: str, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    rdf = Graph().parse(export(graph, format_, tmp_path), format=parser)

    assert (HEAD, RDF.type, URIRef(PERSON)) in rdf
    assert (HEAD, URIRef(KNOWS), TAIL) in rdf
    assert (None, RDF.predicate, URIRef(KNOWS)) in rdf
    assert (EVENT, RDF.type, TYPE.hire) in rdf
    assert (HEAD, TYPE.likes, TAIL) in rdf
    assert (EVENT, ROLE.who, HEAD) in rdf
    assert not list(rdf.triples((None, TYPE.knows, None)))


def test_documents_state_it_by_the_same_iris(graph: KnowledgeGraph, tmp_path: Path) -> None:
    rdf = Dataset().parse(export(graph, "trig", tmp_path), format="trig")

    stated = rdf.graph(URIRef("urn:questgraph:document:a.txt"))
    assert (HEAD, URIRef(KNOWS), TAIL) in stated
    assert (HEAD, RDF.type, URIRef(PERSON)) in stated


def test_a_role_that_is_called_like_a_type_keeps_its_own_iri(graph: KnowledgeGraph) -> None:
    graph.edges["v:1", "e:1", "r:3"]["type"] = "knows"

    assert (EVENT, ROLE.knows, HEAD) in to_rdf(graph)


@pytest.mark.parametrize(
    "iri",
    [
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.w3.org/ns/prov#wasDerivedFrom",
        "urn:questgraph:vocabulary:digest",
    ],
)
def test_an_iri_by_which_exports_say_something_is_no_name_of_a_type(
    iri: str, graph: KnowledgeGraph
) -> None:
    graph.graph["iris"]["knows"] = iri

    rdf = to_rdf(graph)

    assert (HEAD, TYPE.knows, TAIL) in rdf
    assert (HEAD, URIRef(iri), TAIL) not in rdf


@pytest.mark.parametrize(("tail", "conforms"), [("person", True), ("city", False)])
def test_the_shapes_of_the_schema_are_about_what_is_exported(
    tail: str, conforms: bool, graph: KnowledgeGraph
) -> None:
    pyshacl = pytest.importorskip("pyshacl")
    graph.nodes["e:2"]["type"] = tail
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        found, _, _ = pyshacl.validate(to_rdf(graph), shacl_graph=to_shacl(SCHEMA))

    assert found is conforms
    assert (violations(graph, SCHEMA) == []) is conforms


def test_rows_have_the_iri_of_their_type_and_give_the_graph_back(graph: KnowledgeGraph) -> None:
    rows = rows_of(graph)

    back = from_rows(rows)

    assert f'"iri": "{PERSON}"' in rows.nodes[0].data
    assert dict(back.nodes) == dict(graph.nodes)
    assert dict(back.edges) == dict(graph.edges)
    assert back.graph == graph.graph
