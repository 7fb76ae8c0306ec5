"""A networkx graph in memory as a store: for programs that go on working with it.

Nodes and edges have the attributes that `questgraph.graphs.knowledge` describes; parallel edges
are parallel, events are nodes, roles are edges. What questgraph keeps there has one attribute more,
`questgraph`, with its row. Nodes, edges and attributes beside that are somebody else's.
"""

import json
from collections.abc import Sequence
from typing import Any

import networkx as nx

from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.stores.base import Held

ROW = "questgraph"
"""The attribute that makes a node, an edge or the graph itself questgraph's."""


class MemoryStore:
    """Keeps rows in a networkx graph.

    Args:
        graph: The graph to keep them in; a new one when left out.
    """

    def __init__(self, graph: "KnowledgeGraph | None" = None) -> None:
        self.graph: KnowledgeGraph = nx.MultiDiGraph() if graph is None else graph

    def held(self) -> Held:
        """Return what is there."""
        nodes, edges, _ = self.rows()
        return Held({row.id: row.digest for row in nodes}, {row.key: row.digest for row in edges})

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes; what else others said of them stays."""
        for row in rows:
            self.graph.add_node(row.id)
            _replace(self.graph.nodes[row.id], row)

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges."""
        for row in rows:
            self.graph.add_edge(row.head, row.tail, row.id)
            _replace(self.graph.edges[row.head, row.tail, row.id], row)

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes; one that others tied something to stays, without our attributes."""
        for id_ in ids:
            _replace(self.graph.nodes[id_], None)
            if not self.graph.degree(id_):
                self.graph.remove_node(id_)

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        for key in keys:
            self.graph.remove_edge(key.head, key.tail, key.id)

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself."""
        self.graph.graph[ROW] = about

    def rows(self) -> Rows:
        """Return everything."""
        nodes = [data[ROW] for _, data in self.graph.nodes(data=True) if ROW in data]
        edges = [data[ROW] for *_, data in self.graph.edges(data=True) if ROW in data]
        return Rows(nodes, edges, self.graph.graph.get(ROW, ""))

    def close(self) -> None:
        """Do nothing: the graph is the caller's."""


def _replace(attributes: dict[str, Any], row: NodeRow | EdgeRow | None) -> None:
    """Put the attributes of a row in the place of those of the row that was there."""
    if old := attributes.pop(ROW, None):
        for name in json.loads(old.data):
            attributes.pop(name, None)
    if row:
        attributes.update(json.loads(row.data), **{ROW: row})
