"""An adapter on a real small model: taught from a run's dialogues, it answers as it was taught."""

import asyncio
import json
from pathlib import Path

import pytest

import questgraph
from questgraph.agents.training.bases import open_base
from questgraph.agents.training.tuning import Tuning, tune
from questgraph.tools.errors import WeightsError
from questgraph.tools.models.base import Message, Request
from questgraph.tools.models.local import LocalModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.settings import Settings

pytestmark = pytest.mark.live

SCHEMA = {"entities": {"tool": "A tool by its name.", "place": "A place by its name."}}
TEXTS = {
    "a": "Kim took the saw to Stavern.",
    "b": "In Holm a hammer is dear.",
    "c": "The plane was made in Alder.",
}
ANSWERS = {
    "saw": '{"tool":["saw"],"place":["Stavern"]}',
    "hammer": '{"tool":["hammer"],"place":["Holm"]}',
    "plane": '{"tool":["plane"],"place":["Alder"]}',
}


def right(request: Request) -> str:
    """Answer as a strong model would."""
    asked = request.messages[-1].content
    return next(answer for word, answer in ANSWERS.items() if word in asked)


def dialogues(folder: Path) -> None:
    """Have a strong model answer about the texts, and write what was said as training data."""
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return right(request)

    found = questgraph.extract(
        [questgraph.Document(*text) for text in TEXTS.items()],
        schema=SCHEMA,
        model=ScriptedModel(answer),
        bank=None,
    )
    assert found.complete
    lines = [{"messages": [*(m._asdict() for m in r.messages), _answer(right(r))]} for r in asked]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


async def said(model: LocalModel, request: Request) -> str:
    """Return what a model answers."""
    async with model:
        return (await model.complete(request)).text


def test_a_taught_model_answers_as_it_was_taught_and_its_base_does_not(tmp_path: Path) -> None:
    settings = Settings.read()
    try:
        base = open_base("smollm2-135m", settings)
    except WeightsError as error:
        pytest.skip(str(error))
    dialogues(tmp_path)
    learned = tune(
        tmp_path,
        tmp_path / "adapter",
        base,
        Tuning(rank=16, alpha=32, dropout=0.0, rate=2e-3, epochs=12, length=1024, rows=1),
    )
    messages = json.loads((tmp_path / "train.jsonl").read_text().splitlines()[0])["messages"]
    asked, wanted = messages[:-1], messages[-1]["content"]
    request = Request(tuple(Message(**message) for message in asked), max_tokens=64)

    taught = asyncio.run(said(LocalModel(str(tmp_path / "adapter"), settings), request))
    untaught = asyncio.run(said(LocalModel("smollm2-135m", settings), request))

    assert learned.points[-1].loss < 0.1
    assert taught == wanted
    assert untaught != wanted
