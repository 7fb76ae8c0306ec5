"""The Cypher script makes the graph, whatever the graph says."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.exports import export
from questgraph.graphs.exports.cypher import label, literal, statements
from questgraph.graphs.exports.rows import rows_of

from .graphs import graph_of

ladybug = pytest.importorskip("ladybug")

STRING = re.compile(r"'(?:\\[\\'nrtu]|[^\\'\n\r])*'")
"""A literal that ends where it seems to."""


def test_every_line_is_a_statement(tmp_path: Path) -> None:
    path = export(graph_of("a\nb\r\u2028;\n"), "cypher", tmp_path)

    lines = path.read_bytes().decode().split("\n")

    assert [line[-1:] for line in lines] == [";"] * 8 + [""]
    assert {line.split()[0] for line in lines[:-1]} == {"CREATE", "MERGE", "MATCH"}


@given(text=st.text(max_size=40))
def test_a_literal_cannot_be_left(text: str) -> None:
    for nasty in (text, f"\\u0027{text}", f"{text}\\", f"\\{text}'"):
        parts = literal(nasty).split(" + ") if "\\" in nasty else [literal(nasty)]

        assert STRING.sub("", literal(nasty)).replace(" + ", "") == ""
        assert not re.search(r"(?<!\\)(?:\\\\)+u", literal(nasty)), parts


@given(type_=st.text(max_size=200))
def test_a_label_is_made_of_words_and_short(type_: str) -> None:
    assert re.fullmatch(r"`\w+`", label(type_))
    assert len(label(type_).encode()) <= 122


def test_a_database_reads_a_literal_as_what_it_says(nasty: str) -> None:
    text = nasty.replace("\ud800", "\ufffd").replace("\0", "")
    connection = ladybug.Connection(ladybug.Database(":memory:", buffer_pool_size=64 << 20))

    assert connection.execute(f"RETURN {literal(text)}").get_all() == [[text]]


def test_the_script_has_every_part_of_the_graph_once(nasty: str) -> None:
    graph = graph_of(nasty, type_=nasty[:500], relation=nasty[:500])

    script = list(statements(graph))

    rows = rows_of(graph)
    for row in (*rows.nodes, *rows.edges):
        assert sum(f"{{id: '{row.id}'}}" in line and "SET n." in line and
                   f"n.digest = '{row.digest}'" in line for line in script) == 1  # fmt: skip
