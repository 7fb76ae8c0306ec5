"""The curve of quality against cost, with models that say what they were told to."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from questgraph.agents.evaluation.datasets import load_dataset
from questgraph.agents.options import Options
from questgraph.tools.database import open_database
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.models.tokens import Token
from questgraph.tools.records import Usage

ROOT = Path(__file__).parents[2]
TEXT = "Ann Lee met Bo Ek in Oslo."
NAMES = (("Ann Lee", "person"), ("Bo Ek", "person"), ("Oslo", "place"))
SAID = {"person": {"Ann Lee": -0.05, "Oslo": -0.6}, "place": {"Bo Ek": -0.3}}
"""What the small model says, with logarithms: probabilities of 0.95, 0.55 and 0.74."""


@pytest.fixture
def proposing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The benchmark, which finds its neighbours as when it is started."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("proposing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A labelled set of two passages, with relations of which nothing is asked."""
    meta = {
        "name": "tiny",
        "entity_types": [{"type": "person"}, {"type": "place"}],
        "relation_types": [{"type": "lives_in"}],
    }
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    lines = [
        json.dumps({"id": f"p{n}", "text": f"{text}", "entities": entities, "relations": []})
        for n, (text, entities) in enumerate(
            [(TEXT, [_entity(*name) for name in NAMES]), ("It rained all day.", [])]
        )
    ]
    (tmp_path / "dev.jsonl").write_text("\n".join(lines))
    return tmp_path


def _entity(name: str, type_: str) -> dict[str, object]:
    start = TEXT.index(name)
    return {"text": name, "type": type_, "start": start, "end": start + len(name)}


def small(request: Request) -> Reply:
    if "rained" in request.messages[-1].content:
        return Reply("{}", usage=Usage(prompt_tokens=10))
    text = json.dumps({type_: list(names) for type_, names in SAID.items()})
    likely = {name: value for names in SAID.values() for name, value in names.items()}
    tokens: list[Token] = []
    for name in sorted(likely, key=text.index):
        start = text.index(name)
        tokens += [Token(start, 0.0), Token(start + len(name), likely[name])]
    tokens.append(Token(len(text), 0.0))
    return Reply(text, tokens=tuple(tokens), usage=Usage(prompt_tokens=20, completion_tokens=10))


def large(request: Request) -> Reply:
    """Know the type of whatever is marked, and read a whole passage well."""
    question = request.messages[-1].content
    usage = Usage(prompt_tokens=100, completion_tokens=4)
    for name, type_ in NAMES:
        if f"[[{name}]]" in question:
            (letter,) = (
                line[0] for line in question.splitlines() if line.endswith(f" is: {type_}")
            )
            return Reply(json.dumps({"answer": letter}), usage=usage)
    if "rained" in question:
        return Reply("{}", usage=usage)
    return Reply('{"person":["Ann Lee","Bo Ek"],"place":["Oslo"]}', usage=usage)


def test_the_more_is_asked_of_the_large_model_the_better_and_dearer_it_gets(
    proposing: Any, folder: Path, tmp_path: Path
) -> None:
    first, second = (
        ScriptedModel(small, name="scripted:small"),
        ScriptedModel(large, name="scripted:large"),
    )
    options: Options = {"model": second, "proposer": first, "bank": None}
    dataset = proposing.names_only(load_dataset(folder))

    with open_database(tmp_path / "calls.db") as database:
        found = proposing.measure(dataset, database, options)
        asked = len(first.requests), len(second.requests)
        again = proposing.measure(dataset, database, options)

    at = {point["sure"]: point for point in found["points"]}
    calls = {sure: point["large"]["calls"] for sure, point in at.items()}
    f1 = {sure: point["f1"][0] for sure, point in at.items()}
    # Two passages: the calls about three names are spread over both.
    assert calls[0.0] == calls[0.5] == 0
    assert (calls[0.6], calls[0.8], calls[0.99]) == (0.5, 1.0, 1.5)
    assert [f1[0.0], f1[0.6], f1[0.8]] == pytest.approx([1 / 3, 2 / 3, 1])
    assert at[0.8]["large"]["tokens"] == 104
    assert {point["small"]["tokens"] for point in at.values()} == {20.0}
    assert found["alone"]["f1"][0] == 1
    assert (found["alone"]["large"]["calls"], found["alone"]["small"]["calls"]) == (1, 0)
    assert again == found
    assert (len(first.requests), len(second.requests)) == asked == (2, 5)


def test_the_table_has_a_row_for_each_threshold_and_one_for_the_large_model(
    proposing: Any, folder: Path, tmp_path: Path
) -> None:
    options: Options = {
        "model": ScriptedModel(large, name="scripted:large"),
        "proposer": ScriptedModel(small, name="scripted:small"),
        "bank": None,
    }
    with open_database(tmp_path / "calls.db") as database:
        report = proposing.measure(proposing.names_only(load_dataset(folder)), database, options)

    head, _, *rows = proposing.table(report).splitlines()

    assert head.startswith("| sure from | F1 |")
    assert len(rows) == len(proposing.SURE) + 1
    assert rows[0].startswith("| 0 | 0.333 |")
    assert rows[-1].startswith("| large alone | 1.000 |")


def test_a_set_without_names_is_refused(proposing: Any, folder: Path) -> None:
    (folder / "meta.json").write_text(
        json.dumps({"name": "bare", "relation_types": [{"type": "lives_in"}]})
    )
    (folder / "dev.jsonl").write_text(json.dumps({"id": "p", "text": TEXT}))

    with pytest.raises(SystemExit, match="bare has no types of names"):
        proposing.names_only(load_dataset(folder))
