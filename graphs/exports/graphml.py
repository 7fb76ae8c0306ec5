"""GraphML, for Gephi, yEd and networkx; evidence stands as JSON in text attributes."""

import io
import json
import re
from pathlib import Path

import networkx as nx

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def write_graphml(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as GraphML; what XML cannot hold becomes U+FFFD."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    plain.graph.update(_texts(graph.graph))
    for node, data in graph.nodes(data=True):
        plain.add_node(node, **_texts(data))
    for head, tail, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(head, tail, key, **_texts(data))
    buffer = io.BytesIO()
    nx.write_graphml(plain, buffer)
    write_whole(path, buffer.getvalue())


def _texts(data: dict[str, object]) -> dict[str, str]:
    return {key: _text(value) for key, value in data.items()}


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _ILLEGAL.sub("\ufffd", text)
