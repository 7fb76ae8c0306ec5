"""Two CSV tables, nodes and edges, as bulk loaders and spreadsheets read them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from questgraph.graphs.exports.base import storable, write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

NODES = ("id", "kind", "type", "name", "aliases", "support")
EDGES = ("id", "head", "tail", "kind", "type", "qualifiers", "support", "document", "quote")


def write_csv(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.csv` and `edges.csv` into the folder `path`.

    `support` is how many claims say so; `document` and `quote` are those of the first. Cells
    hold what the text holds: a spreadsheet that takes `=…` for a formula should import them as
    text.
    """
    path.mkdir(parents=True, exist_ok=True)
    write_whole(path / "nodes.csv", _table(NODES, _nodes(graph)))
    write_whole(path / "edges.csv", _table(EDGES, _edges(graph)))


def _nodes(graph: KnowledgeGraph) -> Iterator[tuple[object, ...]]:
    for node, data in graph.nodes(data=True):
        aliases, support = _json(data["aliases"]), len(data["support"])
        yield node, data["kind"], data["type"], data["name"], aliases, support


def _edges(graph: KnowledgeGraph) -> Iterator[tuple[object, ...]]:
    for head, tail, key, data in graph.edges(keys=True, data=True):
        first = data["support"][0]
        yield (
            *(key, head, tail, data["kind"], data["type"], _json(data.get("qualifiers", {}))),
            *(len(data["support"]), first["document"], first["quote"]),
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(rows)
    return storable(buffer.getvalue()).encode()
