"""Labelled passages as the dialogues that a recipe holds about them, for fine-tuning.

A model is best trained on what it will be asked. So the messages are laid out by the recipe itself
(`dialogue`), the right answers are those that its demonstrations show (`Stage.show`), and a passage
is cut as a run would cut it. A recipe without history asks each question by itself and gives a
dialogue for each; one with a history gives one dialogue for each session, all questions in it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from questgraph.agents.dialogue import dialogue
from questgraph.agents.runs.plan import Plan
from questgraph.agents.stages.base import Exchange, Recipe, Stage
from questgraph.agents.state import initial
from questgraph.tools.labelled import Labelled, labelled_from
from questgraph.tools.models.base import Message
from questgraph.tools.records import Document, Turn, Unit, within

Chat = tuple[Message, ...]
"""A whole dialogue; the last message is the answer to learn."""


def chats(plan: Plan, passages: Iterable[Labelled]) -> Iterator[Chat]:
    """Yield the dialogues that `plan` would hold about passages, with the right answers."""
    for passage in passages:
        for unit in plan.units(Document(passage.id, passage.text)):
            yield from _of_unit(plan, unit, _part(passage, unit))


def write_chats(path: Path, dialogues: Iterable[Chat]) -> int:
    """Write dialogues as `{"messages":[{"role":…,"content":…},…]}`, one a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for chat in dialogues:
            record = {"messages": [message._asdict() for message in chat]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count


def _of_unit(plan: Plan, unit: Unit, passage: Labelled) -> Iterator[Chat]:
    ((_, demos),) = plan.prepare([unit], avoid=unit.chunk.document_id)
    state = initial(unit, demos)
    for exchanges in _sessions(plan, passage):
        *earlier, (stage, (question, answer, _)) = exchanges
        turns = [Turn(s.name, x.question, x.answer, parsed=x.answer) for s, x in earlier]
        asked = dialogue(plan.recipe, plan.schema, stage.name, state, turns, question)
        yield (*asked, Message("assistant", answer))


def _sessions(plan: Plan, passage: Labelled) -> Iterator[list[tuple[Stage, Exchange]]]:
    """Yield what is asked in one dialogue, by whom, and the right answers."""
    for stages in _groups(plan.recipe):
        exchanges = [
            (stage, exchange)
            for stage in stages
            if stage.show
            for exchange in stage.show(passage, plan.schema)
        ]
        if plan.recipe.history == "none":
            yield from ([exchange] for exchange in exchanges)
        elif exchanges:
            yield exchanges


def _groups(recipe: Recipe) -> Iterator[Sequence[Stage]]:
    """Yield the stages whose questions know of each other."""
    if recipe.history == "none":
        yield from ((stage,) for stage in recipe.stages)
    else:
        yield from map(recipe.session, dict.fromkeys(stage.session for stage in recipe.stages))


def _part(passage: Labelled, unit: Unit) -> Labelled:
    """Return what is labelled of the part of a passage that a unit is."""
    chunk = unit.chunk
    if chunk.text == passage.text:
        return passage
    return labelled_from(chunk, within(passage.claims, chunk.span))
