"""The tables for neo4j-admin keep to the rules of its manual, and make what loading makes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.graphs.exports import export
from questgraph.graphs.exports.cypher import labels, relationship
from questgraph.graphs.exports.neo4j import SEPARATOR
from questgraph.graphs.exports.rows import EdgeRow, NodeRow, rows_of
from questgraph.tools.errors import ConfigError

from .graphs import graph_of

FIELD = re.compile(r'("(?:[^"]|"")*"|[^",\n]*)(,|\n)')
"""A value in quotes, in which two are one, or bare; and what ends it."""

HEADER = re.compile(r"(\w*)(?::(ID|LABEL|START_ID|END_ID|TYPE|long|double|string\[\]))?")


def rows(path: Path) -> list[dict[str, object]]:
    """Read a table as the manual says that the import does."""
    header, *lines = lines_of(path.read_bytes().decode())
    assert all(HEADER.fullmatch(str(name)) for name in header)
    assert all(len(line) == len(header) for line in lines)
    return [dict(map(told, header, line)) for line in lines]


def lines_of(text: str) -> Iterator[list[str]]:
    line: list[str] = []
    place = 0
    while place < len(text):
        found = FIELD.match(text, place)
        assert found, text[place : place + 80]
        line.append(found[1])
        place = found.end()
        if found[2] == "\n":
            yield line
            line = []
    assert not line


def told(column: str, value: str) -> tuple[str, object]:
    """Return a property or a special column, and its value; an empty one has none."""
    name, _, type_ = column.partition(":")
    text = value[1:-1].replace('""', '"') if value.startswith('"') else value.strip()
    if not value:
        return name or type_, None
    match type_:
        case "string[]" | "LABEL":
            return name or type_, text.split(SEPARATOR)
        case "long":
            return name, int(value)
        case "double":
            return name, float(value)
        case _:
            assert value.startswith('"'), "what is not quoted is trimmed"
            return name or type_, text


@pytest.fixture
def name(nasty: str) -> str:
    return nasty.replace(SEPARATOR, " ")


def test_the_tables_have_the_properties_that_loading_gives(name: str, tmp_path: Path) -> None:
    graph = graph_of(name, type_=name[:200], relation=name[:200])

    folder = export(graph, "neo4j", tmp_path)

    nodes, edges, about = rows_of(graph)
    found = rows(folder / "nodes.csv")
    assert [NodeRow(**{k: v for k, v in row.items() if k != "LABEL"}) for row in found] == nodes  # type: ignore[arg-type]
    special = {"START_ID": "head", "END_ID": "tail"}
    told = [
        {special.get(k, k): v for k, v in row.items() if k != "TYPE"}
        for row in rows(folder / "relationships.csv")
    ]
    assert [EdgeRow(**row) for row in told] == edges  # type: ignore[arg-type]
    assert rows(folder / "graph.csv") == [
        {"id": "graph", "LABEL": ["QuestgraphGraph"], "about": about}
    ]


def test_labels_and_types_are_those_that_loading_gives(name: str, tmp_path: Path) -> None:
    graph = graph_of(name, type_=name[:200], relation=name[:200])

    folder = export(graph, "neo4j", tmp_path)

    nodes, edges, _ = rows_of(graph)
    found = [row["LABEL"] for row in rows(folder / "nodes.csv")]
    quoted = [":".join(f"`{each}`" for each in some) for some in found]  # type: ignore[attr-defined]
    assert quoted == [labels(row.kind, row.type) for row in nodes]
    types = [f"`{row['TYPE']}`" for row in rows(folder / "relationships.csv")]
    assert types == [relationship(row.type) for row in edges]


def test_a_node_is_of_one_row_and_both_ends_of_a_relationship_are_nodes(tmp_path: Path) -> None:
    folder = export(graph_of("Ann"), "neo4j", tmp_path)

    ids = [row["id"] for row in rows(folder / "nodes.csv")]
    assert len(ids) == len(set(ids)) == 3
    for row in rows(folder / "relationships.csv"):
        assert {row["START_ID"], row["END_ID"]} <= set(ids)


def test_what_has_no_value_is_empty_and_what_is_no_text_is_bare(tmp_path: Path) -> None:
    graph = graph_of("Ann")
    graph.nodes["e:1"].update(aliases=[])
    del graph.nodes["e:1"]["score"]

    folder = export(graph, "neo4j", tmp_path)

    header, first, *_ = (folder / "nodes.csv").read_text().split("\n")
    assert header.startswith(
        "id:ID,:LABEL,kind,type,name,aliases:string[],score:double,support:long"
    )
    assert ',"Ann",,,1,"a.txt",' in first


def test_a_name_that_would_be_parted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'Ann\\x1fLee!' has U\+001F"):
        export(graph_of("Ann\x1fLee"), "neo4j", tmp_path)

    assert list(tmp_path.iterdir()) == []
