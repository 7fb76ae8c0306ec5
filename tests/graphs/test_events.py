from collections.abc import Sequence
from itertools import permutations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.events import lemma, same_events
from questgraph.graphs.knowledge import KnowledgeGraph, merged
from questgraph.graphs.resolution.links import Merge

from .conflicts.stories import SCHEMA, Story

Told = tuple[str, str, dict[str, str]]
"""A document, a trigger, and the fillers of the roles."""


def graph_of(*some: Told) -> KnowledgeGraph:
    story = Story()
    for document, trigger, roles in some:
        sentence = " | ".join([trigger, *roles.values()])
        parts: dict[str, str | tuple[str, str]] = {**roles}
        if trigger:
            parts["trigger"] = trigger
        if "date" in roles:
            parts["date"] = (roles["date"], "date")
        story.tell(document, sentence, "event", "purchase", **parts)
    return story.graph()


def joined(*some: Told) -> list[int]:
    """Return how many events each group joins."""
    return [len(ids) for ids, _ in same_events(graph_of(*some), SCHEMA)]


def told(trigger: str, document: str = "d", **roles: str) -> Told:
    return document, trigger, roles


BOTH = {"buyer": "Acme", "target": "Beta"}


@pytest.mark.parametrize(
    ("some", "groups"),
    [
        ([told("bought", **BOTH), told("buys", **BOTH)], [2]),
        ([told("bought", **BOTH), told("buying", buyer="Acme")], [2]),
        ([told("bought", **BOTH), told("bought", **BOTH), told("buy", target="Beta")], [3]),
        ([told("bought", **BOTH, date="2003"), told("bought", **BOTH)], [2]),
        ([told("bought", **BOTH, date="2003"), told("bought", **BOTH, date="May 2003")], [2]),
        ([told("bought", **BOTH), told("", buyer="Acme")], [2]),
        ([told("", **BOTH), told("", **BOTH, date="2003")], [2]),
    ],
    ids=["inflected", "less", "chain", "one date", "nested dates", "one trigger", "no trigger"],
)
def test_what_differs_in_nothing_is_one_event(some: Sequence[Told], groups: list[int]) -> None:
    assert joined(*some) == groups


@pytest.mark.parametrize(
    "some",
    [
        [told("bought", **BOTH), told("sold", **BOTH)],
        [told("bought", **BOTH), told("bought", buyer="Acme", target="Gamma")],
        [told("bought", buyer="Acme"), told("bought", target="Beta")],
        [told("bought", buyer="Acme"), told("bought", target="Acme")],
        [told("bought", **BOTH, date="2003"), told("bought", **BOTH, date="2004")],
        [told("bought", **BOTH, date="Tuesday"), told("bought", **BOTH, date="Monday")],
        [told("bought", date="2003"), told("bought", date="2003")],
        [told("", **BOTH), told("", buyer="Acme", target="Gamma")],
        [told("bought", **BOTH), told("bought", document="e", **BOTH)],
        [told("bought", date="2003", **BOTH), told("bought", "e", date="2003", buyer="Acme")],
    ],
    ids=[
        *("trigger", "filler", "nothing shared", "other role", "time", "unread time", "only time"),
        *("no trigger", "no date in two documents", "fewer fillers in two documents"),
    ],
)
def test_what_differs_or_shares_too_little_stays_apart(some: Sequence[Told]) -> None:
    assert joined(*some) == []


def test_events_that_each_have_a_filler_of_their_own_in_one_role_stay_apart() -> None:
    graph = graph_of(
        told("bought", **BOTH), told("buys", **BOTH), told("sold", target="Gamma Delta")
    )
    ids = {data["name"]: node for node, data in graph.nodes(data=True)}
    one, other = ids["purchase: bought"], ids["purchase: buys"]
    for event, name in ((one, "Gamma"), (other, "Delta")):
        graph.add_node(name, **{**graph.nodes[ids["Gamma Delta"]], "name": name})
        graph.add_edge(event, name, f"r:{name}", kind="role", type="target", support=[])

    assert same_events(graph, SCHEMA) == []


def test_events_of_two_documents_are_one_when_all_that_is_said_is_equal() -> None:
    one = told("bought", date="May 2003", **BOTH)

    assert joined(one, told("buys", "e", date="May 2003", **BOTH)) == [2]


def test_what_may_tell_of_either_of_two_events_is_joined_to_none() -> None:
    some = [
        told("bought", **BOTH),
        told("bought", buyer="Acme", target="Gamma"),
        told("bought", buyer="Acme"),
    ]

    assert joined(*some) == []
    assert joined(*some, told("buys", **BOTH)) == [2]


def test_a_merge_says_why() -> None:
    graph = graph_of(told("bought", **BOTH), told("buys", **BOTH))

    ((ids, reason),) = same_events(graph, SCHEMA)

    assert reason == (
        "2 events of type purchase in one document have the same trigger (buy),"
        " the same buyer (Acme), the same target (Beta)"
    )
    assert list(ids) == sorted(node for node in graph if node.startswith("v:"))


def test_a_merged_graph_has_each_event_once_with_all_that_is_said() -> None:
    apart = graph_of(told("bought", buyer="Acme"), told("buys", **BOTH))
    merges = {
        id_: Merge(ids[0], "purchase", reason, "rule")
        for ids, reason in same_events(apart, SCHEMA)
        for id_ in ids[1:]
    }

    graph = merged(apart, SCHEMA, merges)

    (event,) = [node for node, data in graph.nodes(data=True) if data["kind"] == "event"]
    assert len(graph.nodes[event]["support"]) == 2
    assert {graph.nodes[end]["name"] for _, end in graph.edges(event)} == {"Acme", "Beta"}
    assert same_events(graph, SCHEMA) == []


@pytest.mark.parametrize(
    "words",
    [
        ("acquired", "acquires", "Acquiring", "was acquired", "acquire"),
        ("won", "wins", "winning", "win"),
        ("married", "marries", "marry"),
        ("took over", "takes over", "taking over"),
        ("attack", "attacks", "an attack"),
    ],
)
def test_inflections_of_a_trigger_share_a_lemma(words: Sequence[str]) -> None:
    assert len({lemma(word) for word in words}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("bought", "sold"), ("won", "wounded"), ("born", "bore"), ("died", "dined")]
)
def test_other_triggers_have_other_lemmas(one: str, other: str) -> None:
    assert lemma(one) != lemma(other)


MANY = [
    told("bought", **BOTH),
    told("buys", buyer="Acme"),
    told("bought", buyer="Acme", target="Gamma"),
    told("bought", buyer="Eps", target="Zeta", date="2003"),
    told("buying", buyer="Eps", date="May 2003"),
    told("bought", "e", buyer="Eps", target="Zeta", date="2003"),
]


@given(st.permutations(sorted(graph_of(*MANY).nodes(data=True), key=str)))
def test_the_order_of_nodes_does_not_matter(nodes: list[tuple[str, dict[str, object]]]) -> None:
    graph = graph_of(*MANY)
    shuffled: KnowledgeGraph = nx.MultiDiGraph(**graph.graph)
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))

    assert same_events(shuffled, SCHEMA) == same_events(graph, SCHEMA)
    assert [len(ids) for ids, _ in same_events(graph, SCHEMA)] == [3]


roles = st.fixed_dictionaries(
    {},
    optional={
        "buyer": st.sampled_from(["Acme", "Eps"]),
        "target": st.sampled_from(["Beta", "Zeta"]),
        "date": st.sampled_from(["2003", "May 2003", "2004", "Monday"]),
    },
).filter(bool)
tellings = st.tuples(st.sampled_from("de"), st.sampled_from(["bought", "buys", "sold", ""]), roles)


@given(st.lists(tellings, max_size=6))
def test_groups_are_apart_and_hold_nothing_that_contradicts(some: list[Told]) -> None:
    graph = graph_of(*some)

    merges = same_events(graph, SCHEMA)

    ids = [id_ for group, _ in merges for id_ in group]
    assert len(ids) == len(set(ids))
    for group, _ in merges:
        for one, other in permutations(group, 2):
            assert targets(graph, one) <= targets(graph, other) or not targets(graph, other) or (
                targets(graph, other) <= targets(graph, one)
            )  # fmt: skip


def targets(graph: KnowledgeGraph, event: str) -> set[str]:
    return {filler for _, filler, data in graph.edges(event, data=True) if data["type"] == "target"}
