"""Two Parquet tables, nodes and edges, with typed columns; `data` has everything, as JSON."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, rows_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.errors import MissingPackageError

_TYPES = {"score": "double", "support": "int64"}
"""Of the columns that are not text."""


def write_parquet(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.parquet` and `edges.parquet` into the folder `path`.

    Raises:
        MissingPackageError: When pyarrow is not installed.
    """
    rows = rows_of(graph)
    tables = {"nodes.parquet": node_table(rows.nodes), "edges.parquet": edge_table(rows.edges)}
    path.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_whole(path / name, _bytes(table))


def node_table(rows: Sequence[NodeRow]) -> Any:
    """Return nodes as an Arrow table."""
    return _table(NodeRow._fields, rows)


def edge_table(rows: Sequence[EdgeRow]) -> Any:
    """Return edges as an Arrow table."""
    return _table(EdgeRow._fields, rows)


def key_table(keys: Sequence[EdgeKey]) -> Any:
    """Return the keys of edges as an Arrow table."""
    return _table(EdgeKey._fields, keys)


def _table(names: Sequence[str], rows: Sequence[Iterable[object]]) -> Any:
    arrow = _pyarrow()
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return arrow.table(
        {
            name: arrow.array(column, _type(arrow, name))
            for name, column in zip(names, columns, strict=True)
        }
    )


def _type(arrow: Any, name: str) -> Any:
    if name == "aliases":
        return arrow.list_(arrow.string())
    return arrow.type_for_alias(_TYPES.get(name, "string"))


def _bytes(table: Any) -> bytes:
    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        command = "pip install 'questgraph[parquet]'"
        raise MissingPackageError("pyarrow", "Parquet", command) from error
    return pa
