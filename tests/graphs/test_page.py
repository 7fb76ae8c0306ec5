from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.knowledge import build
from questgraph.graphs.viewer.page import render, segments
from questgraph.tools.records import Document
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
