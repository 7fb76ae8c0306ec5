"""What lookups return: plain, bounded data, with the words of the documents that state it.

Every list says how much it leaves out, every text is cut to a length that can be read, and
`to_json` makes JSON of any of it. Text of documents is data: whoever shows it quotes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, Literal, TypeVar

from questgraph.graphs.evidence import Evidence
from questgraph.tools.decoding import encodable

T = TypeVar("T")
S = TypeVar("S")

LONGEST_NAME = 200
LONGEST_QUOTE = 400
"""Characters of a name, and of a quote, that an answer has at most."""

How = Literal["id", "name", "alias", "words", "spelling"]
"""How a thing was found: by its id, its name, another of its names, words of one, or a name that
is spelled much like it."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first of many, and how many more there are."""

    items: tuple[T, ...] = ()
    more: int = 0
    """How many are left out for the length of the list."""

    hidden: int = 0
    """How many are left out because a conflict policy does not show them."""

    exact: bool = True
    """Whether `more` is all that is left out; when counting would take too long, it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of a document that state something."""

    document: str
    start: int
    end: int
    """Characters of the document, half open."""

    text: str
    cut: int
    """Characters that are left out at the end of `text`."""

    verdict: str
    score: float | None
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A node: an entity, or an event."""

    id: str
    kind: str
    type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A thing and the role that it has in a fact."""

    role: str
    thing: Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Days on which something is true, as a claim states it; `None` for an open end."""

    start: str | None
    end: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A relation, an event with all that takes part in it, or one role of an event."""

    id: str
    kind: str
    type: str
    parts: Listed[Part]
    """Of a relation `head` and `tail`; of an event, whatever fills its roles; of a role, the event
    as `head` and the filler as `tail`."""

    qualifiers: dict[str, Listed[str]]
    times: Listed[Time]
    shown: bool
    """Whether the conflict policy shows it."""

    conflicts: Listed[str]
    """Why others cannot be true beside it, and what was decided."""

    score: float | None
    evidence: Listed[Quote]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCount:
    """A type, and how much of it there is."""

    kind: str
    """`relation`, `event`, `entity`, or `role` of an event."""

    type: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing that a name may mean."""

    thing: Thing
    how: How
    wording: str
    """The name of it that was found."""

    likeness: float
    """1 for equal names, less for others."""

    facts: int
    """How many relations and roles it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All about one thing."""

    thing: Thing
    types: tuple[str, ...]
    """Its type and the wider ones, narrowest first."""

    aliases: Listed[str]
    merged: Listed[str]
    """Why what was told of it under other names is told of it."""

    out: Listed[Fact]
    """Relations that run from it."""

    into: Listed[Fact]
    """Relations that run to it."""

    events: Listed[Fact]
    """Events that it takes part in, or that it is."""

    score: float | None
    mentions: Listed[Quote]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A thing that facts lead to."""

    thing: Thing
    distance: int
    """How many facts away it is."""

    via: Fact
    """The last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a path."""

    to: Thing
    facts: Listed[Fact]
    """All that leads there from the thing before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way from one thing to another along facts, whichever way they run."""

    start: Thing
    steps: tuple[Step, ...]


def first(some: Sequence[S], most: int, told: Callable[[S], T], hidden: int = 0) -> Listed[T]:
    """Return the first of `some` and how many more there are.

    Args:
        some: In order.
        most: How many to tell.
        told: Makes of each what the list has.
        hidden: How many a conflict policy has left out before.
    """
    return Listed(tuple(map(told, some[:most])), max(len(some) - most, 0), hidden)


def to_json(answer: object) -> dict[str, Any]:
    """Return what a lookup answered as plain data; a list that is whole says only `more: 0`."""
    return asdict(answer, dict_factory=_brief)  # type: ignore[call-overload, no-any-return]


def quote_of(record: Evidence) -> Quote:
    """Return a record of evidence as an answer has it."""
    text = str(record["quote"])
    return Quote(
        document=clipped(record["document"]),
        start=record["start"],
        end=record["end"],
        text=encodable(text[:LONGEST_QUOTE]),
        cut=max(len(text) - LONGEST_QUOTE, 0),
        verdict=record["verdict"],
        score=record.get("score"),
        claim=record["claim"],
    )


def clipped(text: str) -> str:
    """Return a name as an answer has it: encodable, and with an ellipsis where it was cut.

    >>> clipped("Ann"), len(clipped("A" * 1000))
    ('Ann', 200)
    """
    short = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
    return encodable(short)


def _brief(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    usual = {"hidden": 0, "exact": True}
    return {name: value for name, value in fields if name not in usual or value != usual[name]}
