"""JSON in networkx's node-link form: the graph whole, evidence included."""

from pathlib import Path
from typing import Any

import networkx as nx

from questgraph.graphs.exports.base import as_json, write_whole
from questgraph.graphs.knowledge import KnowledgeGraph


def node_link(graph: KnowledgeGraph) -> dict[str, Any]:
    """Return the graph as plain data that `networkx.node_link_graph` reads back."""
    data: dict[str, Any] = nx.node_link_data(graph, edges="edges")
    return data


def write_json(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as node-link JSON."""
    write_whole(path, f"{as_json(node_link(graph), indent=1)}\n".encode())
