"""GraphML, for Gephi, yEd and networkx; evidence stands as JSON in text attributes.

XML has no control characters. Where a text has one, U+FFFD stands for it, and the attribute `exact`
has the text as it is: JSON, by attribute.
"""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import networkx as nx

from questgraph.graphs.exports.base import as_json, write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

EXACT = "exact"
"""The attribute with the texts that XML cannot hold."""

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""

_CHANGED = re.compile(rf"\A\Z|\r|{_ILLEGAL.pattern}")
"""What readers of XML may give back otherwise: nothing as no attribute, line ends of one kind."""


def write_graphml(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as GraphML."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    plain.graph.update(_texts(graph.graph))
    for node, data in graph.nodes(data=True):
        plain.add_node(node, **_texts(data))
    for head, tail, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(head, tail, key, **_texts(data))
    buffer = io.BytesIO()
    nx.write_graphml(plain, buffer)
    write_whole(path, buffer.getvalue())


def _texts(data: Mapping[str, object]) -> dict[str, str]:
    texts = {key: _text(value) for key, value in data.items()}
    changed = {
        key: value
        for key, value in data.items()
        if isinstance(value, str) and _CHANGED.search(value)
    }
    return {**texts, EXACT: json.dumps(changed)} if changed else texts


def _text(value: object) -> str:
    if isinstance(value, str):
        return _ILLEGAL.sub("\ufffd", value)
    return as_json(value, _ILLEGAL)
