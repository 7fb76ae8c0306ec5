"""How many are there, and which is the n-th? All at once (PaDeLLM-NER)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import dialogue, explained_at_once, glossary
from questgraph.agents.stages.base import NO_CALLS, OCCURS, PAIRS, Calls, Exchange, Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.count import Count
from questgraph.tools.codecs.value import Value
from questgraph.tools.folding import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import MENTION, Frame, Turn
from questgraph.tools.schema import AnyType, Schema

T = TypeVar("T")

MAX_TOKENS = 64

MOST = 20
"""Mentions of one type in a passage that are asked for."""


class _Listed(NamedTuple):
    """What was answered about one type."""

    type: AnyType
    number: Answer[int]
    names: list[Answer[str]]


def count(
    *,
    most: int = MOST,
    prompt: str = "count.v1",
    nth_prompt: str = "count-nth.v1",
    name: str = "count",
    session: str = "main",
) -> Stage:
    """Return a stage that asks for entities one by one, side by side.

    For each type it is asked how many mentions there are; then for each of them, which. Nothing
    waits for anything but the count of its own type, so the answers are short and come at once. A
    wording that was given for several types is of the one for which it was given most often, of
    equal ones the first in the schema.

    Args:
        most: How many mentions of one type to ask for.
        prompt: The question how many.
        nth_prompt: The question which.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    counter = _Counter(most, prompt, nth_prompt, name)
    return Stage(
        name=name,
        summary="counts the mentions of each type, then asks for each",
        run=counter.run,
        session=session,
        calls=counter.calls,
        show=counter.show,
    )


@dataclass(frozen=True, slots=True)
class _Counter:
    """What `count` was told, and how it is done."""

    most: int
    prompt: str
    nth_prompt: str
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        types = context.schema.types("entity")
        listed = await together(self._list(type_, state, context, recipe) for type_ in types)
        turns: list[Turn] = []
        said: list[tuple[Frame, int]] = []
        for type_, number, names in listed:
            turns += number.turns
            for answer in names:
                turns += answer.turns
                if answer.value:
                    frame = Frame("entity", type_.name, ((MENTION, answer.value),))
                    said.append((frame, len(state["turns"]) + len(turns) - 1))
        answers: list[Answer[Any]] = []
        for each in listed:
            answers += [each.number, *each.names]
        return {
            "frames": (*state["frames"], *_of_one_type(said)),
            "turns": turns,
            "problems": [answer.problem for answer in answers if answer.problem],
        }

    def show(self, demo: Labelled, schema: Schema) -> list[Exchange]:
        """Show each type that occurs, and one that does not."""
        exchanges: list[Exchange] = []
        absent = False
        for type_ in schema.types("entity"):
            frames = [frame for frame in demo.frames("entity") if frame.type == type_.name]
            names = list(dict.fromkeys(frame.fillers[0][1] for frame in frames))[: self.most]
            if names or not absent:
                exchanges += self._exchanges(type_, names, schema)
            absent = absent or not names
        return exchanges

    def calls(self, schema: Schema) -> Calls:
        types = schema.types("entity")
        if not types:
            return NO_CALLS
        questions = [self._wording(type_, number, schema) for type_ in types for number in (0, 1)]
        likely = len(types) * (1 + OCCURS * PAIRS)
        most = len(types) * (1 + self.most)
        return Calls(len(types), likely, most, MAX_TOKENS, tuple(questions))

    async def _list(
        self, type_: AnyType, state: State, context: Context, recipe: Recipe
    ) -> _Listed:
        number = await self._put(type_, 0, Count(self.most), state, context, recipe)
        names = await together(
            self._put(type_, n, Value(), state, context, recipe)
            for n in range(1, (number.value or 0) + 1)
        )
        return _Listed(type_, number, names)

    async def _put(
        self,
        type_: AnyType,
        number: int,
        codec: Codec[T],
        state: State,
        context: Context,
        recipe: Recipe,
    ) -> Answer[T]:
        """Ask how many there are, for number 0, or which is the one of that number."""
        text = self._wording(type_, number, context.schema)
        return await converse(
            context.gateway,
            dialogue(recipe, context.schema, self.name, state, (), text),
            about(codec, (), text, max_tokens=MAX_TOKENS),
            stage=self.name,
        )

    def _exchanges(self, type_: AnyType, names: Sequence[str], schema: Schema) -> list[Exchange]:
        counted = Exchange(self._wording(type_, 0, schema), Count(self.most).write(len(names)))
        named = [
            Exchange(self._wording(type_, number, schema), Value().write(name))
            for number, name in enumerate(names, 1)
        ]
        return [counted, *named]

    def _wording(self, type_: AnyType, number: int, schema: Schema) -> str:
        """Return the question which is number `number`; how many there are for 0."""
        explained = "" if explained_at_once(schema) else glossary([type_])
        if number:
            how = Value().instruct()
            return render(self.nth_prompt, type=type_, number=number, glossary=explained, how=how)
        how = Count(self.most).instruct()
        return render(self.prompt, type=type_, glossary=explained, how=how)


def _of_one_type(said: Sequence[tuple[Frame, int]]) -> list[Said]:
    """Return each wording once, with the one type that it was given for most often."""
    names: dict[str, dict[str, list[tuple[Frame, int]]]] = {}
    for frame, turn in said:
        by_type = names.setdefault(fold(frame.fillers[0][1]).text, {})
        by_type.setdefault(frame.type, []).append((frame, turn))
    # Types come in the order of the schema, and the first of equals counts.
    chosen = [max(by_type.values(), key=len) for by_type in names.values()]
    return [
        Said(tellings[0][0], tuple(turn for _, turn in tellings), len(tellings))
        for tellings in chosen
    ]
