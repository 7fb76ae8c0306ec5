"""Which names do labelled passages always call the same? Asks no model."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.retrieval.gazetteer import Gazetteer, Known
from questgraph.retrieval.probe import learned
from questgraph.tools.chunking import sentences_of
from questgraph.tools.grounding import evidence
from questgraph.tools.records import MENTION, Argument, Claim, Mention, Span, Unit


def recognise(*, name: str = "recognise") -> Stage:
    """Return a stage that adds the names which the bank has labelled consistently.

    Where the model calls such a name something else, the labels outrank it. Names that reach into
    one that the model gave are left alone: it saw the whole passage. Without a bank nothing
    changes.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if context.bank is None or not context.schema.entities:
            return {}
        unit = state["unit"]
        gazetteer = await asyncio.to_thread(learned, Gazetteer.learn, context.bank)
        claims = list(state["claims"])
        borders = sentences_of(unit.chunk)
        for known in gazetteer.find(unit.chunk.text):
            span = known.span.shift(unit.chunk.span.start)
            if not any(_reaches_into(claim, span) for claim in claims):
                claims = [_outranked(claim, span, known) for claim in claims]
                claims.append(_claim(known, unit, borders))
        return {"claims": tuple(claims)}

    return Stage(name=name, summary="adds names that demonstrations always label", run=run)


def _reaches_into(claim: Claim, span: Span) -> bool:
    """Say whether an entity's mention shares characters with `span`, and not all of them."""
    place = claim.arguments[0].mention.span
    return claim.kind == "entity" and place not in (None, span) and span.overlaps(place)


def _outranked(claim: Claim, span: Span, known: Known) -> Claim:
    if claim.kind != "entity" or claim.type == known.type:
        return claim
    if claim.arguments[0].mention.span != span:
        return claim
    reason = f"demonstrations label it {known.type}, {known.times} times"
    return replace(claim, verdict="invalid", reason=reason)


def _claim(known: Known, unit: Unit, borders: Sequence[Span]) -> Claim:
    span = known.span.shift(unit.chunk.span.start)
    text = unit.chunk.text[slice(*known.span)]
    mention = Mention(text, type=known.type, span=span, level="exact")
    return Claim(
        "entity",
        known.type,
        (Argument(MENTION, mention),),
        document_id=unit.chunk.document_id,
        unit_id=unit.id,
        evidence=evidence([known.span], borders).shift(unit.chunk.span.start),
        verdict="sound",
        reason=f"labelled so {known.times} times in the demonstrations",
    )
