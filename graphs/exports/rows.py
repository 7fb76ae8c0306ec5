"""The graph as flat rows: columns that people query, and `data`, from which it is read back whole.

Columns hold what any storage can: U+FFFD stands for half a character. `data` is ASCII and exact; it
also has `iri`, where the graph knows how an ontology calls the type.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import networkx as nx

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.decoding import storable
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import digest


class NodeRow(NamedTuple):
    """An entity or an event."""

    id: str
    kind: str
    type: str
    name: str
    aliases: list[str]
    score: float | None
    support: int
    """How many claims say so."""

    document: str
    """Where the first of them stands; empty without support."""

    quote: str
    data: str
    """All attributes as JSON."""

    digest: str
    """The same for the same node: a row with another one has changed."""


class EdgeRow(NamedTuple):
    """A relation, or the role of something in an event."""

    id: str
    head: str
    tail: str
    kind: str
    type: str
    qualifiers: str
    """The wordings in each further role, as JSON."""

    score: float | None
    support: int
    document: str
    quote: str
    data: str
    digest: str

    @property
    def key(self) -> "EdgeKey":
        """What makes it another edge when it changes."""
        return EdgeKey(self.head, self.type, self.tail, self.id)


class EdgeKey(NamedTuple):
    """Where an edge stands, and which it is."""

    head: str
    type: str
    tail: str
    id: str


class Rows(NamedTuple):
    """A graph whole."""

    nodes: list[NodeRow]
    edges: list[EdgeRow]
    about: str
    """The attributes of the graph itself, as JSON."""


def rows_of(graph: KnowledgeGraph) -> Rows:
    """Return the rows of a graph.

    Raises:
        ConfigError: When two edges share an id, or an id is one that no store can hold.
    """
    iris = iris_of(graph)
    nodes = [node_row(node, _with_iri(data, iris)) for node, data in graph.nodes(data=True)]
    edges = [
        edge_row(head, tail, key, _with_iri(data, iris))
        for head, tail, key, data in graph.edges(keys=True, data=True)
    ]
    if len({edge.id for edge in edges}) < len(edges):
        raise ConfigError("two edges of the graph share an id: give each one of its own")
    return Rows(nodes, edges, json.dumps(graph.graph))


def graph_of(rows: Rows) -> KnowledgeGraph:
    """Return the graph that rows were made from, in the order in which `build` makes it."""
    graph: KnowledgeGraph = nx.MultiDiGraph(**json.loads(rows.about or "{}"))
    iris = iris_of(graph)
    for node in sorted(rows.nodes):
        graph.add_node(node.id, **_without_iri(json.loads(node.data), iris))
    for edge in sorted(rows.edges, key=lambda edge: edge.key):
        attributes = _without_iri(json.loads(edge.data), iris)
        graph.add_edge(edge.head, edge.tail, edge.id, **attributes)
    return graph


def iris_of(graph: KnowledgeGraph) -> Mapping[str, str]:
    """Return what ontologies call types, by name, as far as the graph knows."""
    iris: Mapping[str, str] = graph.graph.get("iris", {})
    return iris


def node_row(node: str, attributes: Mapping[str, Any]) -> NodeRow:
    """Return the row of a node."""
    data = json.dumps(attributes)
    return NodeRow(
        _id(node),
        storable(attributes["kind"]),
        storable(attributes["type"]),
        storable(attributes["name"]),
        [storable(alias) for alias in attributes["aliases"]],
        attributes.get("score"),
        *_told(attributes["support"]),
        data,
        digest(node, data),
    )


def edge_row(head: str, tail: str, key: str, attributes: Mapping[str, Any]) -> EdgeRow:
    """Return the row of an edge."""
    data = json.dumps(attributes)
    qualifiers = json.dumps(attributes.get("qualifiers", {}), ensure_ascii=False)
    return EdgeRow(
        _id(key),
        _id(head),
        _id(tail),
        storable(attributes["kind"]),
        storable(attributes["type"]),
        storable(qualifiers),
        attributes.get("score"),
        *_told(attributes["support"]),
        data,
        digest(head, tail, key, data),
    )


def in_batches(
    rows: Iterable[NodeRow] | Iterable[EdgeRow], size: int, weight: int = 4 << 20
) -> Iterator[list[Any]]:
    """Yield rows in groups of at most `size`, and of `weight` characters when they are long."""
    batch: list[NodeRow | EdgeRow] = []
    heavy = 0
    for row in rows:
        batch.append(row)
        heavy += len(row.data)
        if len(batch) >= size or heavy >= weight:
            yield batch
            batch, heavy = [], 0
    if batch:
        yield batch


def _with_iri(attributes: Mapping[str, Any], iris: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the attributes of a part of the graph with the IRI of its type, if that has one.

    A row thus changes when the IRI does, and is written again.
    """
    iri = "" if attributes["kind"] == "role" else iris.get(attributes["type"], "")
    return {**attributes, "iri": iri} if iri else attributes


def _without_iri(attributes: Mapping[str, Any], iris: Mapping[str, str]) -> dict[str, Any]:
    """Return the attributes that `_with_iri` was given."""
    added = attributes.get("iri") == iris.get(attributes["type"])
    return {name: value for name, value in attributes.items() if name != "iri" or not added}


def _told(support: list[dict[str, Any]]) -> tuple[int, str, str]:
    """Return how many claims say so, and where the first stands in which words."""
    if not support:
        return 0, "", ""
    return len(support), storable(support[0]["document"]), storable(support[0]["quote"])


def _id(text: str) -> str:
    if not text or "\0" in text or storable(text) != text:
        raise ConfigError(f"{text!r} cannot be the id of a part of a graph: use visible characters")
    return text
