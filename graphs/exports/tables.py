"""Two CSV tables, nodes and edges, as bulk loaders and spreadsheets read them."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

NODES = ("id", "kind", "type", "name", "aliases", "mentions")
EDGES = ("id", "head", "tail", "kind", "type", "qualifiers", "support", "document", "quote")


def write_csv(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.csv` and `edges.csv` into the folder `path`.

    `document` and `quote` of an edge are those of its first evidence. Cells hold what the
    graph holds: a spreadsheet that takes `=…` for a formula should import them as text.
    """
    path.mkdir(parents=True, exist_ok=True)
    nodes = (
        (
            node,
            data["kind"],
            data["type"],
            data["name"],
            json.dumps(data["aliases"], ensure_ascii=False),
            len(data["support"]),
        )
        for node, data in graph.nodes(data=True)
    )
    edges = (
        (
            key,
            head,
            tail,
            data["kind"],
            data["type"],
            json.dumps(data["qualifiers"], ensure_ascii=False),
            len(data["support"]),
            data["support"][0]["document"],
            data["support"][0]["quote"],
        )
        for head, tail, key, data in graph.edges(keys=True, data=True)
    )
    write_whole(path / "nodes.csv", _table(NODES, nodes))
    write_whole(path / "edges.csv", _table(EDGES, edges))


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")
