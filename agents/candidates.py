"""Candidates in words, in their passage, and as claims."""

import re
from collections.abc import Sequence
from dataclasses import replace

from questgraph.agents.state import Candidate
from questgraph.agents.statements import statement
from questgraph.tools.chunking import sentences_of
from questgraph.tools.grounding import evidence
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Span, Unit
from questgraph.tools.schema import AnyType, RelationType, Schema

OPEN, CLOSE = "[[", "]]"
"""What stands around a marked mention."""

_SLOT = re.compile(r"\{(\w+)\}")


def fitting(candidate: Candidate, schema: Schema) -> tuple[str, ...]:
    """Return the types that a candidate may be of, by the signatures of relations (QA4RE)."""
    types = schema.types(candidate.kind)
    if candidate.kind != "relation":
        return tuple(type_.name for type_ in types)
    head, tail = (candidate_type(candidate, role) for role in (HEAD, TAIL))
    return tuple(
        type_.name
        for type_ in types
        if isinstance(type_, RelationType)
        and schema.accepts(type_.head, head)
        and schema.accepts(type_.tail, tail)
    )


def candidate_type(candidate: Candidate, role: str) -> str:
    """Return the entity type of what fills `role`; empty when it is not known."""
    return next((mention.type for each, mention in candidate.arguments if each == role), "")


def marked(candidate: Candidate, unit: Unit) -> str:
    """Return the sentences that hold a candidate, its mentions between marks.

    >>> from questgraph.tools.records import Chunk, Mention
    >>> unit = Unit(Chunk("d", "It rained. Ann left.", span=Span(0, 20), index=0))
    >>> marked(Candidate("entity", (Argument("mention", Mention("Ann", span=Span(11, 14))),)), unit)
    '[[Ann]] left.'
    """
    text, spans = unit.chunk.text, places(candidate, unit)
    window = evidence(spans, sentences_of(unit.chunk)) if spans else Span(0, len(text))
    # At one place marks close before others open, the inner ones first and the outer ones first.
    edges = [(span.end, 0, -span.start, CLOSE) for span in set(spans)]
    edges += [(span.start, 1, -span.end, OPEN) for span in set(spans)]
    pieces, at = [], window.start
    for place, _, _, mark in sorted(edges):
        pieces += [text[at:place], mark]
        at = place
    return "".join([*pieces, text[at : window.end]]).strip()


def in_words(candidate: Candidate, type_: AnyType) -> str:
    """Put into words that a candidate is of a type: its template, or else names and type.

    The question of a type is its template when it has the slots `{head}` and `{tail}`,
    `{mention}`, or `{trigger}`.

    >>> from questgraph.tools.records import Mention
    >>> ends = Argument("head", Mention("Ann")), Argument("tail", Mention("Bo"))
    >>> pair = Candidate("relation", ends)
    >>> in_words(pair, RelationType(name="knows"))
    '"Ann" knows "Bo"'
    >>> in_words(pair, RelationType(name="knows", question="{head} has met {tail}"))
    'Ann has met Bo'
    """
    # Line breaks in a mention would look like options of their own.
    fillers = {role: " ".join(mention.text.split()) for role, mention in candidate.arguments}
    slots = _SLOT.findall(type_.question)
    if slots and fillers.keys() >= set(slots):
        return _SLOT.sub(lambda slot: fillers[slot[1]], type_.question)
    claim = Claim(candidate.kind, type_.name, candidate.arguments, document_id="", unit_id="")
    return " ".join(statement(claim, type_).removesuffix(": ").split())


def places(candidate: Candidate, unit: Unit) -> list[Span]:
    """Return where in the passage the mentions of a candidate are."""
    spans = (mention.span for _, mention in candidate.arguments)
    return [span.shift(-unit.chunk.span.start) for span in spans if span]


def decided(
    candidate: Candidate,
    type_: str,
    unit: Unit,
    *,
    turns: Sequence[int] = (),
    votes: int = 1,
    samples: int = 1,
    reason: str = "",
) -> Claim:
    """Return the claim that a candidate is of type `type_`."""
    spans = places(candidate, unit)
    place = (
        evidence(spans, sentences_of(unit.chunk)).shift(unit.chunk.span.start) if spans else None
    )
    return Claim(
        candidate.kind,
        type_,
        _typed(candidate, type_),
        document_id=unit.chunk.document_id,
        unit_id=unit.id,
        evidence=place,
        votes=votes,
        samples=samples,
        reason=reason,
        turns=(*candidate.turns, *turns),
    )


def _typed(candidate: Candidate, type_: str) -> tuple[Argument, ...]:
    """Return the arguments; the mention of an entity is of the entity's type."""
    if candidate.kind != "entity":
        return candidate.arguments
    return tuple(Argument(role, replace(m, type=type_)) for role, m in candidate.arguments)
