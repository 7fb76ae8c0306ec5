import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.viewer.page import render, segments, write_page
from questgraph.tools.records import Document, Turn
from questgraph.tools.schema import EntityType, Schema

SCHEMA = Schema(name="s", entities=(EntityType(name="person"),))


def page_of(text: str) -> str:
    documents = {"d": Document("d", text)}
    graph = build([], documents, SCHEMA)
    return render(graph, documents, {}, title=text, summary={"note": text})


@given(st.text())
def test_no_text_breaks_out_of_the_data(text: str) -> None:
    page = page_of(f"</script><!--<script>{text}")

    data = page.split('id="data">')[1].split("</script>")[0]
    assert "<" not in data
    assert page.count("</script>") == 5


def elements(page: str) -> list[tuple[str, list[str]]]:
    """Return every element with the names of its attributes, as a browser finds them."""
    return [(part.tag, list(part.attributes)) for part in LexborHTMLParser(page).css("*")]


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_hostile_names_are_data_and_no_part_of_the_page(
    count: int, hostile_graph: Callable[..., KnowledgeGraph], tmp_path: Path
) -> None:
    graph, path = hostile_graph(count), tmp_path / "graph.html"
    said = {r["document"]: r["quote"] for _, d in graph.nodes(data=True) for r in d["support"]}
    documents = {id_: Document(id_, text) for id_, text in said.items()}
    turns = {id_: [Turn(id_, id_, text)] for id_, text in said.items()}

    write_page(path, graph, documents, turns, title="\ud800<b>", summary=said)

    page = path.read_text("utf-8")
    assert elements(page) == elements(page_of("Ann"))
    data = json.loads(LexborHTMLParser(page).css_first("#data").text())
    shown = [(n["id"], n["name"], n["type"], n["aliases"]) for n in data["nodes"]]
    assert shown == [
        (node, told["name"], told["type"], told["aliases"]) for node, told in graph.nodes(data=True)
    ]
    assert data["summary"] == said
    assert {d["id"]: "".join(s[0] for s in d["segments"]) for d in data["documents"]} == said
    assert {unit: some[0]["answer"] for unit, some in data["turns"].items()} == said


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert page_of("Ann") == page_of("Ann")


def test_the_page_names_no_host() -> None:
    policy = page_of("Ann").split('Content-Security-Policy" content="')[1].split('"')[0]

    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "unsafe" not in policy


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))))
def test_segments_put_the_text_together_again(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [
        (start, min(len(text), start + length), "m") for start, length in spans if start < len(text)
    ]

    pieces = segments(text, marks)

    assert "".join(piece[0] for piece in pieces) == text
    marked = {i for start, end, _ in marks for i in range(start, end)}
    for piece, names, start in pieces:
        for i in range(start, start + len(piece)):
            assert bool(names) == (i in marked)
