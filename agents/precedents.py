"""Candidates of labelled passages, of which it is known what they are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from questgraph.agents.candidates import fitting
from questgraph.agents.stages.pair import pairs
from questgraph.agents.state import Candidate
from questgraph.tools.folding import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    TRIGGER,
    Argument,
    Chunk,
    Claim,
    Kind,
    Span,
    Unit,
)
from questgraph.tools.schema import Schema

_DECISIVE = frozenset({MENTION, TRIGGER, HEAD, TAIL})
"""Roles by which a candidate is known; what else its claim says belongs to no question."""


class Precedent(NamedTuple):
    """A candidate and what it turned out to be."""

    candidate: Candidate
    type: str
    """Empty when it is none of the candidate's types."""


def precedents(demo: Labelled, kind: Kind, schema: Schema) -> Iterator[Precedent]:
    """Yield the candidates of a labelled passage: first those of a type, then those of none.

    Of none are what was said of the passage and is wrong, and pairs whose relation nobody labelled.
    """
    told = set()
    for claim in demo.claims:
        if claim.kind == kind and (names := _names(claim.arguments)) not in told:
            told.add(names)
            yield _precedent(claim, schema, claim.type)
    for claim in demo.rejected:
        if claim.kind == kind and _names(claim.arguments) not in told:
            yield _precedent(claim, schema, "")
    if kind == "relation":
        for pair in pairs(demo.claims, schema):
            if _names(pair.arguments) not in told:
                yield Precedent(pair, "")


def precedent(
    demo: Labelled, candidate: Candidate, schema: Schema, *, typed: bool
) -> Precedent | None:
    """Return what in a labelled passage is most like `candidate`, with the types of that.

    Args:
        demo: The passage.
        candidate: What is asked about; a pair is only like pairs of the same entity types.
        schema: Its types.
        typed: Whether it is to be of one of the candidate's types, or of none of them.
    """
    for found, type_ in precedents(demo, candidate.kind, schema):
        right = type_ in candidate.types if typed else not type_
        if right and _sorts(found) == _sorts(candidate):
            return Precedent(replace(found, types=candidate.types), type_)
    return None


def unit_of(demo: Labelled) -> Unit:
    """Return a labelled passage as if it were to be asked about."""
    return Unit(Chunk(demo.id, demo.text, span=Span(0, len(demo.text)), index=0))


def _precedent(claim: Claim, schema: Schema, type_: str) -> Precedent:
    ends = tuple(argument for argument in claim.arguments if argument.role in _DECISIVE)
    candidate = Candidate(claim.kind, ends)
    return Precedent(replace(candidate, types=fitting(candidate, schema)), type_)


def _names(arguments: Sequence[Argument]) -> frozenset[str]:
    """Return what two candidates share that are about the same things, in whatever direction."""
    return frozenset(fold(mention.text).text for role, mention in arguments if role in _DECISIVE)


def _sorts(candidate: Candidate) -> list[str]:
    """Return the entity types of a pair: what is asked of other pairs has other options."""
    return [mention.type for role, mention in candidate.arguments if role in (HEAD, TAIL)]
