"""What is worth a person's time comes first, and says why."""

from dataclasses import replace

import networkx as nx

from questgraph.agents.review.editing import accepted, merged, parted, respanned
from questgraph.agents.review.queue import Appraiser, Item, each_once, key_of, pair_key, queue
from questgraph.graphs.assembly import assemble, built
from questgraph.graphs.decisions import Decision
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.alike import doubtful_links
from questgraph.graphs.resolution.links import Link
from questgraph.graphs.resolution.things import things_of
from questgraph.tools.records import Claim, Span

from .world import (
    ACME,
    ANN,
    BO,
    CLAIMS,
    CORP,
    DOCUMENTS,
    KNOWS,
    LOST,
    SCHEMA,
    TEXT,
    WORKS,
    entity,
    relation,
)


def graph_of(*decisions: Decision, claims: tuple[Claim, ...] = CLAIMS) -> KnowledgeGraph:
    return assemble(claims, DOCUMENTS, SCHEMA, decisions=decisions)


def items(*decisions: Decision, claims: tuple[Claim, ...] = CLAIMS) -> list[Item]:
    things = things_of(built(claims, DOCUMENTS, SCHEMA))
    return queue(
        each_once(claims, SCHEMA),
        Appraiser(graph_of(*decisions, claims=claims)),
        decisions=decisions,
        things={thing.id: thing for thing in things},
        doubts=doubtful_links(things, lineages(SCHEMA)),
    )


def order(some: list[Item], *claims: Claim) -> list[Claim]:
    return [item.claim for item in some if item.claim in claims and item.claim]


def test_a_claim_of_low_score_comes_before_one_of_high_score() -> None:
    low, high = replace(ANN, score=0.3), replace(BO, score=0.9)

    assert order(items(claims=(low, high)), low, high) == [low, high]


def test_what_more_edges_hang_on_comes_first() -> None:
    many = tuple(relation("knows", ANN, entity(w, "person")) for w in ("Bo Ek", "Acme"))

    found = items(claims=(ANN, CORP, *many))

    assert order(found, ANN, CORP) == [ANN, CORP]
    assert "2 edges at 'Ann Lee'" in next(item.why for item in found if item.claim == ANN)


def test_what_nobody_checked_comes_before_what_was_confirmed() -> None:
    confirmed = replace(ANN, verdict="confirmed")

    assert order(items(claims=(confirmed, BO)), confirmed, BO) == [BO, confirmed]


def test_what_was_kept_out_for_a_reason_that_a_person_can_mend_is_there_and_says_why() -> None:
    whys = {item.claim: item.why for item in items()}

    assert whys[LOST] == "kept out: 'Anne Leigh' is not in the text"
    assert whys[KNOWS].startswith("kept out: the text does not say so")


def test_a_claim_that_others_repeat_is_worth_less() -> None:
    again = relation("works_for", entity("Ann Lee", "person", nth=1), ACME)

    alone = Appraiser(graph_of(claims=(WORKS,))).claim(WORKS)
    repeated = Appraiser(graph_of(claims=(WORKS, again))).claim(WORKS)

    assert "the only claim that says so" in alone.why
    assert "1 of 2 claims" in repeated.why
    assert repeated.worth < alone.worth


def test_conflicts_come_first_and_say_what_they_contradict() -> None:
    graph = graph_of()
    for *_, data in graph.edges(data=True):
        data["conflict"] = [{"group": "c:1", "kind": "functional", "why": "two employers"}]

    found = queue(each_once(CLAIMS, SCHEMA), Appraiser(graph))

    assert found[0].claim is not None
    assert found[0].claim.kind == "relation"
    assert "at odds with others: two employers" in found[0].why


def test_things_that_may_be_one_are_asked_about_once() -> None:
    spelled = (entity("Bo Ek", "person"), entity("Ann Lee", "person"))
    things = things_of(built(spelled, DOCUMENTS, SCHEMA))
    doubt = Link(things[0].id, things[1].id, True, "are spelled alike", score=0.95)
    known = {thing.id: thing for thing in things}

    def pairs(*decisions: Decision) -> list[Item]:
        graph = graph_of(*decisions, claims=spelled)
        found = queue({}, Appraiser(graph), decisions=decisions, things=known, doubts=[doubt])
        return [item for item in found if item.pair]

    (pair,) = pairs()
    assert pair.id == pair_key((things[1].id, things[0].id))
    assert "may be one" in pair.why
    assert pairs(parted(things[0].id, things[1].id)) == []
    assert pairs(merged(things[0].id, things[1].id)) == []


def test_a_merge_by_a_rule_can_be_looked_at_and_one_by_a_person_is_decided() -> None:
    graph = nx.MultiDiGraph()
    told = {"id": "e:2", "reason": "differ in hyphens", "by": "rule"}
    node = {"kind": "entity", "type": "firm", "name": "Acme", "aliases": [], "support": []}
    graph.add_node("e:1", **node, merged=[told, {**told, "id": "e:3", "by": "person"}])

    found = queue({}, Appraiser(graph))

    assert [item.pair.things for item in found if item.pair] == [("e:1", "e:2")]


def test_what_is_decided_leaves_the_queue_and_so_does_what_took_its_place() -> None:
    at = TEXT.index("Ann Lee")
    mended = respanned(LOST, 0, Span(at, at + 3), DOCUMENTS["a.txt"])

    left = items(accepted(WORKS, DOCUMENTS["a.txt"]), mended)

    assert mended.corrected is not None
    keys = {item.id for item in left}
    assert not keys & {key_of(WORKS), key_of(LOST), key_of(mended.corrected)}


def test_claims_that_say_the_same_are_one_item() -> None:
    again = replace(ANN, unit_id="a.txt#000001", votes=2)

    assert len(each_once([ANN, again], SCHEMA)) == 1


def test_the_order_does_not_depend_on_the_order_of_claims() -> None:
    assert [item.id for item in items()] == [item.id for item in items(claims=CLAIMS[::-1])]
