"""The Parquet tables of a distributed run: documents, units, nodes and edges.

Each is a folder of files. Readers see a file when it is whole, and a table when all its files are:
it is made somewhere else and takes the place of the older one in one step.
"""

import json
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from questgraph.agents.runs.reader import CLAIMS, TURNS, WAITING, dumped
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.reduce import Row, graph_from
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Claim, Document, Result, Unit, Usage, digest

DOCUMENTS, RESULTS = "documents", "results"
GRAPH = "graph"
NODES, EDGES = f"{GRAPH}/nodes.parquet", f"{GRAPH}/edges.parquet"

_JSON = ("qualifiers", "support")
"""Columns of nodes and edges that are JSON."""

SCHEMAS: Mapping[str, pa.Schema] = {
    DOCUMENTS: pa.schema(
        {
            "position": pa.int64(),
            "id": pa.string(),
            "source": pa.string(),
            "text": pa.large_string(),
            "metadata": pa.string(),
            # Why it is no document; null for one.
            "problem": pa.string(),
        }
    ),
    RESULTS: pa.schema(
        {
            **dict.fromkeys(("document_id", "unit_id"), pa.string()),
            **dict.fromkeys(("position", "start", "end"), pa.int64()),
            **dict.fromkeys(("status", "reason"), pa.string()),
            **dict.fromkeys(("attempts", "calls", "replayed"), pa.int64()),
            **dict.fromkeys(("prompt_tokens", "cached_tokens", "completion_tokens"), pa.int64()),
            "seconds": pa.float64(),
            "admitted": pa.int64(),
            **dict.fromkeys(("claims", "turns"), pa.large_string()),
        }
    ),
    NODES: pa.schema(
        {
            **dict.fromkeys(("id", "kind", "type", "name"), pa.string()),
            "aliases": pa.list_(pa.string()),
            "support": pa.large_string(),
        }
    ),
    EDGES: pa.schema(
        {
            **dict.fromkeys(("id", "kind", "type", "head", "tail"), pa.string()),
            # Null for the role of an event.
            "qualifiers": pa.string(),
            "support": pa.large_string(),
        }
    ),
}


def write(rows: Iterable[Row], folder: Path, table: str, name: str) -> None:
    """Write a file of a table; one of the same name is replaced.

    Args:
        rows: What it holds.
        folder: Where the tables are.
        table: A key of `SCHEMAS`.
        name: Name of the file, without an ending.
    """
    place = folder / table / f"{name}.parquet"
    place.parent.mkdir(parents=True, exist_ok=True)
    # Names with a dot in front are nothing to readers.
    part = place.with_name(f".{name}-{uuid.uuid4().hex}")
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMAS[table]), part, compression="zstd")
    part.replace(place)


def publish(made: Path, place: Path) -> None:
    """Put a folder in the place of an older one: readers see the one or the other, whole."""
    before = made.with_name(f"{made.name}-before")
    if place.exists():
        place.rename(before)
    if made.exists():
        made.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def files(folder: Path, table: str) -> list[str]:
    """Return the names of a table's files."""
    return sorted(file.stem for file in (folder / table).glob("[!.]*.parquet"))


def rows_in(folder: Path, table: str, name: str, *columns: str) -> list[Row]:
    """Return some columns of one file, all of them when none is named."""
    found = pq.read_table(folder / table / f"{name}.parquet", columns=list(columns) or None)
    rows: list[Row] = found.to_pylist()
    return rows


def document_row(position: int, document: Document | DocumentError) -> Row:
    """Return a document, or what should have been one, as its table has it."""
    if isinstance(document, DocumentError):
        problem = {"source": document.source, "problem": document.problem}
        return {"position": position, "id": None, "text": None, "metadata": None, **problem}
    return {
        "position": position,
        "id": document.id,
        "source": document.source,
        "text": document.text,
        "metadata": json.dumps(dict(document.metadata), default=str),
        "problem": None,
    }


def unit_row(unit: Unit, result: Result | None, waits_for: str = "") -> Row:
    """Return how a unit ended; without a result it waits, for the reason that is given."""
    usage = result.usage if result else Usage()
    return {
        "document_id": unit.chunk.document_id,
        "unit_id": unit.id,
        "position": unit.chunk.index,
        **unit.chunk.span._asdict(),
        "status": result.outcome.status if result else WAITING,
        "reason": result.outcome.reason if result else waits_for,
        "attempts": int(result is not None),
        **asdict(usage),
        "admitted": sum(claim.admitted for claim in result.claims) if result else 0,
        "claims": dumped(CLAIMS, result.claims if result else ()),
        "turns": dumped(TURNS, result.turns if result else ()),
    }


def documents(folder: Path, name: str) -> Iterator[Document]:
    """Yield the documents in one file of their table."""
    for row in rows_in(folder, DOCUMENTS, name):
        if row["problem"] is None:
            metadata = json.loads(row["metadata"])
            yield Document(row["id"], row["text"], source=row["source"], metadata=metadata)


def said(folder: Path, name: str) -> Iterator[tuple[Document, list[Claim]]]:
    """Yield the documents in one file, each with everything that was said about it."""
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for row in rows_in(folder, RESULTS, name, "document_id", "claims"):
        claims[row["document_id"]] += CLAIMS.validate_json(row["claims"])
    for document in documents(folder, name):
        yield document, claims[document.id]


def write_graph(rows: Sequence[Row], folder: Path) -> None:
    """Write nodes and edges as `joined` makes them, into files that are named after them."""
    edges = [row for row in rows if "head" in row]
    nodes = [row for row in rows if "head" not in row]
    for table, some in ((NODES, nodes), (EDGES, edges)):
        if some:
            name = digest(*(row["id"] for row in some))[:16]
            write(map(_with_json, some), folder, table, name)


def load_graph(folder: Path, schema: str) -> KnowledgeGraph:
    """Return the graph in a folder whole, as `build` would have made it: nothing is merged.

    Args:
        folder: Where the tables are.
        schema: Name of the schema.
    """
    nodes, edges = (
        [
            _without_json(row)
            for name in files(folder, table)
            for row in rows_in(folder, table, name)
        ]
        for table in (NODES, EDGES)
    )
    return graph_from(nodes, edges, schema)


def _with_json(row: Row) -> Row:
    return {
        key: json.dumps(value, ensure_ascii=False) if key in _JSON else value
        for key, value in row.items()
    }


def _without_json(row: Row) -> Row:
    return {
        key: json.loads(value) if key in _JSON else value
        for key, value in row.items()
        if value is not None
    }
