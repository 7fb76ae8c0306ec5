"""Two CSV tables, nodes and edges, as bulk loaders and spreadsheets read them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.decoding import storable

NODES = ("id", "kind", "type", "name", "aliases", "support")
EDGES = ("id", "head", "tail", "kind", "type", "qualifiers", "support", "document", "quote")


def write_csv(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.csv` and `edges.csv` into the folder `path`.

    `support` is how many claims say so; `document` and `quote` are those of the first. A last
    column has the `score`, where claims are scored. Cells hold what the text holds: a spreadsheet
    that takes `=…` for a formula should import them as text.
    """
    path.mkdir(parents=True, exist_ok=True)
    nodes = _scored(NODES, _nodes(graph), [data for _, data in graph.nodes(data=True)])
    edges = _scored(EDGES, _edges(graph), [data for *_, data in graph.edges(data=True)])
    write_whole(path / "nodes.csv", _table(*nodes))
    write_whole(path / "edges.csv", _table(*edges))


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


def _scored(
    header: Sequence[str], rows: Iterable[Sequence[object]], parts: Sequence[Mapping[str, object]]
) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    """Return a table with the score of each part of the graph, if any has one."""
    if not any("score" in part for part in parts):
        return header, rows
    scored = ((*row, part.get("score")) for row, part in zip(rows, parts, strict=True))
    return (*header, "score"), scored


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(rows)
    return storable(buffer.getvalue()).encode()
