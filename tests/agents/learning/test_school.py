import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from questgraph.agents.learning.lessons import lessons
from questgraph.agents.recipes import recipes
from questgraph.agents.recipes.oneshot import ONESHOT
from questgraph.agents.recipes.self_improve import SELF_IMPROVE
from questgraph.cli import app
from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.scripted import ScriptedModel

from .lesson import teach

pytestmark = pytest.mark.anyio


async def test_a_recipe_without_a_lesson_learns_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="oneshot learns nothing"):
        await teach(ONESHOT, ScriptedModel([]), tmp_path)


async def test_caps_hold_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    model = ScriptedModel(lambda _: "[]")

    learned = await teach(SELF_IMPROVE, model, tmp_path, budget=Caps(calls=10))

    assert len(model.requests) == 10
    assert {problem.status for problem in learned.problems} == {"over_budget"}


async def test_documents_need_no_labels_where_the_lesson_needs_none(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_text("It rained all day.")

    learned = await teach(SELF_IMPROVE, ScriptedModel(lambda _: "[]"), tmp_path, source=texts)

    assert [demo and demo.id for demo in learned.bank.passages] == ["one.txt#0"]


def test_lessons_are_named_and_explained() -> None:
    assert all(name == lesson.name and lesson.summary for name, lesson in lessons.items())


def test_the_command_makes_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    monkeypatch.setitem(recipes._things, SELF_IMPROVE.name, SELF_IMPROVE)
    source, answers = tmp_path / "passages.jsonl", tmp_path / "answers.yaml"
    source.write_text(json.dumps({"id": "a", "text": "It rained."}))
    answers.write_text('"Give everything": "[]"')

    where = [str(source), "--out", str(tmp_path / "bank"), "--model", f"scripted:{answers}"]
    result = CliRunner().invoke(
        app, ["demos", "learn", *where, "--recipe", "self-improve", "--json"]
    )

    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["passages"] == 1
    assert (tmp_path / "bank" / "bank.json").is_file()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "passages.jsonl"
    source.write_text(json.dumps({"id": "a", "text": "It rained."}))

    result = CliRunner().invoke(
        app,
        ["demos", "learn", str(source), "--recipe", "oneshot", "--out", str(tmp_path / "bank")],
    )

    assert result.exit_code == 2
    assert "learns nothing" in result.output
