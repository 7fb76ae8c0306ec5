"""What a graph was made of, and what it becomes when things in it turn out to be one."""

from collections.abc import Collection, Mapping

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from questgraph.graphs.composing import facts_of
from questgraph.graphs.evidence import entering
from questgraph.graphs.knowledge import KnowledgeGraph, build, merged
from questgraph.graphs.naming import entity_id
from questgraph.graphs.resolution import Identity, Name, resolve_names
from questgraph.graphs.resolution.links import Merge
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema

from .corpora import ADAM, MANY, SCHEMA, claim, corpora, document, mention, whole

Corpus = tuple[list[Claim], dict[str, Document]]


def merges_in(graph: KnowledgeGraph, ids: Collection[str]) -> dict[str, Merge]:
    """Make the first of some entities of all of them."""
    first, *others = ids
    type_ = graph.nodes[first]["type"]
    return {id_: Merge(first, type_, "for a test", "person") for id_ in others}


@settings(max_examples=200, deadline=None)
@given(corpora(MANY))
def test_a_graph_has_every_fact_once_in_the_order_of_the_text(corpus: Corpus) -> None:
    claims, documents = corpus

    facts = facts_of(build(claims, documents, SCHEMA))

    said = [claim.id for claim in entering(claims, SCHEMA) if claim.kind != "entity"]
    assert [fact.evidence["claim"] for fact in facts if fact.kind != "entity"] == said
    assert {fact.evidence["claim"] for fact in facts} == {c.id for c in entering(claims, SCHEMA)}


@settings(max_examples=200, deadline=None)
@given(corpora(MANY))
def test_where_nothing_is_merged_the_graph_is_the_same_and_apart_from_it(corpus: Corpus) -> None:
    graph = build(*corpus, SCHEMA)
    before = whole(graph)

    same = merged(graph, SCHEMA, {})

    assert whole(same) == before
    for *_, edge in same.edges(data=True):
        edge["support"][0]["mentions"].clear()
    assert whole(graph) == before


@settings(max_examples=300, deadline=None)
@given(corpora(MANY), st.data())
def test_a_merged_graph_is_that_of_claims_which_name_one_thing(
    corpus: Corpus, data: st.DataObject
) -> None:
    claims, documents = corpus
    graph = build(claims, documents, SCHEMA)
    ids = [id_ for id_, node in graph.nodes(data=True) if node["kind"] == "entity"]
    assume(ids)
    merges = merges_in(graph, data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)))

    def resolve(
        names: Collection[Name], schema: Schema, documents: Mapping[str, Document]
    ) -> dict[Name, Identity]:
        found = resolve_names(names, schema, documents)
        by_id = {entity_id(each.type, each.key): each for each in found.values()}
        into = {id_: merges[id_].into if id_ in merges else id_ for id_ in by_id}
        return {name: by_id[into[entity_id(each.type, each.key)]] for name, each in found.items()}

    one = merged(graph, SCHEMA, merges)

    told = [part["id"] for _, node in one.nodes(data=True) for part in node.pop("merged", ())]
    assert told == list(merges)
    assert whole(one) == whole(build(claims, documents, SCHEMA, resolve=resolve))


def test_events_that_two_spellings_kept_apart_are_one_when_the_spellings_are() -> None:
    text = document("d", "Ann Lee", "hired", *ADAM)
    claims = [
        claim(text, "event", "hire", ("trigger", mention(text, "hired")), ("by", mention(text, by)))
        for by in ADAM
    ]
    graph = build(claims, {"d": text}, SCHEMA)

    one = merged(graph, SCHEMA, merges_in(graph, [id_ for id_ in graph if id_.startswith("e:")]))

    assert kinds(graph) == ["entity", "entity", "event", "event"]
    assert kinds(one) == ["entity", "event"]


def test_what_is_merged_has_the_type_that_the_merge_gives_it() -> None:
    text = document("d", *ADAM)
    claims = [
        claim(text, "entity", type_, ("mention", mention(text, name)))
        for name, type_ in zip(ADAM, ("agent", "firm"), strict=True)
    ]
    graph = build(claims, {"d": text}, SCHEMA)
    wide, narrow = sorted(graph, key=lambda id_: str(graph.nodes[id_]["type"]))

    one = merged(
        graph, SCHEMA, {id_: Merge(wide, "firm", "hyphen", "rule") for id_ in (wide, narrow)}
    )

    ((id_, node),) = one.nodes(data=True)
    assert (id_, node["type"], node["aliases"]) == (wide, "firm", ["ADAM17"])
    assert [part["id"] for part in node["merged"]] == [narrow]


def kinds(graph: KnowledgeGraph) -> list[str]:
    return [node["kind"] for _, node in graph.nodes(data=True)]
