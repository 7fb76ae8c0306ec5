"""Ten thousand hostile names that a model missed, and what it said instead, on the page."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from questgraph.agents.evaluation.evaluate import Evaluation, aevaluate
from questgraph.agents.evaluation.page import write_page
from questgraph.agents.evaluation.report import to_json
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

EACH = 50
"""Names in a passage."""


def labelled(texts: list[str], types: list[str]) -> Iterator[str]:
    """Yield passages that are made of names, each labelled."""
    for number in range(0, len(texts), EACH):
        text, entities = "", []
        for i, name in enumerate(texts[number : number + EACH]):
            start = len(text)
            text += f"{name} | "
            place = {"start": start, "end": start + len(name)}
            entities.append({"text": name, "type": types[i % len(types)], **place})
        yield json.dumps({"id": f"<b>{number}", "text": text, "entities": entities})


def write_set(folder: Path, texts: list[str], types: list[str]) -> Path:
    folder.mkdir()
    meta = {"name": "<b>set</b>", "entity_types": [{"type": type_} for type_ in types]}
    (folder / "meta.json").write_text(json.dumps(meta))
    (folder / "dev.jsonl").write_text("\n".join(labelled(texts, types)))
    return folder


async def evaluated(folder: Path, said: str) -> Evaluation:
    def answer(request: Request) -> str:
        return json.dumps({types[0]: [said]})

    types = [
        each["type"] for each in json.loads((folder / "meta.json").read_text())["entity_types"]
    ]
    return await aevaluate([folder], recipes=["oneshot"], model=ScriptedModel(answer), bank=None)


def elements(page: str) -> set[tuple[str, tuple[str, ...]]]:
    """Return which elements there are, with the names of their attributes."""
    return {(part.tag, tuple(part.attributes)) for part in LexborHTMLParser(page).css("*")}


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_hostile_names_are_told_and_no_part_of_the_page(
    count: int, nasties: list[str], tmp_path: Path
) -> None:
    names = [name for name in nasties if "\0" not in name and "\ud800" not in name]
    texts = [f"{names[i % len(names)]} {i}" for i in range(count)]
    hostile = await evaluated(write_set(tmp_path / "h", texts, names[:8]), "<b>x\ud800\0</b>")
    tame = await evaluated(
        write_set(tmp_path / "t", [f"Ann {i}" for i in range(count)], ["a", "b"]), "nobody"
    )

    report = to_json(hostile)
    write_page(report, tmp_path / "hostile.html")
    write_page(to_json(tame), tmp_path / "tame.html")

    page, like = ((tmp_path / f"{name}.html").read_text("utf-8") for name in ("hostile", "tame"))
    assert elements(page) == elements(like)
    json.dumps(report, ensure_ascii=False).encode()
    shown = " ".join(part.text() for part in LexborHTMLParser(page).css("li"))
    # HTML has one kind of line end.
    plain = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [text for text in plain if f"“{text}”" not in shown] == []
    assert "“<b>x\ufffd" in shown
