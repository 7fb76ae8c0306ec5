"""Which events of a graph are one event, told several times.

Two events are one when nothing that is said of them differs: type, trigger, fillers and time. In
doubt they stay apart. "Acme bought Beta" and "Acme bought Gamma" are two purchases; and so are
"Ann joined Acme" and "Ann joined Beta" even where a third sentence says only that Ann joined: that
one may tell of either, and is joined to none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import networkx as nx

from questgraph.graphs.conflicts.validity import all_stated, is_time, time_roles
from questgraph.graphs.intervals import Interval, overlap
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import Schema

Merge: TypeAlias = tuple[tuple[str, ...], str]
"""Ids of events that are one, and why, in words for a person."""

_ELSEWHERE = 2
"""Fillers that events of different documents have to share at least."""

_IRREGULAR: Mapping[str, str] = {
    "became": "become",
    "began": "begin",
    "begun": "begin",
    "bought": "buy",
    "built": "build",
    "chose": "choose",
    "chosen": "choose",
    "died": "die",
    "fell": "fall",
    "fought": "fight",
    "gave": "give",
    "given": "give",
    "held": "hold",
    "left": "leave",
    "lost": "lose",
    "made": "make",
    "met": "meet",
    "paid": "pay",
    "sold": "sell",
    "shot": "shoot",
    "took": "take",
    "taken": "take",
    "won": "win",
    "wrote": "write",
    "written": "write",
}
_AUXILIARY = re.compile(r"^(?:(?:is|are|was|were|be|been|being|has|have|had|will|to|the|an?) )+")
_DOUBLED = re.compile(r"([bdgmnprt])\1$")


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    type: str
    documents: frozenset[str]
    triggers: frozenset[str]
    """What it is told by, as `lemma` has it; empty where nothing was named."""

    fillers: Mapping[str, frozenset[str]]
    """Nodes by role, without times."""

    times: Sequence[Interval]
    unread: frozenset[str]
    """Nodes that are times and cannot be read."""


def same_events(graph: KnowledgeGraph, schema: Schema) -> list[Merge]:
    """Return which events of `graph` are one, and why: groups apart, in the order of their ids.

    Within a document, events of one type are one when they have the same trigger, share a filler
    that is no time, and agree in every role that both fill and in their times. Where one has no
    trigger, all that is said of it has to be said of the other. In different documents all of this
    has to be equal, and there has to be a date. Where such pairs would join events that contradict
    each other, what stands between them stays apart.
    """
    events = {each.id: each for each in _events(graph, schema)}
    same: nx.Graph[str] = nx.Graph()
    for one, other in _candidates(events.values()):
        if _same(one, other):
            same.add_edge(one.id, other.id)
    _part(same, events)
    groups = sorted(tuple(sorted(ids)) for ids in nx.connected_components(same) if len(ids) > 1)
    return [(ids, _why(graph, [events[id_] for id_ in ids])) for ids in groups]


def lemma(trigger: str) -> str:
    """Return the form that a trigger shares with its inflections, for English verbs and nouns.

    >>> [lemma(word) for word in ("acquired", "Acquires", "was acquiring", "acquire")]
    ['acquir', 'acquir', 'acquir', 'acquir']
    >>> [lemma(word) for word in ("bought", "buys", "stopped", "stop")]
    ['buy', 'buy', 'stop', 'stop']
    """
    words = _AUXILIARY.sub("", " ".join(trigger.casefold().split())).split(" ")
    first = _IRREGULAR.get(words[0], words[0])
    for ending in ("ing", "ied", "ies", "ed", "es", "s", "e", "y"):
        if first.endswith(ending) and len(first) - len(ending) > 2:
            first = first.removesuffix(ending)
            break
    return " ".join([_DOUBLED.sub(r"\1", first), *words[1:]])


def _events(graph: KnowledgeGraph, schema: Schema) -> Iterator[_Event]:
    meaning = time_roles(schema)
    for node, data in graph.nodes(data=True):
        if data["kind"] != "event":
            continue
        fillers: defaultdict[str, set[str]] = defaultdict(set)
        said: set[str] = set()
        for _, filler, edge in graph.out_edges(node, data=True):
            of_time = meaning(edge["type"]) or is_time(schema, graph.nodes[filler]["type"])
            (said if of_time else fillers[edge["type"]]).add(filler)
        mentions = [mention for record in data["support"] for mention in record["mentions"]]
        times = [each.interval for each in all_stated(data["support"], meaning, lambda _: None)]
        yield _Event(
            node,
            data["type"],
            frozenset(record["document"] for record in data["support"]),
            frozenset(lemma(each["text"]) for each in mentions if each["role"] == TRIGGER),
            {role: frozenset(nodes) for role, nodes in fillers.items() if nodes},
            times,
            frozenset() if times else frozenset(said),
        )


def _candidates(events: Iterable[_Event]) -> Iterator[tuple[_Event, _Event]]:
    """Yield pairs that share a type and a filler, and a document or all their fillers."""
    blocks: defaultdict[tuple[object, ...], list[_Event]] = defaultdict(list)
    for event in events:
        for role, nodes in event.fillers.items():
            for node in nodes:
                for document in event.documents:
                    blocks[event.type, document, role, node].append(event)
        if event.times and event.triggers:
            blocks[event.type, event.triggers, _said(event), *event.times].append(event)
    for block in blocks.values():
        yield from combinations(block, 2)


def _said(event: _Event) -> frozenset[tuple[str, str]]:
    """Return all fillers with their roles."""
    return frozenset((role, node) for role, nodes in event.fillers.items() for node in nodes)


def _same(one: _Event, other: _Event) -> bool:
    """Say whether two candidates are one event."""
    if not _agree(one, other):
        return False
    mine, theirs = _said(one), _said(other)
    if not one.documents & other.documents:
        dated = one.times == other.times and bool(one.times)
        return dated and bool(one.triggers) and mine == theirs and len(mine) >= _ELSEWHERE
    if not (one.triggers and other.triggers):
        return mine <= theirs or theirs <= mine
    return bool(mine & theirs)


def _agree(one: _Event, other: _Event) -> bool:
    """Say whether nothing that is said of two events differs."""
    if one.triggers and other.triggers and not one.triggers & other.triggers:
        return False
    for role in one.fillers.keys() & other.fillers.keys():
        mine, theirs = one.fillers[role], other.fillers[role]
        if not (mine <= theirs or theirs <= mine):
            return False
    if one.unread | other.unread and (one.times or one.unread) and (other.times or other.unread):
        return one.unread == other.unread
    return overlap(one.times, other.times)


def _part(same: "nx.Graph[str]", events: Mapping[str, _Event]) -> None:
    """Take out of `same` what would join events that contradict each other."""
    for group in [sorted(ids) for ids in nx.connected_components(same)]:
        against = [
            pair for pair in combinations(group, 2) if not _agree(*(events[id_] for id_ in pair))
        ]
        between = {node for a, b in against for node in nx.common_neighbors(same, a, b)}
        same.remove_nodes_from(between)
        for rest in [sorted(ids) for ids in nx.connected_components(same.subgraph(group))]:
            if any(a in rest and b in rest for a, b in against):
                same.remove_nodes_from(rest)


def _why(graph: KnowledgeGraph, events: Sequence[_Event]) -> str:
    """Say in words why events are one."""
    triggers = frozenset.intersection(*(event.triggers for event in events))
    shared = sorted(frozenset.intersection(*map(_said, events)))
    told = [f"the same trigger ({', '.join(sorted(triggers))})"] if triggers else []
    told += [f"the same {role} ({_brief(graph.nodes[node]['name'])})" for role, node in shared[:3]]
    documents = frozenset.union(*(event.documents for event in events))
    where = "in one document" if len(documents) == 1 else f"in {len(documents)} documents"
    same = ", ".join(told) or "nothing that differs"
    return f"{len(events)} events of type {events[0].type} {where} have {same}"


def _brief(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:59]}…"
