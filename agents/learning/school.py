"""Gives a lesson: passages in, a bank of demonstrations out."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Unpack

from questgraph.agents.learning.base import Lesson, Study
from questgraph.agents.learning.lessons import lessons
from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.plan import Plan
from questgraph.agents.state import Problem
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import open_embedder
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.database import open_database
from questgraph.tools.documents import load
from questgraph.tools.errors import ConfigError, DocumentError
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.settings import Settings

LEDGER = "calls.db"
"""File in the bank's folder that holds the calls: the same command again asks nothing twice."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What a lesson gave."""

    bank: Bank
    read: int
    """Passages that were asked about."""

    problems: tuple[Problem, ...]
    """Questions without a usable answer; what they were about is missing in the bank."""


async def alearn(
    source: Path | str, out: Path | str, *, limit: int | None = None, **options: Unpack[Options]
) -> Learning:
    """Make a bank for a recipe by the lesson that it names, and save it in `out`.

    Args:
        source: Labelled JSONL, or a folder with `train.jsonl`; for a lesson that needs no labels
            any file or folder of documents.
        out: Folder for the bank. It keeps the calls, too: stopped, the same call goes on.
        limit: How many passages to learn from at most, the first ones.
        options: How to question, see `Options`; a bank is not looked at.

    Raises:
        ConfigError: When the recipe has no lesson, the source is none, or nothing was learned.
    """
    if options.get("batch"):
        raise ConfigError("lessons ask on what was answered before: leave out the batch mode")
    settings = options.get("settings") or Settings.read()
    found = look_up({**options, "bank": None})
    lesson = _lesson_of(found.plan)
    passages = list(islice(_passages(Path(source), lesson, found.plan), limit))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    embedder = open_embedder(settings.embedder, settings)
    with open_database(folder / LEDGER) as database:
        async with found.open(database) as engine:
            learned = await lesson.learn(passages, Study(engine, embedder))
    kept = [passage for each in learned for passage in each.passages]
    problems = tuple(problem for each in learned for problem in each.problems)
    if not kept:
        raise ConfigError(f"{source}: {_why_nothing(passages, problems)}")
    bank = Bank.build(kept, embedder, view=found.plan.recipe.view or "sentence")
    bank.save(folder)
    return Learning(bank, len(passages), problems)


def learn(
    source: Path | str, out: Path | str, *, limit: int | None = None, **options: Unpack[Options]
) -> Learning:
    """Do what `alearn` does, for scripts that have no event loop.

    Raises:
        ConfigError: When the recipe has no lesson, the source is none, or nothing was learned.
    """
    return asyncio.run(alearn(source, out, limit=limit, **options))


def _lesson_of(plan: Plan) -> Lesson:
    recipe = plan.recipe
    if not recipe.lesson:
        raise ConfigError(f"the recipe {recipe.name} learns nothing: `questgraph demos build` does")
    return lessons[recipe.lesson]


def _passages(source: Path, lesson: Lesson, plan: Plan) -> Iterator[Labelled]:
    """Yield what there is to learn from; labels are put into the words of the schema."""
    if lesson.labelled:
        for passage in read_labelled(source):
            yield from fit([passage], plan.schema, Aliases())
    elif source.suffix == ".jsonl" or (source / "train.jsonl").is_file():
        yield from (replace(passage, claims=()) for passage in read_labelled(source))
    else:
        yield from _unlabelled(source, plan)


def _unlabelled(source: Path, plan: Plan) -> Iterator[Labelled]:
    for document in load(source):
        if isinstance(document, DocumentError):
            raise document
        for unit in plan.units(document):
            yield Labelled(unit.chunk.id, unit.chunk.text)


def _why_nothing(passages: list[Labelled], problems: tuple[Problem, ...]) -> str:
    if problems:
        return f"nothing was learned, {len(problems)} questions failed: {problems[0].reason}"
    return f"there is nothing to learn in {len(passages)} passages"
