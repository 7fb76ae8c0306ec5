"""How are two names related, by what labelled pairs look like? Asks no model.

A small language model names the ends of a relation well and their relation badly: on SciER three of
four relations that Qwen2.5-Coder-1.5B gave were wrong. A linear probe over the labelled pairs of
the bank knows less of the world and more of the labels.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import Embedder
from questgraph.retrieval.pair_probe import BETWEEN, Pair, PairProbe
from questgraph.retrieval.probe import Guess, learned
from questgraph.tools.chunking import sentences_of
from questgraph.tools.errors import ConfigError
from questgraph.tools.grounding import evidence
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Mention, Unit
from questgraph.tools.schema import RelationType, Schema

LABELLED = 50
"""Pairs of a type that a bank must have for its probe to be heard about that type."""

NEAR = 0.8
"""Share of them that must stand within the characters that the probe looks at. Where a whole
document is labelled, a pair is labelled at any of its mentions: of CDR's pairs 0.41 are near, of
SciER's 0.93, and heard about CDR the probe turned down what was right."""

SURE, UNLIKELY = 0.7, 0.05
"""Probability from which a relation is added, and below which one is turned down."""

MOST = 60
"""Pairs of names that are looked at in one passage, the closest ones."""


def relate(*, name: str = "relate") -> Stage:
    """Return a stage that adds the relations of which the bank's probe is sure.

    Relations that it finds very unlikely are turned down. It is heard only about types of which the
    bank has many labelled pairs, most of them near; without a bank, or without such types, nothing
    changes.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if context.bank is None:
            return {}
        try:
            # Whoever comes first learns; the others wait for it, and not the event loop.
            claims = await asyncio.to_thread(_settled, state, context.bank, context.schema)
        except ConfigError:
            return {}  # The bank has no unrelated pairs: nothing tells related ones apart.
        return {"claims": tuple(claims)}

    return Stage(name=name, summary="adds and turns down relations, by labelled pairs", run=run)


def _settled(state: State, bank: Bank, schema: Schema) -> list[Claim]:
    """Return the claims about a passage with relations turned down and added."""
    unit, claims, types = state["unit"], list(state["claims"]), learned(_taught, bank)
    if not types:
        return claims
    probe = learned(PairProbe, bank)
    said = [i for i, claim in enumerate(claims) if claim.type in types and claim.grounded]
    for i, guess in zip(said, probe.rate([_ends(claims[i], unit) for i in said]), strict=True):
        claims[i] = _judged(claims[i], guess)
    unsaid = _open(claims, unit, schema, types)
    for pair, guess in zip(unsaid, probe.rate(unsaid), strict=True):
        claims += _added(pair, guess, unit, schema, types)
    return claims


def _taught(passages: Sequence[Labelled], embedder: Embedder) -> frozenset[str]:
    """Return the relation types that a probe can learn, whatever passages are embedded by."""
    near: dict[str, list[bool]] = {}
    for demo in passages:
        for claim in demo.claims:
            if claim.kind == "relation" and claim.grounded:
                pair = Pair(demo.text, claim.fillers(HEAD)[0], claim.fillers(TAIL)[0])
                near.setdefault(claim.type, []).append(pair.distance <= BETWEEN)
    return frozenset(
        type_
        for type_, pairs in near.items()
        if len(pairs) >= LABELLED and sum(pairs) >= NEAR * len(pairs)
    )


def _open(
    claims: Sequence[Claim], unit: Unit, schema: Schema, types: Collection[str]
) -> list[Pair]:
    """Return pairs of names between which nothing holds, each at its closest mentions."""
    related = (claim for claim in claims if claim.kind == "relation" and claim.admitted)
    told = {_ends(claim, unit).names for claim in related}
    names = [
        _local(claim.arguments[0].mention, unit)
        for claim in claims
        if claim.kind == "entity" and claim.admitted
    ]
    pairs = (Pair(unit.chunk.text, *ends) for ends in permutations(names, 2))
    fitting = (
        pair
        for pair in pairs
        if pair.names not in told
        and len(set(pair.names)) > 1
        and any(_fits(pair, type_, schema) for type_ in types)
    )
    closest: dict[object, Pair] = {}
    for pair in sorted(fitting, key=lambda pair: pair.distance):
        closest.setdefault(pair.names, pair)
    return list(closest.values())[:MOST]


def _judged(claim: Claim, guess: Guess) -> Claim:
    likely = dict(zip(*guess, strict=True)).get(claim.type, 0.0)
    if likely >= UNLIKELY or not claim.admitted:
        return claim
    reason = f"labelled pairs like it are seldom related so ({likely:.2f})"
    return replace(claim, verdict="refuted", reason=reason)


def _added(
    pair: Pair, guess: Guess, unit: Unit, schema: Schema, types: Collection[str]
) -> Iterator[Claim]:
    """Yield the relation of a pair that the probe is sure of, if any."""
    type_, likely = guess.types[0], guess.scores[0]
    if likely < SURE or type_ not in types or not _fits(pair, type_, schema):
        return
    ends = (pair.head, pair.tail)
    start = unit.chunk.span.start
    places = [span for mention in ends if (span := mention.span)]
    yield Claim(
        "relation",
        type_,
        tuple(
            Argument(role, replace(mention, span=span.shift(start)))
            for role, mention, span in zip((HEAD, TAIL), ends, places, strict=True)
        ),
        document_id=unit.chunk.document_id,
        unit_id=unit.id,
        evidence=evidence(places, sentences_of(unit.chunk)).shift(start),
        verdict="sound",
        reason=f"labelled pairs like it are related so ({likely:.2f})",
    )


def _fits(pair: Pair, name: str, schema: Schema) -> bool:
    relation = schema[name]
    return isinstance(relation, RelationType) and all(
        schema.accepts(wanted, mention.type)
        for wanted, mention in ((relation.head, pair.head), (relation.tail, pair.tail))
    )


def _ends(claim: Claim, unit: Unit) -> Pair:
    """Return head and tail of a grounded relation, with spans into the passage."""
    (head,), (tail,) = claim.fillers(HEAD), claim.fillers(TAIL)
    return Pair(unit.chunk.text, _local(head, unit), _local(tail, unit))


def _local(mention: Mention, unit: Unit) -> Mention:
    span = mention.span and mention.span.shift(-unit.chunk.span.start)
    return replace(mention, span=span)
