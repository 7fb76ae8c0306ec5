"""One edge for what is said in two directions: inverse and symmetric relations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import networkx as nx

from questgraph.graphs.conflicts.axioms import Axioms
from questgraph.graphs.evidence import in_order, score_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import digest

Data = dict[str, Any]


class _Place(NamedTuple):
    head: str
    type: str
    tail: str


class _Edge(NamedTuple):
    key: str
    data: Data


def one_direction(graph: KnowledgeGraph, axioms: Axioms) -> KnowledgeGraph:
    """Return a copy of `graph` in which no relation is there under two names or directions.

    `child_of` from B to A becomes `parent_of` from A to B, where the schema names that first. Where
    both are there, they share the edge: its support is that of both, and `stated` says which
    claims used the other name.
    """
    relations: defaultdict[_Place, list[_Edge]] = defaultdict(list)
    edges: list[tuple[_Place, _Edge]] = []
    for head, tail, key, data in graph.edges(keys=True, data=True):
        place = _Place(head, data["type"], tail)
        if data.get("kind") == "relation":
            relations[_told(place, axioms)].append(_Edge(key, data))
        else:
            edges.append((place, _Edge(key, data)))
    edges += ((place, _joined(place, some)) for place, some in relations.items())
    copy: KnowledgeGraph = nx.MultiDiGraph(**graph.graph)
    for node in sorted(graph):
        copy.add_node(node, **graph.nodes[node])
    for place, edge in sorted(edges, key=lambda each: (each[0], each[1].key)):
        copy.add_edge(place.head, place.tail, edge.key, **edge.data)
    return copy


def _told(place: _Place, axioms: Axioms) -> _Place:
    """Return the place under the name and in the direction that the schema prefers."""
    if place.type in axioms.turned:
        return _Place(place.tail, axioms.turned[place.type], place.head)
    if place.type in axioms.symmetric and place.tail < place.head:
        return _Place(place.tail, place.type, place.head)
    return place


def _joined(place: _Place, edges: Sequence[_Edge]) -> _Edge:
    """Join edges that say the same; what nobody here knows is kept, of the preferred name first."""
    ordered = sorted(edges, key=lambda edge: (edge.data["type"] != place.type, edge.key))
    named = [edge.key for edge in ordered if edge.data["type"] == place.type]
    key = named[0] if named else f"r:{digest(*place)[:12]}"
    told: Data = {}
    for edge in reversed(ordered):
        told.update(edge.data)
    told["type"] = place.type
    if len(ordered) > 1:
        told["support"] = in_order(chain.from_iterable(edge.data["support"] for edge in ordered))
        told.update(score_of(told["support"]))
        told.update(_qualifiers(edge.data for edge in ordered))
    return _Edge(key, {**told, **_stated(place, ordered)})


def _qualifiers(some: Iterable[Data]) -> Data:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for data in some:
        for role, wordings in data.get("qualifiers", {}).items():
            found[role].update(dict.fromkeys(wordings))
    return {"qualifiers": {role: list(found[role]) for role in sorted(found)}}


def _stated(place: _Place, edges: Iterable[_Edge]) -> Data:
    """Return which claims said it under another name, by that name."""
    other: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.data["type"] != place.type:
            other[edge.data["type"]].update(record["claim"] for record in edge.data["support"])
    return {"stated": {name: sorted(other[name]) for name in sorted(other)}} if other else {}
