"""STAR: the structure first, then a text for it, then questions about the text, then a better text.

Ma et al. 2023, "STAR: Boosting Low-Resource Information Extraction by Structure-to-Text Data
Generation with Large Language Models". For events and relations:

1. a structure is drawn from words that the model suggested for the type (`structures`);
2. a text is written for it;
3. typed questions look for faults: is every part in the text letter by letter; does the trigger
   tell of the event, does each argument play its role (of a relation: is the fact stated); is there
   anything of the kinds that nobody asked for;
4. each fault has its instruction, and the text is written again with those of all faults, for a
   bounded number of rounds. What has faults left is dropped.

No code was published, so the wording is ours. Difference from the paper: what can be decided
without a model is (wordings are looked up), and a fault that stays drops the passage, where the
paper trains on it.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from questgraph.agents.concurrency import together
from questgraph.agents.stages.base import Exchange
from questgraph.agents.state import Problem
from questgraph.agents.synthesis.answers import Lists, quoted
from questgraph.agents.synthesis.attributes import configuration
from questgraph.agents.synthesis.harvest import Dropped, Harvest, Item, gather, lost
from questgraph.agents.synthesis.pinning import pinned
from questgraph.agents.synthesis.structures import Structure, Target, pools, structure, targets
from questgraph.agents.synthesis.writing import DECISION, WRITTEN, Writer
from questgraph.tools.errors import ConfigError
from questgraph.tools.grounding import locate
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import TRIGGER, Frame
from questgraph.tools.schema import EventType, Schema

EXAMPLES = 2
"""Labelled passages of the bank that a question shows."""

Check = Literal["verbatim", "trigger", "role", "fact", "unrequested"]
"""What may be wrong with a text: a wording is not in it; the trigger does not tell of the event; an
argument does not play its role; the fact is not stated; there is more than was asked for."""


class Issue(NamedTuple):
    """A fault of a text, or a question that looks for one."""

    check: Check
    words: str = ""
    role: str = ""
    guideline: str = ""


async def star(
    writer: Writer,
    *,
    count: int,
    rounds: int = 2,
    seed: int = 0,
    dimensions: Lists | None = None,
) -> Harvest:
    """Write `count` passages about events and relations of the writer's schema, types in turn.

    Args:
        writer: Who writes.
        count: How many passages to write.
        rounds: How often a text is mended at most.
        seed: Of the structures and of what is written.
        dimensions: In which ways passages differ, see `attributes`.

    Raises:
        ConfigError: When the schema has neither events nor relations.
    """
    types = targets(writer.schema)[:count]
    if not types:
        raise ConfigError(f"{writer.schema.name} has no relations and no events to write about")
    words = await pools(writer, types)

    async def make(number: int) -> Item:
        chance = random.Random(f"{seed} {number}")
        type_, id_ = types[number % len(types)], f"star-{seed}-{number:05}"
        found = words[type_.name]
        if isinstance(found, Problem):
            return lost(id_, found)
        frames = structure(type_, found, writer.schema, chance)
        if not frames:
            return Dropped(id_, "issues left", "the suggested words lie within each other")
        style = configuration(dimensions or {}, chance)
        task = _Task(writer, id_, type_, frames, style, seed + number)
        return await task.passage(rounds)

    return await gather(make, range(count), writer.gateway)


@dataclass(frozen=True, slots=True)
class _Task:
    """One structure on its way to a passage."""

    writer: Writer
    id: str
    type: Target
    frames: Structure
    style: str
    seed: int

    async def passage(self, rounds: int) -> Item:
        """Write, reflect and refine; return the passage, or why there is none."""
        wanted = _question(self.frames[-1], self.writer.schema, self.style)
        shown = await self._examples(wanted)
        text = await self._write(wanted, shown, 0)
        for done in itertools.count():
            if isinstance(text, Problem):
                return lost(self.id, text)
            issues = await self._issues(text)
            if isinstance(issues, Problem):
                return lost(self.id, issues, text)
            if not issues:
                return pinned(self.id, text, self.frames)
            if done == rounds:
                detail = "; ".join(f"{issue.check}: {issue.words}" for issue in issues)
                return Dropped(self.id, "issues left", detail, text)
            before = [*shown, Exchange(wanted, WRITTEN.write(text))]
            text = await self._write(self._instruction(issues), before, done + 1)
        raise AssertionError("the rounds end in the loop")

    async def _write(self, wanted: str, before: Sequence[Exchange], done: int) -> str | Problem:
        # A text that came back unchanged makes the same question, which is to be another sample.
        seed = self.seed + done
        return await self.writer.write(wanted, stage="write", seed=seed, before=before)

    async def _issues(self, text: str) -> list[Issue] | Problem:
        """Return the faults of a text; nothing is asked of one that lacks words."""
        if lacking := [issue for issue in self._wordings() if not _stands(issue.words, text)]:
            return [issue._replace(words=quoted(issue.words)) for issue in lacking]
        issues = list(self._suspicions())
        verdicts = await together(
            self.writer.judge(text, self._suspicion(issue), stage="reflect") for issue in issues
        )
        for verdict in verdicts:
            if isinstance(verdict, Problem):
                return verdict
        asked = zip(issues, verdicts, strict=True)
        return [issue for issue, yes in asked if yes == (issue.check == "unrequested")]

    def _wordings(self) -> Iterator[Issue]:
        for role, wording in self.frames[-1].fillers:
            yield Issue("verbatim", wording, role)

    def _suspicions(self) -> Iterator[Issue]:
        """Yield what is asked about a text."""
        frame, type_ = self.frames[-1], self.type
        if isinstance(type_, EventType):
            for role, wording in frame.fillers:
                if role == TRIGGER:
                    yield Issue("trigger", quoted(wording))
                else:
                    yield Issue("role", quoted(wording), role, type_.role(role).guideline)
            told = f"this {type_.words} ({quoted(frame.fillers[0][1])})"
        else:
            (_, head), (_, tail) = frame.fillers
            told = f"{quoted(head)} {type_.words} {quoted(tail)}"
            yield Issue("fact", told)
        yield Issue("unrequested", told)

    def _suspicion(self, issue: Issue) -> str:
        return render(
            "star-reflect.v1",
            **issue._asdict(),
            type=self.type,
            kinds=_kinds(self.writer.schema, self.type),
            how=DECISION.instruct(),
        )

    def _instruction(self, issues: Sequence[Issue]) -> str:
        return render(
            "star-refine.v1",
            issues=issues,
            type=self.type,
            kinds=_kinds(self.writer.schema, self.type),
            how=WRITTEN.instruct(),
        )

    async def _examples(self, wanted: str) -> list[Exchange]:
        """Return passages that tell of one thing of the type, as they would have been asked for."""
        schema, kind = self.writer.schema, self.type.kind

        def tells(demo: Labelled) -> bool:
            frames = demo.frames(kind)
            return len(frames) == 1 and frames[0].type == self.type.name

        found = await self.writer.examples(wanted, EXAMPLES, tells)
        return [
            Exchange(_question(demo.frames(kind)[0], schema, ""), WRITTEN.write(demo.text))
            for demo in found
        ]


def _stands(wording: str, text: str) -> bool:
    return any(match.level == "exact" for match in locate(wording, text))


def _question(frame: Frame, schema: Schema, style: str) -> str:
    type_ = schema[frame.type]
    roles = {role.name: role.guideline for role in getattr(type_, "roles", ())}
    parts = [
        {"role": role, "words": quoted(wording), "guideline": roles.get(role, "")}
        for role, wording in frame.fillers
    ]
    return render(
        "star-write.v1",
        type=type_,
        event=isinstance(type_, EventType),
        parts=parts,
        kinds=_kinds(schema, type_),
        style=style,
        how=WRITTEN.instruct(),
    )


def _kinds(schema: Schema, type_: object) -> list[str]:
    """Return the names of the types that a text is to have one instance of."""
    kinds = schema.events if isinstance(type_, EventType) else schema.relations
    return [kind.words for kind in kinds]
