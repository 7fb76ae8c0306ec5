"""What a model gets wrong again and again about labelled passages.

Mo et al. 2024, "C-ICL: Contrastive In-context Learning for Information Extraction": hard negatives
are the model's own errors. Each passage is asked about five times, with the others as
demonstrations. What at least half of the samples say and the labels do not is kept as rejected,
what recurs most first, and then what is spelled most like something right: those are the mistakes
that are made again. All passages come back, since the right ones are shown beside the wrong.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from rapidfuzz.fuzz import ratio

from questgraph.agents.concurrency import together
from questgraph.agents.learning.base import Learned, Lesson, Study, trouble, unit_of
from questgraph.agents.recipes.codeie import CODEIE, stages
from questgraph.agents.runs.engine import Engine
from questgraph.retrieval.bank import Bank
from questgraph.tools.errors import NotAskedError
from questgraph.tools.labelled import Labelled, frames_of
from questgraph.tools.records import MENTION, Argument, Claim, Frame, Result

SAMPLES = 5

BASE = replace(CODEIE, stages=stages(samples=SAMPLES))
"""Asks for what may go wrong: the prompt of C-ICL without its contrast."""


async def _learn(passages: Sequence[Labelled], study: Study) -> list[Learned]:
    bank = await asyncio.to_thread(Bank.build, passages, study.embedder)
    plan = replace(study.engine.plan, recipe=BASE, bank=bank)
    engine = Engine(plan, study.gateway, study.engine.model)
    return await together(_of_one(passage, engine) for passage in passages)


async def _of_one(passage: Labelled, engine: Engine) -> Learned:
    unit = unit_of(passage)
    (asked,) = await asyncio.to_thread(
        partial(engine.plan.prepare, [unit], avoid=unit.chunk.document_id)
    )
    result = await engine.question(asked)
    if result is None:
        raise NotAskedError(f"{passage.id} was put off")
    return Learned(
        (replace(passage, rejected=wrong(passage, result)),), trouble("mistakes", result)
    )


def wrong(passage: Labelled, result: Result) -> tuple[Claim, ...]:
    """Return what a result says of a passage and its labels do not, the likeliest slips first.

    A relation stands there with its ends, as a labelled file has it.
    """
    gold = passage.frames()
    claims = [_as_labelled(claim, passage) for claim in result.claims if claim.admitted]
    slips = [claim for claim in claims if not any(map(partial(_says, _frame(claim)), gold))]
    slips.sort(key=lambda claim: (-claim.votes / claim.samples, -_likeness(claim, gold)))
    ends = [end for claim in slips if claim.kind == "relation" for end in _ends(claim)]
    places = {claim.arguments[0].mention.span for claim in slips if claim.kind == "entity"}
    return (*slips, *(end for end in ends if end.arguments[0].mention.span not in places))


def _says(frame: Frame, gold: Frame) -> bool:
    """Say whether a label says all that `frame` does."""
    return frame.type == gold.type and _fillers(frame) <= _fillers(gold)


def _fillers(frame: Frame) -> set[tuple[str, str]]:
    return {(role, text.casefold()) for role, text in frame.fillers}


def _frame(claim: Claim) -> Frame:
    (frame,) = frames_of([claim])
    return frame


def _likeness(claim: Claim, gold: Iterable[Frame]) -> float:
    """Return how much the words of a slip are like those of something right, of 100."""
    return max((ratio(_words(_frame(claim)), _words(frame)) for frame in gold), default=0.0)


def _words(frame: Frame) -> str:
    return " ".join(text for _, text in frame.fillers)


def _as_labelled(claim: Claim, passage: Labelled) -> Claim:
    """Return a claim in the spelling of the passage, which the model may have changed."""
    arguments = tuple(
        Argument(role, replace(mention, text=passage.text[slice(*mention.span)], level="exact"))
        for role, mention in claim.arguments
        if mention.span
    )
    return replace(claim, arguments=arguments, document_id=passage.id)


def _ends(claim: Claim) -> Iterator[Claim]:
    for _, mention in claim.arguments[:2]:
        only = (Argument(MENTION, mention),)
        type_ = mention.type or "thing"
        yield Claim("entity", type_, only, document_id=claim.document_id, unit_id="")


MISTAKES = Lesson(
    name="mistakes",
    summary="keeps what several samples get wrong alike",
    labelled=True,
    learn=_learn,
)
