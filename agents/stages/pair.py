"""Which entities may be related? Pairs that fit a signature; asks no model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

from questgraph.agents.candidates import fitting
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Candidate, Context, State, Update
from questgraph.tools.folding import fold
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Mention, Span
from questgraph.tools.schema import RelationType, Schema

MOST_PAIRS = 32
"""Pairs of one passage that are asked about."""

Entity = tuple[str, str]
"""A name, folded, and its type."""


def pair(*, at_most: int = MOST_PAIRS, name: str = "pair") -> Stage:
    """Return a stage that makes a candidate of each two entities that some relation may join.

    Its types are the relations whose signature accepts the two (the pruning of QA4RE, Zhang et al.
    2023). Two names make one candidate in each direction, with the mentions that stand closest
    together. Given pairs are kept as they are and only get their types.

    Args:
        at_most: How many pairs to make; those that stand closest are.
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        given = state["candidates"] or pairs(state["claims"], context.schema)[:at_most]
        known = {
            claim.arguments[0].mention.span: claim.type for claim in _entities(state["claims"])
        }
        typed = [_typed(candidate, known) for candidate in given]
        fitted = [
            candidate
            if candidate.types
            else replace(candidate, types=fitting(candidate, context.schema))
            for candidate in typed
        ]
        return {"candidates": tuple(candidate for candidate in fitted if candidate.types)}

    return Stage(
        name=name, summary=f"pairs entities that a relation may join, {at_most} at most", run=run
    )


def pairs(claims: Iterable[Claim], schema: Schema) -> list[Candidate]:
    """Return a candidate for each two entities that some relation may join, the closest first."""
    places: dict[Entity, list[Mention]] = {}
    for claim in _entities(claims):
        mention = replace(claim.arguments[0].mention, type=claim.type)
        places.setdefault((fold(mention.text).text, claim.type), []).append(mention)
    found = list(_fitted(places, schema))
    return sorted(found, key=lambda candidate: _apart(*(m for _, m in candidate.arguments)))


def _fitted(places: dict[Entity, list[Mention]], schema: Schema) -> Iterator[Candidate]:
    for one, other in permutations(places, 2):
        if one[0] == other[0]:
            continue
        head, tail = min(product(places[one], places[other]), key=lambda both: _apart(*both))
        candidate = Candidate("relation", (Argument(HEAD, head), Argument(TAIL, tail)))
        types = _told_once(fitting(candidate, schema), candidate, schema)
        if types:
            yield replace(candidate, types=types)


def _told_once(types: Sequence[str], candidate: Candidate, schema: Schema) -> tuple[str, ...]:
    """Return `types` without symmetric relations whose head does not stand first."""
    (_, head), (_, tail) = candidate.arguments
    swapped = replace(candidate, arguments=(Argument(HEAD, tail), Argument(TAIL, head)))
    late = (tail.span or ()) < (head.span or ())
    either_way = fitting(swapped, schema) if late else ()
    return tuple(name for name in types if not (_symmetric(name, schema) and name in either_way))


def _symmetric(name: str, schema: Schema) -> bool:
    type_ = schema[name]
    return isinstance(type_, RelationType) and type_.symmetric


def _typed(candidate: Candidate, known: dict[Span | None, str]) -> Candidate:
    """Return a candidate with the types that entity claims give its mentions."""
    arguments = tuple(
        Argument(role, replace(mention, type=mention.type or known.get(mention.span, "")))
        for role, mention in candidate.arguments
    )
    return replace(candidate, arguments=arguments)


def _entities(claims: Iterable[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.kind == "entity" and claim.admitted]


def _apart(one: Mention, other: Mention) -> tuple[bool, int, Span, Span]:
    """Return how badly two mentions stand together; one within the other is no pair of names."""
    first, second = one.span or Span(0, 0), other.span or Span(0, 0)
    return first.overlaps(second), first.distance(second), first, second
