"""What may it be, and how sure is that? A small model answers, in place of the large one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TypeAlias

from questgraph.agents.candidates import places
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.stages.first_reading import PROPOSE, first_question, read_first
from questgraph.agents.state import Candidate, Context, Problem, State, Update
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.pair_probe import Pair, PairProbe
from questgraph.retrieval.probe import Guess, learned
from questgraph.retrieval.proposer import MentionProbe, Proposal, Proposer
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import HEAD, MENTION, TAIL, Argument, Mention, Turn, Unit
from questgraph.tools.schema import Schema

NO_BANK = "there are no labelled passages to learn from: name a bank, or a model that proposes"

TOLD = 3
"""Types of a candidate that the trace names."""

Learn: TypeAlias = Callable[[Bank], Proposer]

LINEAR: Learn = partial(learned, MentionProbe)


def propose(*, learn: Learn = LINEAR) -> Stage:
    """Return a stage that makes a candidate of whatever may be a name, with probabilities.

    A small language model says so where the run has one (`Context.proposer`), else what was learned
    from the bank. Without a bank to learn from, or with one that names nothing of the schema, the
    unit then fails: there is nobody who could propose.

    Args:
        learn: Makes the proposer of a bank, and keeps it for the next passage.
    """

    def proposals(bank: Bank, text: str) -> list[Proposal]:
        return learn(bank).propose(text)

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if context.proposer:
            return await read_first(state, context, context.proposer)
        unit = state["unit"]
        if context.bank is None:
            return {"problems": [Problem(PROPOSE, "failed", NO_BANK)]}
        try:
            found = await asyncio.to_thread(proposals, context.bank, unit.chunk.text)
        except ConfigError as error:
            return {"problems": [Problem(PROPOSE, "failed", str(error))]}
        turn = len(state["turns"])
        new = tuple(_candidate(proposal, unit, turn) for proposal in found)
        return {
            "candidates": (*state["candidates"], *new),
            "turns": [_noted(PROPOSE, "What may the passage name?", new)],
        }

    return Stage(name=PROPOSE, summary="finds what may be a name, by a small model", run=run)


def proposes(recipe: Recipe) -> bool:
    """Say whether a small language model can be the first reader of a recipe."""
    return any(stage.name == PROPOSE for stage in recipe.stages)


@lru_cache(maxsize=64)
def asking_first(recipe: Recipe) -> Recipe:
    """Return a recipe as it is when a small language model proposes: that question counts, too."""
    (question,) = first_question().stages

    def calls(schema: Schema) -> Calls:
        # It is not put about a passage that comes with names.
        return question.calls(schema)._replace(least=0) if question.calls else NO_CALLS

    stages = tuple(
        replace(stage, summary="asks a small model for all names", session=PROPOSE, calls=calls)
        if stage.name == PROPOSE
        else stage
        for stage in recipe.stages
    )
    return replace(recipe, stages=stages)


def rate(*, name: str = "rate") -> Stage:
    """Return a stage that says of each pair how likely each of its relations is.

    Where the bank shows no relation of the schema the pairs stay without probabilities.

    Args:
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        mine = [each for each in state["candidates"] if each.kind == "relation"]
        if not mine or context.bank is None:
            return {}
        pairs = [_pair(candidate, state["unit"]) for candidate in mine]
        try:
            guesses = await asyncio.to_thread(_rated, context.bank, pairs)
        except ConfigError:
            return {}
        turn = len(state["turns"])
        rated = [_scored(*both, turn) for both in zip(mine, guesses, strict=True)]
        others = [each for each in state["candidates"] if each.kind != "relation"]
        return {
            "candidates": (*others, *rated),
            "turns": [_noted(name, "How are the pairs related?", rated)],
        }

    return Stage(name=name, summary="says how likely each relation is, by a small model", run=run)


def _rated(bank: Bank, pairs: Sequence[Pair]) -> list[Guess]:
    return learned(PairProbe, bank).rate(pairs)


def _candidate(proposal: Proposal, unit: Unit, turn: int) -> Candidate:
    words = unit.chunk.text[slice(*proposal.span)]
    mention = Mention(words, span=proposal.span.shift(unit.chunk.span.start), level="exact")
    return Candidate("entity", (Argument(MENTION, mention),), *proposal.guess, (turn,))


def _pair(candidate: Candidate, unit: Unit) -> Pair:
    """Return a candidate as the probe takes it, with spans into the passage."""
    ends = {role: mention for role, mention in candidate.arguments if role in (HEAD, TAIL)}
    head, tail = places(candidate, unit)[:2]
    return Pair(unit.chunk.text, replace(ends[HEAD], span=head), replace(ends[TAIL], span=tail))


def _scored(candidate: Candidate, guess: Guess, turn: int) -> Candidate:
    """Return a candidate with what was guessed of its types, the likeliest first."""
    scores = dict(zip(*guess, strict=True))
    types = sorted(candidate.types, key=lambda type_: -scores.get(type_, 0.0))
    return replace(
        candidate,
        types=tuple(types),
        scores=tuple(scores.get(type_, 0.0) for type_ in types),
        turns=(*candidate.turns, turn),
    )


def _noted(stage: str, question: str, candidates: Sequence[Candidate]) -> Turn:
    """Return what a small model said, as the trace shows it."""
    lines = []
    for candidate in candidates:
        likely = zip(candidate.types[:TOLD], candidate.scores, strict=False)
        told = ", ".join(f"{type_} {score:.2f}" for type_, score in likely)
        words = " / ".join(mention.text for _, mention in candidate.arguments)
        lines.append(f"{words}: {told}")
    answer = "\n".join(lines) or "nothing"
    return Turn(stage, question, answer, parsed=answer)
