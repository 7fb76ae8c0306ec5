"""Makes the page: everything in one file, nothing from anywhere else.

Names, documents and dialogues are data in the page (`application/json`, with every character that
HTML gives a meaning escaped); the scripts put them on the screen as text only. The page's
policy admits its own scripts and styles, by hash, and no request to any host.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from questgraph.graphs.exports.base import as_json, write_whole
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.viewer.layout import layout
from questgraph.tools.records import Document, Turn

_SCRIPTS = ("vendor/graphology.umd.min.js", "vendor/sigma.min.js", "panels.js", "canvas.js")

_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}

Segments = list[list[Any]]
"""A text in pieces: [text, marks, start]."""


def write_page(
    path: Path,
    graph: KnowledgeGraph,
    documents: Mapping[str, Document],
    turns: Mapping[str, Sequence[Turn]],
    *,
    title: str,
    summary: Mapping[str, object],
) -> None:
    """Write the page in one step; the same graph gives the same bytes.

    Args:
        path: Where to.
        graph: What `graphs.knowledge.build` returned.
        documents: The texts by id.
        turns: Questions and answers by unit.
        title: What the page is called.
        summary: Facts about the run, shown on top.
    """
    page = render(graph, documents, turns, title=title, summary=summary)
    write_whole(path, page.encode())


def render(
    graph: KnowledgeGraph,
    documents: Mapping[str, Document],
    turns: Mapping[str, Sequence[Turn]],
    *,
    title: str,
    summary: Mapping[str, object],
) -> str:
    """Return the page as HTML."""
    places = layout(graph)
    data = {
        "title": title,
        "summary": {key: str(value) for key, value in summary.items()},
        "nodes": [
            {"id": node, "x": places[node][0], "y": places[node][1], **_shown(data)}
            for node, data in graph.nodes(data=True)
        ],
        "edges": [
            {"id": key, "head": head, "tail": tail, **_shown(data)}
            for head, tail, key, data in graph.edges(keys=True, data=True)
        ],
        "documents": _documents(graph, documents),
        "turns": {
            unit: [{"stage": t.stage, "question": t.question, "answer": t.answer} for t in some]
            for unit, some in turns.items()
        },
    }
    scripts = [_file(name) for name in _SCRIPTS]
    style = _file("page.css")
    return _filled(
        _file("page.html"),
        policy=_policy(scripts, style),
        style=style,
        data=as_json(data).translate(_ESCAPED),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def segments(text: str, marks: Iterable[tuple[int, int, str]]) -> Segments:
    """Cut a text where marks begin and end.

    Offsets are Python's; the page works with whole pieces and never counts characters itself,
    which JavaScript does differently.

    >>> segments("Ann Lee left", [(0, 7, "a"), (4, 7, "b")])
    [['Ann ', ['a'], 0], ['Lee', ['b', 'a'], 4], [' left', [], 7]]
    """
    spans = sorted(marks, key=lambda mark: (mark[1] - mark[0], mark))
    borders = sorted({0, len(text), *(i for start, end, _ in spans for i in (start, end))})
    opening: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for mark in spans:
        opening[mark[0]].append(mark)
    pieces: Segments = []
    active: list[tuple[int, int, str]] = []
    for start, end in pairwise(borders):
        active = [mark for mark in active if mark[1] > start] + opening[start]
        inner = sorted(active, key=lambda mark: (mark[1] - mark[0], mark))
        pieces.append([text[start:end], list(dict.fromkeys(m[2] for m in inner)), start])
    return pieces


def _shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page needs of a node's or an edge's attributes."""
    support = [
        {
            "document": record["document"],
            "start": record["start"],
            "end": record["end"],
            "quote": segments(
                record["quote"],
                (
                    (m["start"] - record["start"], m["end"] - record["start"], m["role"])
                    for m in record["mentions"]
                ),
            ),
            "verdict": record["verdict"],
            "reason": record["reason"],
            "unit": record["unit"],
            "turns": record["turns"],
        }
        for record in data["support"]
    ]
    kept = {key: data[key] for key in ("kind", "type", "name", "aliases") if key in data}
    return {**kept, "qualifiers": data.get("qualifiers", {}), "support": support}


def _documents(graph: KnowledgeGraph, documents: Mapping[str, Document]) -> list[dict[str, Any]]:
    """Return each document cut at its mentions and at the borders of its evidence."""
    marks: dict[str, set[tuple[int, int, str]]] = defaultdict(set)
    parts = [data for _, data in graph.nodes(data=True)]
    parts += [data for *_, data in graph.edges(data=True)]
    for record in (record for data in parts for record in data["support"]):
        # An unnamed mark: only its border is needed, for finding the place again.
        marks[record["document"]].add((record["start"], record["end"], ""))
        for mention in record["mentions"]:
            marks[record["document"]].add((mention["start"], mention["end"], mention["node"]))
    return [
        {"id": id_, "segments": _named(segments(document.text, marks[id_]))}
        for id_, document in documents.items()
    ]


def _named(pieces: Segments) -> Segments:
    return [[text, [mark for mark in marks if mark], start] for text, marks, start in pieces]


def _file(name: str) -> str:
    return (files("questgraph.graphs.viewer") / name).read_text(encoding="utf-8")


def _filled(template: str, **slots: str) -> str:
    """Put each slot in its place; what is put in is not searched for slots again."""
    pieces = template.split("@@")
    return "".join(slots[piece] if i % 2 else piece for i, piece in enumerate(pieces))


def _policy(scripts: Sequence[str], style: str) -> str:
    sources = " ".join(map(_hash, scripts))
    return f"default-src 'none'; script-src {sources}; style-src {_hash(style)}; img-src data:"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
