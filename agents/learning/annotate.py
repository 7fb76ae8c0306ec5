"""Self-annotation: what most samples say of a passage nobody labelled.

Xie et al. 2024, "Self-Improving for Zero-Shot Named Entity Recognition with Large Language Models".
Each passage is asked about five times. Two-stage majority voting asks first whether most samples
name a mention, then of which type; what four of five samples say of a mention passes both. Entities
score their votes, a passage the mean of its entities.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from questgraph.agents.learning.base import Learned, Lesson, Study, of_each, trouble
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.retrieval.selection import SCORE
from questgraph.tools.codecs.pairs import Pairs
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import MENTION, Argument, Claim, Mention, Result, Span

SAMPLES, AGREED = 5, 4
"""How often a passage is asked about, and how many samples must say the same."""

ANNOTATING = Recipe(
    name="annotate",
    summary="entities in one question, asked five times",
    source="the zero-shot prompt of Xie et al. 2024, with types explained",
    stages=(
        ask(
            "entity",
            codec=Pairs(),
            prompt="oneshot.v1",
            detected=False,
            together=1000,
            samples=SAMPLES,
        ),
        ground(),
        vote(),
    ),
)


async def _annotate(passage: Labelled, study: Study) -> Learned:
    result = await study.question(passage, recipe=ANNOTATING)
    claims = _agreed(result.claims)
    votes = [claim.votes for claim in claims] or [_silent(result)]
    score = sum(votes) / len(votes) / SAMPLES
    if score * SAMPLES < AGREED:
        return Learned((), trouble("annotate", result))
    notes = MappingProxyType({**passage.notes, SCORE: f"{score:.2f}"})
    labels = tuple(_label(claim, passage) for claim in claims)
    return Learned((replace(passage, claims=labels, rejected=(), notes=notes),))


def _agreed(claims: Iterable[Claim]) -> list[Claim]:
    """Return the entities that enough samples name, one for each place, the most certain."""
    found: dict[Span, Claim] = {}
    for claim in sorted(claims, key=lambda claim: -claim.votes):
        span = claim.arguments[0].mention.span
        if span and claim.votes >= AGREED:
            found.setdefault(span, claim)
    return [found[span] for span in sorted(found)]


def _silent(result: Result) -> int:
    """Return how many samples said that the passage has no entity.

    Without it a passage that has none would be no demonstration, and all would show some.
    """
    answered = {i for i, turn in enumerate(result.turns) if turn.parsed}
    return len(answered.difference(*(claim.turns for claim in result.claims)))


def _label(claim: Claim, passage: Labelled) -> Claim:
    """Return a claim as a label: in the passage's own words."""
    span = claim.arguments[0].mention.span or Span(0, 0)
    mention = Mention(passage.text[slice(*span)], type=claim.type, span=span, level="exact")
    only = (Argument(MENTION, mention),)
    return Claim("entity", claim.type, only, document_id=passage.id, unit_id="")


ANNOTATE = Lesson(
    name="annotate",
    summary="annotates plain passages by what its samples agree on",
    labelled=False,
    learn=of_each(_annotate),
)
