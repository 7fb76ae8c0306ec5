"""A few words → the lookup that they mean, without a model.

Ann Lee           all about Ann Lee; with a depth, what is near; with types or a time, facts
Ann Lee -> Acme   how the two hang together
works_for         facts of this type; an entity type lists its things
anything else     what may be called so
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from questgraph.graphs.lookup.answers import Card, Fact, Found, Listed, Neighbour, Path, to_json
from questgraph.graphs.lookup.lookups import LIMIT, Lookups
from questgraph.graphs.lookup.types import What
from questgraph.tools.errors import ConfigError

_FACTS: Sequence[What] = ("relation", "event")
_THINGS: Sequence[What] = ("entity",)
_ARROW = re.compile(r"\s*(?:->|→)\s*")

Result: TypeAlias = Card | Listed[Found] | Listed[Neighbour] | Listed[Path] | Listed[Fact]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was looked up, and what came of it."""

    lookup: str
    """Name of the method of `Lookups`."""

    arguments: dict[str, Any]
    """What it was called with."""

    result: Result

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "lookup": self.lookup,
            "arguments": self.arguments,
            "answer": to_json(self.result),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a question asks for beside its words."""

    types: Sequence[str] = ()
    head: str = ""
    tail: str = ""
    time: str = ""
    depth: int | None = None
    """Facts to a neighbour, or on a path, at most."""

    limit: int = LIMIT

    @property
    def narrow(self) -> bool:
        """Whether it asks for facts with certain ends or at a certain time."""
        return bool(self.head or self.tail or self.time)


def answer(lookups: Lookups, question: str = "", wanted: Wanted | None = None) -> Answer:
    """Return what `question` asks for.

    Args:
        lookups: The graph.
        question: See the module; empty where `wanted` says it all.
        wanted: What to narrow it to.

    Raises:
        ConfigError: When nothing is meant by it, or it asks for what does not go together.
    """
    question, wanted = question.strip(), wanted or Wanted()
    named = lookups.called(question) if question else []
    if named:
        return _about(lookups, question, named, wanted)
    if _ARROW.search(question):
        return _between(lookups, question, wanted)
    if wanted.depth is not None:
        raise ConfigError("a depth is for a thing or for a path: name one")
    if question and not lookups.has_type(question, *_FACTS, *_THINGS):
        return _search(lookups, question, wanted)
    return _by_type(lookups, [*wanted.types, *filter(None, [question])], wanted)


def _by_type(lookups: Lookups, types: Sequence[str], wanted: Wanted) -> Answer:
    """Return the things of types of which there are no facts, or else facts."""
    if not types and not wanted.narrow:
        raise ConfigError(
            'ask for a thing ("Ann Lee"), a path ("Ann Lee -> Acme"), a type ("works_for"), or'
            " facts by type, end or time"
        )
    things = [type_ for type_ in types if not lookups.has_type(type_, *_FACTS)]
    if things and things == [*types] and not wanted.narrow:
        return _call(lookups, "find", types=types, limit=wanted.limit)
    return _facts(lookups, types, wanted)


def _about(lookups: Lookups, name: str, nodes: Sequence[str], wanted: Wanted) -> Answer:
    if len(nodes) > 1:
        return _call(lookups, "find", name=name, limit=wanted.limit)
    (node,) = nodes
    facts = [type_ for type_ in wanted.types if lookups.has_type(type_, *_FACTS)]
    if wanted.narrow or (wanted.depth is None and facts):
        if wanted.depth is not None:
            raise ConfigError("a depth goes with types, and not with ends or a time")
        return _facts(lookups, wanted.types, wanted, about=node)
    if wanted.depth is not None or wanted.types:
        depth = wanted.depth or 1
        return _call(
            lookups, "neighbours", name=node, types=[*wanted.types], depth=depth, limit=wanted.limit
        )
    return _call(lookups, "card", name=node, limit=wanted.limit)


def _between(lookups: Lookups, question: str, wanted: Wanted) -> Answer:
    if wanted.narrow:
        raise ConfigError("a path goes with types and a depth, and not with ends or a time")
    start, goal = _ends(lookups, question)
    longest = {} if wanted.depth is None else {"longest": wanted.depth}
    return _call(
        lookups,
        "paths",
        start=start,
        goal=goal,
        types=[*wanted.types],
        **longest,
        limit=wanted.limit,
    )


def _ends(lookups: Lookups, question: str) -> tuple[str, str]:
    """Return what stands on both sides of an arrow; names may have arrows, too."""
    sides = [
        (question[: arrow.start()], question[arrow.end() :]) for arrow in _ARROW.finditer(question)
    ]
    known = (pair for pair in sides if all(map(lookups.called, pair)))
    start, goal = next(known, sides[0])
    if not start or not goal:
        raise ConfigError(f'{question!r}: name two things, as in "Ann Lee -> Acme"')
    return start, goal


def _search(lookups: Lookups, question: str, wanted: Wanted) -> Answer:
    """Return the card of the only thing that may be meant, or all that may be."""
    if wanted.narrow:
        raise ConfigError(f"nothing is called {question!r}: name a thing, or leave it out")
    found = lookups.find(question, limit=wanted.limit)
    match found.items:
        case []:
            raise ConfigError(f"nothing is called {question!r}, and it is no type")
        case [only]:
            return _about(lookups, only.thing.id, [only.thing.id], wanted)
        case _:
            return Answer("find", {"name": question, "limit": wanted.limit}, found)


def _facts(lookups: Lookups, types: Sequence[str], wanted: Wanted, about: str = "") -> Answer:
    told = {"head": wanted.head, "tail": wanted.tail, "about": about, "time": wanted.time}
    given = {name: value for name, value in told.items() if value}
    return _call(lookups, "facts", types=[*types], **given, limit=wanted.limit)


def _call(lookups: Lookups, lookup: str, **arguments: Any) -> Answer:
    return Answer(lookup, arguments, getattr(lookups, lookup)(**arguments))
