import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questgraph.graphs.assembly import assemble, finished
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.reduce import (
    Row,
    graph_from,
    introduced,
    joined,
    longs_from,
    parts,
    placed,
    settled,
    whole_from,
)
from questgraph.graphs.resolution import lineages
from questgraph.tools.records import Claim, Document

from .corpora import ADAM, MANY, SCHEMA, claim, corpora, document, mention, whole


def reduced(
    claims: Iterable[Claim], documents: Mapping[str, Document], dice: Random | None = None
) -> KnowledgeGraph:
    """Put a graph together as several machines would, in whatever order their rows arrive."""
    dice = dice or Random(0)
    said: defaultdict[str, list[Claim]] = defaultdict(list)
    for one in claims:
        said[one.document_id].append(one)
    each = [(documents[id_], some) for id_, some in said.items()]
    longs = longs_from(shuffled(dice, (introduced(*one, SCHEMA) for one in each)))
    uses = by("name", shuffled(dice, (placed(*one, SCHEMA, longs) for one in each)))
    decided = [row for rows in uses if (row := settled(rows, lineages(SCHEMA)))]
    whole = whole_from(longs, shuffled(dice, [decided]))
    rows = shuffled(dice, (parts(*one, SCHEMA, whole) for one in each))
    made = shuffled(dice, [[joined(group) for group in by("id", rows)]])
    edges = [row for row in made if "head" in row]
    return graph_from([row for row in made if "head" not in row], edges, SCHEMA.name)


def shuffled(dice: Random, rows: Iterable[Iterable[Row]]) -> list[Row]:
    sent = [json.loads(json.dumps(row)) for some in rows for row in some]
    dice.shuffle(sent)
    return sent


def by(column: str, rows: Iterable[Row]) -> list[list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return list(groups.values())


def types_by_name(graph: KnowledgeGraph) -> set[tuple[str, str]]:
    return {(data["name"], data["type"]) for _, data in graph.nodes(data=True)}


@settings(max_examples=300, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_the_graph_is_that_of_all_claims_together(
    corpus: tuple[list[Claim], dict[str, Document]], dice: Random
) -> None:
    claims, documents = corpus

    graph = reduced(claims, documents, dice)

    assert whole(graph) == whole(build(claims, documents, SCHEMA))


@settings(max_examples=300, deadline=None)
@given(corpora(MANY), st.randoms(use_true_random=False))
def test_what_is_made_of_it_is_what_one_process_makes(
    corpus: tuple[list[Claim], dict[str, Document]], dice: Random
) -> None:
    claims, documents = corpus

    graph = finished(reduced(claims, documents, dice), documents, SCHEMA)

    assert whole(graph) == whole(assemble(claims, documents, SCHEMA))


def test_what_several_documents_say_of_one_thing_is_joined_after_the_reduce() -> None:
    documents = {
        id_: document(id_, "Ann Lee", "hired", adam) for id_, adam in zip("ab", ADAM, strict=True)
    }
    claims = [
        claim(
            one,
            "relation",
            "leads",
            ("head", mention(one, "Ann Lee", type_="person")),
            ("tail", mention(one, adam, type_="firm")),
        )
        for one, adam in zip(documents.values(), ADAM, strict=True)
    ]

    graph = finished(reduced(claims, documents), documents, SCHEMA)

    ((_, adam, edge),) = graph.edges(data=True)
    assert [record["document"] for record in edge["support"]] == ["a", "b"]
    (part,) = graph.nodes[adam]["merged"]
    assert "hyphens, plural or order" in part["reason"]


ONE = document("one", "Ann Lee", "World Health Organization", "(WHO)")
TWO = document("two", "WHO", "Ann Lee", "he", "1990")
DOCUMENTS = {"one": ONE, "two": TWO}


@pytest.mark.parametrize(
    ("claims", "nodes"),
    [
        (
            [
                claim(ONE, "entity", "person", ("mention", mention(ONE, "Ann Lee"))),
                claim(TWO, "entity", "agent", ("mention", mention(TWO, "Ann Lee"))),
            ],
            {("Ann Lee", "person")},
        ),
        (
            [
                claim(
                    ONE, "entity", "firm", ("mention", mention(ONE, "World Health Organization"))
                ),
                claim(TWO, "entity", "firm", ("mention", mention(TWO, "WHO"))),
            ],
            {("World Health Organization", "firm")},
        ),
        (
            [
                claim(ONE, "entity", "person", ("mention", mention(ONE, "Ann Lee"))),
                claim(TWO, "entity", "firm", ("mention", mention(TWO, "Ann Lee"))),
            ],
            {("Ann Lee", "person"), ("Ann Lee", "firm")},
        ),
    ],
    ids=["narrower type", "short form", "homonyms"],
)
def test_what_one_document_says_of_a_name_holds_in_all(
    claims: list[Claim], nodes: set[tuple[str, str]]
) -> None:
    assert types_by_name(reduced(claims, DOCUMENTS)) == nodes


def test_a_qualifier_points_to_what_another_document_calls_an_entity() -> None:
    ends = ("head", mention(TWO, "WHO")), ("tail", mention(TWO, "he"))
    qualified = claim(TWO, "relation", "knows", *ends, ("by", mention(TWO, "Ann Lee")))
    named = claim(ONE, "entity", "person", ("mention", mention(ONE, "Ann Lee")))

    graph = reduced([qualified, named], DOCUMENTS)

    ((_, _, edge),) = graph.edges(data=True)
    (ann,) = [id_ for id_, data in graph.nodes(data=True) if data["name"] == "Ann Lee"]
    pointed = [m["node"] for m in edge["support"][0]["mentions"] if m["role"] == "by"]
    assert pointed == [ann]


def test_qualifiers_stand_in_the_order_of_the_documents() -> None:
    documents = {id_: document(id_, "Ann Lee", "Acme", id_) for id_ in "edcba"}
    claims = [
        claim(
            one,
            "relation",
            "leads",
            ("head", mention(one, "Ann Lee")),
            ("tail", mention(one, "Acme")),
            ("when", mention(one, id_, one.text.count(id_) - 1)),
        )
        for id_, one in documents.items()
    ]

    graph = reduced(claims, documents)

    ((*_, edge),) = graph.edges(data=True)
    assert edge["qualifiers"] == {"when": list("abcde")}
    assert whole(graph) == whole(build(claims, documents, SCHEMA))


def test_documents_are_told_of_a_name_only_what_they_cannot_know() -> None:
    alone = {"name": "acme", "type": "firm", "place": "firm", "node": True}
    typed = {"name": "acme", "type": "agent", "place": "agent", "node": True}
    qualifier = {"name": "acme", "type": "firm", "place": "firm", "node": False}

    lineage = lineages(SCHEMA)

    assert settled([alone], lineage) is None
    assert settled([qualifier], lineage) is None
    told = settled([alone, typed], lineage)
    assert told is not None
    assert (told["types"], told["shared"]) == (["agent", "firm"], [])
    shared = settled([alone, qualifier], lineage)
    assert shared is not None
    assert len(shared["shared"]) == 1
