r"""Cypher: how the graph is worded in it, and a script that makes the graph.

Labels and relation types are made of words only and quoted; everything else that a document says is
a value. The script is for databases that are given a file; `questgraph load` sends parameters.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.exports.rows import EdgeRow, NodeRow, rows_of
from questgraph.graphs.knowledge import KnowledgeGraph

LABEL = "Questgraph"
"""What all nodes are, besides `Entity` or `Event` and their type."""

CONSTRAINT = (
    f"CREATE CONSTRAINT questgraph_id IF NOT EXISTS FOR (n:`{LABEL}`) REQUIRE n.id IS UNIQUE"
)
ABOUT = f"MERGE (g:`{LABEL}Graph` {{id: 'graph'}})"
"""The node that has the attributes of the graph itself."""

LONGEST = 120
"""Bytes of a label: some databases make a file's name of it."""

_NO_WORD = re.compile(r"\W+")
_BEFORE_U = re.compile(r"(?<=\\)(?=[uU])")
_ESCAPED = {"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_SPECIAL = re.compile("[\\\\'\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def word(type_: str) -> str:
    """Return the name of a type as one word; the exact name is in the property `type`.

    >>> word("born in"), word("x`}) DETACH DELETE n //"), word("...")
    ('born_in', 'x_DETACH_DELETE_n', 'Other')
    """
    words = _NO_WORD.sub("_", type_).strip("_")
    return words.encode()[:LONGEST].decode(errors="ignore") or "Other"


def label(type_: str) -> str:
    """Return the name of a type as a quoted label.

    >>> label("born in")
    '`born_in`'
    """
    return f"`{word(type_)}`"


def relationship(type_: str) -> str:
    """Return the name of a type as that of a relationship: in capitals, as is the custom.

    Some databases cannot have a label and a relationship of one name.

    >>> relationship("born in")
    '`BORN_IN`'
    """
    return label(type_.upper())


def labels(kind: str, type_: str) -> str:
    """Return the labels of a node.

    >>> labels("entity", "person")
    '`Questgraph`:`Entity`:`person`'
    """
    return ":".join(map(label, (LABEL, kind.capitalize(), type_)))


def literal(value: object) -> str:
    r"""Return a value as Cypher writes it.

    >>> print(literal(["it's", 0.5, None]))
    ['it\'s', 0.5, null]
    """
    match value:
        case str():
            # Some parsers read `\\u0027` as an escape whatever stands before it.
            parts = _BEFORE_U.split(value)
            return " + ".join(f"'{_SPECIAL.sub(_escape, part)}'" for part in parts)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return json.dumps(value)


def write_cypher(graph: KnowledgeGraph, path: Path) -> None:
    """Write statements that make the graph, one a line; to run them again changes nothing."""
    write_whole(path, "".join(f"{line};\n" for line in statements(graph)).encode())


def statements(graph: KnowledgeGraph) -> Iterator[str]:
    """Yield the statements of the script: the constraint, then nodes, then edges.

    Raises:
        ConfigError: When the graph has ids that no store can hold.
    """
    rows = rows_of(graph)
    yield CONSTRAINT
    yield f"{ABOUT} SET g.about = {literal(rows.about)}"
    yield from map(_node, rows.nodes)
    yield from map(_edge, rows.edges)


def _node(row: NodeRow) -> str:
    return (
        f"MERGE (n:{labels(row.kind, row.type)} {{id: {literal(row.id)}}}) SET {_properties(row)}"
    )


def _edge(row: EdgeRow) -> str:
    id_, head, tail = map(literal, (row.id, row.head, row.tail))
    return (
        f"MATCH (a:`{LABEL}` {{id: {head}}}) MATCH (b:`{LABEL}` {{id: {tail}}})"
        f" MERGE (a)-[n:{relationship(row.type)} {{id: {id_}}}]->(b) SET {_properties(row)}"
    )


def _properties(row: NodeRow | EdgeRow) -> str:
    """Return what people look at of a row as assignments."""
    return ", ".join(f"n.{name} = {literal(value)}" for name, value in properties(row).items())


def properties(row: NodeRow | EdgeRow) -> dict[str, object]:
    """Return the properties of a node or relationship, without its id."""
    return {
        name: value for name, value in row._asdict().items() if name not in ("id", "head", "tail")
    }


def _escape(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[0]) or f"\\u{ord(match[0]):04X}"
