"""CSV for `neo4j-admin database import full`: makes at once what a load makes row by row.

The headers say what each column is, by the rules of Neo4j's operations manual. Texts stand in
quotes, since what does not is trimmed, and nothing stands for no value. A separator cannot be
escaped within a list, and any visible one may be part of a name: it is U+001F.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.exports.cypher import LABEL, properties, word
from questgraph.graphs.exports.rows import EdgeRow, NodeRow, rows_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.errors import ConfigError

SEPARATOR = "\x1f"
"""Between the labels of a node, and between its aliases."""

_TYPES = {"aliases": ":string[]", "score": ":double", "support": ":long"}
"""Of the properties that are not text."""


def write_neo4j(graph: KnowledgeGraph, path: Path) -> None:
    """Write `nodes.csv`, `relationships.csv` and `graph.csv` into the folder `path`.

    Raises:
        ConfigError: When an alias has the separator of lists in it.
    """
    rows = rows_of(graph)
    about = {"id:ID": "graph", ":LABEL": f"{LABEL}Graph", "about": rows.about}
    tables = {
        "nodes.csv": _table(_NODES, map(_node, rows.nodes)),
        "relationships.csv": _table(_RELATIONSHIPS, map(_relationship, rows.edges)),
        "graph.csv": _table(about, [about]),
    }
    path.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_whole(path / name, table)


def _columns(fields: Iterable[str]) -> list[str]:
    return [f"{field}{_TYPES.get(field, '')}" for field in fields]


_NODES = ["id:ID", ":LABEL", *_columns(NodeRow._fields[1:])]
_RELATIONSHIPS = ["id", ":START_ID", ":END_ID", ":TYPE", *_columns(EdgeRow._fields[3:])]


def _node(row: NodeRow) -> dict[str, object]:
    labels = [LABEL, word(row.kind.capitalize()), word(row.type)]
    return {"id:ID": row.id, ":LABEL": labels, **_properties(row)}


def _relationship(row: EdgeRow) -> dict[str, object]:
    ends = {"id": row.id, ":START_ID": row.head, ":END_ID": row.tail}
    return {**ends, ":TYPE": word(row.type.upper()), **_properties(row)}


def _properties(row: NodeRow | EdgeRow) -> dict[str, object]:
    told = properties(row)
    return dict(zip(_columns(told), told.values(), strict=True))


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    header = list(columns)
    lines = [",".join(header), *(",".join(_cell(row[name]) for name in header) for row in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(value: object) -> str:
    """Return a value as the import reads it. Python's `csv` cannot tell no text from no value."""
    match value:
        case None | []:
            return ""
        case str():
            doubled = value.replace('"', '""')
            return f'"{doubled}"'
        case list():
            return _cell(SEPARATOR.join(map(_item, value)))
        case _:
            return str(value)


def _item(text: str) -> str:
    if SEPARATOR in text:
        raise ConfigError(
            f"the name {text[:60]!r} has U+001F, which parts names in the tables for neo4j-admin:"
            " correct it, or load the graph with `questgraph load`"
        )
    return text
