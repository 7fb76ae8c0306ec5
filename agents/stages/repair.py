"""What is wrong with it? Doubtful names are kept, corrected or dropped (ProgGen)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from questgraph.agents.checks import Doubt, check
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.samples import final, missing
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.codecs.repairs import (
    BOUNDARY,
    NO_NAME,
    TYPE,
    UNDECIDED,
    Repair,
    Repairs,
)
from questgraph.tools.grounding import locate
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import MENTION, Claim, Frame, Unit
from questgraph.tools.schema import EntityType, Schema

MAX_TOKENS = 256

BATCH = 3
"""Names in a question, all said to be of one type (ProgGen)."""

WIDEST = 9
"""Names of one passage that are asked about at most, the most doubtful."""

Name = tuple[str, str]
"""A type and a wording."""


def repair(
    *, at_most: int = WIDEST, batch: int = BATCH, prompt: str = "repair.v1", name: str = "repair"
) -> Stage:
    """Return a stage that asks what is wrong with doubtful names, and corrects them.

    In doubt is what not all samples said, and what the checks doubt. A name may be right, have the
    wrong words, be of the wrong type, or be none: it is confirmed, or refuted, and what it should
    be goes into `frames`, to be grounded. An answer that contradicts itself, or another one, and a
    correction that the passage does not have, leave a name unchecked and say why.

    Args:
        at_most: How many names to ask about.
        batch: How many of one type in a question.
        prompt: The question.
        name: The stage's name.
    """
    mender = _Mender(at_most, batch, prompt, name)
    return Stage(
        name=name,
        summary="asks what is wrong with doubtful names",
        run=mender.run,
        calls=mender.calls,
    )


@dataclass(frozen=True, slots=True)
class _Mender:
    """What `repair` was told, and how it is done."""

    at_most: int
    batch: int
    prompt: str
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        doubtful = _doubtful(state["claims"], context.schema)[: self.at_most]
        batches = list(self._batches(doubtful))
        answers = await together(self._put(each, state["unit"], context) for each in batches)
        turns = [turn for answer in answers for turn in answer.turns]
        repairs: dict[Name, Repair] = {}
        asked_in: dict[Name, int] = {}
        at = len(state["turns"])
        for names, answer in zip(batches, answers, strict=True):
            at += len(answer.turns)
            repairs |= dict(zip(names, answer.value or (), strict=False))
            asked_in |= dict.fromkeys(names, at - 1)
        settled = {each: _consistent(each, repairs, state["unit"].chunk.text) for each in repairs}
        frames = [
            Said(frame, (asked_in[each],))
            for each, decision in settled.items()
            if (frame := _corrected(each, decision))
        ]
        return {
            "claims": tuple(_settled(claim, settled, asked_in) for claim in state["claims"]),
            "frames": (*state["frames"], *frames),
            "turns": turns,
            "problems": [final(p) for answer in answers for p in missing([answer])],
        }

    def calls(self, schema: Schema) -> Calls:
        if not schema.entities:
            return NO_CALLS
        questions = tuple(self._wording([type_.name], type_, schema) for type_ in schema.entities)
        return Calls(0, self.at_most / self.batch / 2, self.at_most, MAX_TOKENS, questions)

    def _batches(self, names: Sequence[Name]) -> Sequence[Sequence[Name]]:
        """Return the names that one question is about, for each question."""
        batches: list[Sequence[Name]] = []
        for _, same in groupby(sorted(names), key=lambda each: each[0]):
            group = list(same)
            batches += [group[i : i + self.batch] for i in range(0, len(group), self.batch)]
        return batches

    async def _put(
        self, names: Sequence[Name], unit: Unit, context: Context
    ) -> Answer[list[Repair]]:
        type_ = context.schema[names[0][0]]
        assert isinstance(type_, EntityType)
        wordings = [wording for _, wording in names]
        text = self._wording(wordings, type_, context.schema)
        codec = Repairs(wordings, type_.name)
        question = about(codec, context.schema.entities, text, max_tokens=MAX_TOKENS)
        messages = [Message("user", f"{fenced(unit.chunk.text)}\n\n{text}")]
        return await converse(context.gateway, messages, question, stage=self.name)

    def _wording(self, names: Sequence[str], type_: EntityType, schema: Schema) -> str:
        return render(
            self.prompt,
            type=type_,
            others=[other for other in schema.entities if other != type_],
            names=[" ".join(each.split()) for each in names],
            how=Repairs(names, type_.name).instruct(schema.entities),
        )


def _doubtful(claims: Sequence[Claim], schema: Schema) -> list[Name]:
    """Return the names in doubt, those that the fewest samples said first."""
    shares: dict[Name, float] = {}
    for claim in claims:
        if claim.kind != "entity" or not claim.grounded or claim.verdict != "unchecked":
            continue
        share = claim.votes / claim.samples
        if share < 1 or isinstance(check(claim, schema, claims), Doubt):
            shares.setdefault(_name(claim), share)
    return sorted(shares, key=lambda each: shares[each])


def _name(claim: Claim) -> Name:
    return claim.type, claim.arguments[0].mention.text


def _target(name: Name, decision: Repair) -> Name:
    """Return what a name should be."""
    type_, wording = name
    return (decision.text, wording) if decision.choice == TYPE else (type_, decision.text)


def _consistent(name: Name, repairs: Mapping[Name, Repair], text: str) -> Repair:
    """Return what was decided about a name, unless that cannot be."""
    decision = repairs[name]
    if decision.choice == BOUNDARY and not locate(decision.text, text):
        return Repair(UNDECIDED, f"not in the passage: {decision.text!r}")
    if decision.choice in (BOUNDARY, TYPE):
        target = _target(name, decision)
        if target in repairs and repairs[target].choice in (BOUNDARY, TYPE, NO_NAME):
            return Repair(UNDECIDED, f"{target[1]!r} as {target[0]} was turned down too")
    return decision


def _corrected(name: Name, decision: Repair) -> Frame | None:
    if decision.choice not in (BOUNDARY, TYPE):
        return None
    type_, wording = _target(name, decision)
    return Frame("entity", type_, ((MENTION, wording),))


def _settled(claim: Claim, settled: Mapping[Name, Repair], asked_in: Mapping[Name, int]) -> Claim:
    name = _name(claim)
    if claim.kind != "entity" or claim.verdict != "unchecked" or name not in settled:
        return claim
    turns = (*claim.turns, asked_in[name])
    match settled[name]:
        case Repair("A"):
            return replace(claim, verdict="confirmed", turns=turns)
        case Repair("B", text):
            return replace(claim, verdict="refuted", reason=f"the name is {text!r}", turns=turns)
        case Repair("C", text):
            return replace(claim, verdict="refuted", reason=f"it is a {text}", turns=turns)
        case Repair("D"):
            return replace(claim, verdict="refuted", reason="it is no name", turns=turns)
        case Repair(_, why):
            return replace(claim, reason=f"the answer contradicts itself: {why}", turns=turns)
