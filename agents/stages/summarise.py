"""Does what is said of the two amount to this relation? Summarise, ask, answer (SUMASK)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np

from questgraph.agents.candidates import decided, in_words
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced, opening
from questgraph.agents.samples import TEMPERATURE, final, missing, sampled
from questgraph.agents.stages.base import NO_CALLS, OCCURS, Calls, Recipe, Stage
from questgraph.agents.stages.pair import MOST_PAIRS
from questgraph.agents.state import Candidate, Context, Problem, State, Update
from questgraph.retrieval.embedders import Embedder, HashingEmbedder
from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.prose import Prose
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Mention, Turn, Unit
from questgraph.tools.schema import AnyType, Schema

T = TypeVar("T")

MAX_TOKENS = 256

SUMMARY = Prose()
QUESTION = Prose(how="Answer with the question only.")
DECISION = YesNo()


def summarise(*, samples: int = 5, name: str = "summarise") -> Stage:
    """Return a stage that decides which relation each candidate pair has, by chains of questions.

    A chain says in a sentence how the two are related (summarise), makes a yes/no question of a
    relation (ask), and answers that by the summary alone (answer). A relation that most chains
    confirm survives. Of several survivors the one about which the chains differ least counts;
    without any the pair has no relation.

    Args:
        samples: How many chains each relation gets.
        name: The stage's name.
    """
    summariser = _Summariser(samples, name)
    return Stage(
        name=name,
        summary=f"summarises each pair and asks about relations, {samples} times",
        run=summariser.run,
        calls=summariser.calls,
    )


class _Chain(NamedTuple):
    """One sample of the chain about one relation."""

    type: str
    summary: str
    question: str

    answer: Answer[bool]
    """What was answered at last, with the turns of asking and answering."""


@dataclass(frozen=True, slots=True)
class _Summariser:
    """What `summarise` was told, and how it is done."""

    samples: int
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        mine = [each for each in state["candidates"] if each.kind == "relation"]
        asked = await together(self._ask(each, state, context, recipe) for each in mine)
        claims, turns, problems = list(state["claims"]), list[Turn](), list[Problem]()
        for candidate, (summaries, chains) in zip(mine, asked, strict=True):
            turns += [turn for summary in summaries for turn in summary.turns]
            problems += map(final, missing(summaries))
            survivors = []
            for tried in chains:
                answers = [chain.answer for chain in tried]
                claim = _majority(candidate, tried, len(state["turns"]) + len(turns), state["unit"])
                survivors += [(claim, tried)] if claim else []
                turns += [turn for answer in answers for turn in answer.turns]
                problems += map(final, missing(answers))
            claims += await asyncio.to_thread(_surest, survivors, context)
        others = (each for each in state["candidates"] if each.kind != "relation")
        return {
            "claims": tuple(claims),
            "candidates": tuple(others),
            "turns": turns,
            "problems": problems,
        }

    def calls(self, schema: Schema) -> Calls:
        if not schema.relations:
            return NO_CALLS
        type_ = schema.relations[0]
        ends = (Argument(HEAD, Mention(type_.name)), Argument(TAIL, Mention(type_.name)))
        example = Candidate("relation", ends)
        questions = (
            _to_summarise(example),
            _to_ask(example, type_),
            _to_answer(type_.words, type_.words),
        )
        most = MOST_PAIRS * self.samples * (1 + 2 * len(schema.relations))
        return Calls(0, OCCURS * most, most, MAX_TOKENS, questions, self.samples)

    async def _ask(
        self, candidate: Candidate, state: State, context: Context, recipe: Recipe
    ) -> tuple[list[Answer[str]], list[list[_Chain]]]:
        """Return the summaries of what is said of a pair, and the chains about each relation."""
        text = _to_summarise(candidate)
        shown = opening(recipe, state["unit"].chunk.text, state["context"])
        summaries = await sampled(
            context.gateway,
            [Message("user", f"{shown}\n\n{text}")],
            about(SUMMARY, (), text, max_tokens=MAX_TOKENS),
            stage=self.name,
            samples=self.samples,
        )
        chains = await together(
            together(
                self._chain(candidate, context.schema[name], summary.value, seed, context)
                for seed, summary in enumerate(summaries)
                if summary.value is not None
            )
            for name in candidate.types
        )
        return summaries, chains

    async def _chain(
        self, candidate: Candidate, type_: AnyType, summary: str, seed: int, context: Context
    ) -> _Chain:
        asked = await self._put(QUESTION, _to_ask(candidate, type_), seed, context)
        if asked.value is None:
            return _Chain(type_.name, summary, "", Answer(None, asked.turns, asked.problem))
        answered = await self._put(DECISION, _to_answer(summary, asked.value), seed, context)
        both = replace(answered, turns=(*asked.turns, *answered.turns))
        return _Chain(type_.name, summary, asked.value, both)

    async def _put(self, codec: Codec[T], text: str, seed: int, context: Context) -> Answer[T]:
        """Ask something by itself, without the passage."""
        return await converse(
            context.gateway,
            [Message("user", text)],
            about(codec, (), text, max_tokens=MAX_TOKENS),
            stage=self.name,
            temperature=TEMPERATURE if self.samples > 1 else 0.0,
            seed=seed,
        )


def _to_summarise(candidate: Candidate) -> str:
    head, tail = (" ".join(m.text.split()) for _, m in candidate.arguments[:2])
    return render("sumask-summarise.v1", head=head, tail=tail, how=SUMMARY.instruct())


def _to_ask(candidate: Candidate, type_: AnyType) -> str:
    return render(
        "sumask-ask.v1",
        statement=in_words(candidate, type_),
        guideline=type_.guideline,
        how=QUESTION.instruct(),
    )


def _to_answer(summary: str, question: str) -> str:
    return render(
        "sumask-answer.v1", summary=fenced(summary), question=question, how=DECISION.instruct()
    )


def _majority(candidate: Candidate, tried: Sequence[_Chain], turn: int, unit: Unit) -> Claim | None:
    """Return the claim that most chains about a relation confirm; `turn` is their first turn."""
    yes, read = [], 0
    for chain in tried:
        turn += len(chain.answer.turns)
        read += chain.answer.value is not None
        yes += [turn - 1] if chain.answer.value else []
    if 2 * len(yes) <= read:
        return None
    return decided(candidate, tried[0].type, unit, turns=yes, votes=len(yes), samples=read)


def _surest(survivors: Sequence[tuple[Claim, Sequence[_Chain]]], context: Context) -> list[Claim]:
    """Return the survivor whose chains differ least; nothing when there is none."""
    if len(survivors) < 2:
        return [claim for claim, _ in survivors]
    embedder = context.bank.embedder if context.bank else HashingEmbedder()
    return [min(survivors, key=lambda survivor: dispersion(survivor[1], embedder))[0]]


def dispersion(chains: Sequence[_Chain], embedder: Embedder) -> float:
    """Return how much the summaries, the questions and the answers differ, each among themselves.

    For each of the three it is the mean squared distance of their vectors from their mean: 0
    where all say the same.
    """
    read = [chain for chain in chains if chain.answer.value is not None]
    said = (
        [chain.summary for chain in read],
        [chain.question for chain in read],
        ["yes" if chain.answer.value else "no" for chain in read],
    )
    return sum(1 - float(np.square(embedder.embed(texts).mean(axis=0)).sum()) for texts in said)
