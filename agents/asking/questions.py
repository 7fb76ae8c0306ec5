"""A question in words, answered by a model that looks facts up and cites them."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from questgraph.agents.asking.steps import (
    ANSWER,
    LOOKUPS,
    UNKNOWN,
    Step,
    cited,
    read_step,
    step_format,
    write_step,
)
from questgraph.agents.converse import Question, converse
from questgraph.agents.options import Options, look_up
from questgraph.graphs.lookup import Card, Fact, Found, Listed, Lookups, Neighbour, to_json
from questgraph.graphs.lookup import Path as Way
from questgraph.tools.database import open_database
from questgraph.tools.errors import ConfigError, ModelError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render

MOVES = 6
"""Lookups that a model may make for one question."""

LIMIT = 10
"""Items of each list that it is shown."""

MOST_TYPES = 60
"""Types that it is told of, the most frequent."""

LONGEST_QUESTION = 2000
MAX_TOKENS = 512
FILE = "asked.db"
"""What models answered, beside the run: the same question again asks nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a model answered, and what bears it out."""

    text: str
    """Its words, with the numbers of facts in brackets; empty when the graph does not say it."""

    facts: dict[int, Fact]
    """The facts that it cites, by number."""

    looked_up: tuple[str, ...]
    """What it looked up, in order."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        facts = [{"number": number, **to_json(fact)} for number, fact in self.facts.items()]
        return {"text": self.text, "facts": facts, "looked_up": list(self.looked_up)}


def ask_in_words(
    lookups: Lookups, question: str, folder: Path, **options: Unpack[Options]
) -> Spoken:
    """Put a question to a model that may look things up; its calls are kept in the folder.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        ModelError: When the model gave no answer that facts bear out.
    """
    found = look_up({**options, "recipe": "oneshot", "bank": None})

    async def main() -> Spoken:
        with open_database(folder / FILE) as database:
            async with found.open(database) as engine:
                return await answer(engine.gateway, lookups, question)

    return asyncio.run(main())


async def answer(
    gateway: Gateway, lookups: Lookups, question: str, *, moves: int = MOVES
) -> Spoken:
    """Let the model look up what it needs, `moves` times at most, and answer.

    Raises:
        ConfigError: When there is no question, or it is too long.
        ModelError: When what it says is not borne out by facts that were shown to it.
    """
    if not 0 < len(question.strip()) <= LONGEST_QUESTION:
        raise ConfigError(f"ask something, in {LONGEST_QUESTION} characters at most")
    search = _Search(lookups)
    types = lookups.types(limit=MOST_TYPES).items
    facts = [each.type for each in types if each.kind in ("relation", "event")]
    things = [each.type for each in types if each.kind == "entity"]
    messages = [Message("system", render("look-up-system.v1", facts=facts, things=things))]
    result = ""
    for left in range(moves, -1, -1):
        asked = "" if result else question
        text = render("look-up.v1", question=asked, result=result, left=left)
        messages.append(Message("user", text))
        step = await _step(gateway, messages, text, left, len(search.facts))
        if step.do not in LOOKUPS:
            return search.spoken(step)
        messages.append(Message("assistant", write_step(step)))
        result = search.look(step)
    raise AssertionError("without a lookup left, none is allowed")


async def _step(
    gateway: Gateway, messages: Sequence[Message], text: str, left: int, facts: int
) -> Step:
    allowed = [*(LOOKUPS if left else ()), *([ANSWER] if facts else []), UNKNOWN]
    question = Question(
        text=text,
        read=partial(read_step, allowed=allowed, facts=facts),
        write=write_step,
        format=step_format(allowed),
        max_tokens=MAX_TOKENS,
    )
    told = await converse(gateway, messages, question, stage="look up", tries=3)
    if told.value is None:
        why = told.problem.reason if told.problem else "no answer"
        raise ModelError(
            f"the model gave no answer that facts of the graph bear out: {why}. Ask for a name, a"
            " path or a type, without a model"
        )
    return told.value


class _Search:
    """What was looked up for one question, with the facts numbered as they came."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self.facts: dict[str, Fact] = {}
        self._looked_up: list[str] = []

    def look(self, step: Step) -> str:
        """Look something up; return what the model is shown of it."""
        arguments = step.arguments()
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items() if value)
        call = f"{step.do}({given})"
        if call in self._looked_up:
            return "You have looked that up already. Answer, or look up something else."
        self._looked_up.append(call)
        try:
            found = getattr(self._lookups, step.do)(**arguments, limit=LIMIT)
            # A small model stops at a name; what is asked about it is the next thing it needs.
            if step.do == "find" and len(found.items) == 1:
                found = self._lookups.card(found.items[0].thing.id, limit=LIMIT)
        except ConfigError as error:
            return f"That does not work: {error}"
        lines = [*_things(found), *self._numbered(found)]
        left_out = [f"… and {found.more} more"] if isinstance(found, Listed) and found.more else []
        return "\n".join([*lines, *left_out]) or "Nothing found."

    def spoken(self, step: Step) -> Spoken:
        """Return the answer with the facts that it cites."""
        numbered = dict(enumerate(self.facts.values(), start=1))
        numbers = cited(step.text) if step.do == ANSWER else []
        return Spoken(
            text=step.text if step.do == ANSWER else "",
            facts={number: numbered[number] for number in numbers},
            looked_up=tuple(self._looked_up),
        )

    def _numbered(self, found: object) -> Iterator[str]:
        for fact in {fact.id: fact for fact in _facts(found)}.values():
            self.facts.setdefault(fact.id, fact)
            number = list(self.facts).index(fact.id) + 1
            yield f"[{number}] {_told(fact)}"


def _facts(found: object) -> Iterator[Fact]:
    """Yield the facts in what a lookup answered, in order."""
    match found:
        case Fact():
            yield found
        case Listed():
            for item in found.items:
                yield from _facts(item)
        case Card():
            for some in (found.out, found.into, found.events):
                yield from _facts(some)
        case Neighbour():
            yield found.via
        case Way():
            for step in found.steps:
                yield from _facts(step.facts)


def _things(found: object) -> Iterator[str]:
    match found:
        case Card():
            yield _quoted(f"{found.thing.name} ({found.thing.type})")
        case Listed():
            for item in found.items:
                if isinstance(item, Found):
                    thing = item.thing
                    yield f"- {_quoted(thing.name)} ({_quoted(thing.type)}), {item.facts} facts"


def _told(fact: Fact) -> str:
    """Spell a fact with its evidence; what comes from documents stands in JSON strings."""
    parts = ", ".join(
        f"{_line(part.role)}: {_quoted(part.thing.name)}" for part in fact.parts.items
    )
    times = "".join(f", {time.start or '…'} to {time.end or '…'}" for time in fact.times.items)
    quotes = "; ".join(_quoted(quote.text) for quote in fact.evidence.items[:1])
    return f"{_line(fact.type)}({parts}){times}. The text: {quotes}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
