"""Two CSV tables, nodes and edges, for spreadsheets and scripts; `neo4j` has those for Neo4j."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from questgraph.graphs.exports.base import as_json, writable, write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

NODES = ("id", "kind", "type", "name", "aliases", "support")
EDGES = ("id", "head", "tail", "kind", "type", "qualifiers", "support", "document", "quote")


def write_csv(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.csv` and `edges.csv` into the folder `path`.

    `support` is how many claims say so; `document` and `quote` are those of the first. A last
    column has the `score`, where claims are scored. Cells hold what the text holds: a spreadsheet
    that takes `=…` for a formula should import them as text.

    Raises:
        ConfigError: When a name or a quote has half a character.
    """
    nodes = _scored(NODES, _nodes(graph), [data for _, data in graph.nodes(data=True)])
    edges = _scored(EDGES, _edges(graph), [data for *_, data in graph.edges(data=True)])
    tables = {"nodes.csv": _table(*nodes), "edges.csv": _table(*edges)}
    path.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_whole(path / name, table)


def _nodes(graph: KnowledgeGraph) -> Iterator[tuple[object, ...]]:
    for node, data in graph.nodes(data=True):
        aliases, support = as_json(data["aliases"]), len(data["support"])
        yield node, data["kind"], data["type"], data["name"], aliases, support


def _edges(graph: KnowledgeGraph) -> Iterator[tuple[object, ...]]:
    for head, tail, key, data in graph.edges(keys=True, data=True):
        first = data["support"][0]
        yield (
            *(key, head, tail, data["kind"], data["type"], as_json(data.get("qualifiers", {}))),
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


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(map(_cell, row) for row in rows)
    return buffer.getvalue().encode()


def _cell(value: object) -> object:
    return writable(value, "csv") if isinstance(value, str) else value
