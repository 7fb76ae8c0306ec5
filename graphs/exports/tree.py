"""JSON in networkx's node-link form: the graph whole, evidence included."""

import json
from pathlib import Path
from typing import Any

import networkx as nx

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.decoding import storable


def node_link(graph: KnowledgeGraph) -> dict[str, Any]:
    """Return the graph as plain data that `networkx.node_link_graph` reads back."""
    data: dict[str, Any] = nx.node_link_data(graph, edges="edges")
    return data


def write_json(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as node-link JSON."""
    text = json.dumps(node_link(graph), ensure_ascii=False, indent=1)
    write_whole(path, f"{storable(text)}\n".encode())
