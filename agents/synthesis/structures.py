"""Structures to write about: an event with its trigger and arguments, or a relation with its ends.

STAR's first step (Ma et al. 2023): the words come from pools that the model fills once for each
type, and are combined by chance. Pools are ProgGen's Y-diversity too (Heng et al. 2024).
"""

import random
from collections.abc import Sequence
from itertools import chain

from questgraph.agents.concurrency import together
from questgraph.agents.state import Problem
from questgraph.agents.synthesis.answers import Lists
from questgraph.agents.synthesis.pinning import entity, relation, with_ends
from questgraph.agents.synthesis.writing import Writer
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Frame
from questgraph.tools.schema import EventType, RelationType, Schema

Target = EventType | RelationType
Structure = tuple[Frame, ...]
"""The frame to write about, last, behind the entities in it."""

PRESENT = 0.7
"""How likely an event's role is filled."""

DRAWS = 20
"""How often words are drawn until none lies within another."""


def targets(schema: Schema) -> tuple[Target, ...]:
    """Return the types of `schema` that have a structure."""
    return schema.relations + schema.events


async def pools(writer: Writer, types: Sequence[Target]) -> dict[str, Lists | Problem]:
    """Return words for each part of each type, as the model thinks of them."""
    found = await together(_pool(writer, type_) for type_ in types)
    return {type_.name: words for type_, words in zip(types, found, strict=True)}


def structure(type_: Target, words: Lists, schema: Schema, chance: random.Random) -> Structure:
    """Return a structure of `type_`, drawn from the words for its parts.

    Empty when the words do not give one in which no part lies within another.
    """
    for _ in range(DRAWS):
        drawn = [(part, chance.choice(words[part])) for part in _parts(type_, chance)]
        if not _entangled([wording for _, wording in drawn]):
            return _frames(type_, drawn, schema, chance)
    return ()


async def _pool(writer: Writer, type_: Target) -> Lists | Problem:
    names = _names(type_)
    return await writer.suggest(
        render("star-words.v1", type=type_, event=isinstance(type_, EventType)),
        stage="words",
        names=names,
    )


def _names(type_: Target) -> list[str]:
    if isinstance(type_, RelationType):
        return [HEAD, TAIL]
    return [TRIGGER, *(role.name for role in type_.roles)]


def _parts(type_: Target, chance: random.Random) -> list[str]:
    """Return the parts that a structure has: ends always, of the roles some, and at least one."""
    if isinstance(type_, RelationType):
        return [HEAD, TAIL]
    roles = [role.name for role in type_.roles]
    some = [name for name in roles if chance.random() < PRESENT]
    return [TRIGGER, *(some or roles[:1])]


def _entangled(wordings: Sequence[str]) -> bool:
    folded = [wording.casefold() for wording in wordings]
    return any(a in b for i, a in enumerate(folded) for j, b in enumerate(folded) if i != j)


def _frames(
    type_: Target, drawn: Sequence[tuple[str, str]], schema: Schema, chance: random.Random
) -> Structure:
    if isinstance(type_, RelationType):
        (_, head), (_, tail) = drawn
        ends = (_one_of(type_.head, chance), _one_of(type_.tail, chance))
        return with_ends(relation(head, type_.name, tail), ends)
    roles = {role.name: role.types for role in type_.roles}
    named = [
        entity(wording, _one_of(roles[part], chance)) for part, wording in drawn if roles.get(part)
    ]
    return tuple(chain(named, [Frame("event", type_.name, tuple(drawn))]))


def _one_of(types: Sequence[str], chance: random.Random) -> str:
    return chance.choice(types) if types else ""
