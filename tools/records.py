"""The nouns of questgraph: what is read, what is said about it, and how it went.

    Document ─ Chunk ─ Unit            what is asked about
    Frame ─ Claim (Argument, Mention)  what a model said; the same, pinned to the text
    Turn ─ Usage ─ Outcome             how it was asked, what it cost, how it ended

All offsets are indices into Python strings (Unicode code points), half open, so that
`document.text[span.start:span.end]` is what the span says.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from questgraph.tools.quoting import quote

Kind = Literal["entity", "relation", "event"]
"""What a type or a claim is about."""

PLURALS: Mapping[Kind, str] = {"entity": "entities", "relation": "relations", "event": "events"}
KINDS: tuple[Kind, ...] = tuple(PLURALS)

Level = Literal["exact", "normalized", "fuzzy", "absent"]
"""How a model's wording was found in the text: as it stands; after folding case, width,
white space and quotes; with a small difference in spelling; not at all."""

Verdict = Literal["unchecked", "sound", "confirmed", "unlikely", "refuted", "invalid"]
"""What became of a claim: nobody looked; it passed the deterministic checks; a model that was
asked again said yes; its score is too low; a model that was asked again said no; it breaks the
schema."""

Status = Literal["done", "empty", "failed", "truncated", "refused", "over_budget"]
"""How a unit ended. `empty` means that the model said: nothing here."""

COMPLETE: frozenset[Status] = frozenset({"done", "empty"})

MENTION, TRIGGER, HEAD, TAIL = "mention", "trigger", "head", "tail"
"""Roles that every entity, event and relation claim has under the same name."""


def digest(*parts: str) -> str:
    """Return the SHA-256 of `parts` as hex; no two different lists of parts share one.

    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a document's text."""

    start: int
    end: int

    def shift(self, by: int) -> "Span":
        """Return the same span `by` characters further on."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Span") -> bool:
        """Say whether `other` lies within the span."""
        return self.start <= other.start and other.end <= self.end

    def distance(self, other: "Span") -> int:
        """Return how many characters lie between the spans; 0 when they touch or overlap."""
        return max(other.start - self.end, self.start - other.end, 0)


@dataclass(frozen=True, slots=True)
class Document:
    """A text to ask questions about."""

    id: str
    """Name that is unique in a run, such as a path relative to the input."""

    text: str

    source: str = field(default="", kw_only=True)
    """Where it came from: a path, a URL, or nothing."""

    metadata: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({}), kw_only=True, hash=False
    )
    """What the reader knows besides: title, page starts, row number."""

    @property
    def hash(self) -> str:
        """SHA-256 of the text: two documents with the same one need the same calls."""
        return digest(self.text)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, short enough to ask about."""

    document_id: str
    text: str
    """Always `document.text[span.start:span.end]`."""

    span: Span = field(kw_only=True)
    index: int = field(kw_only=True)
    """Position among the document's chunks, from 0."""

    sentences: tuple[Span, ...] = field(kw_only=True, default=(), repr=False, compare=False)
    """Where in `text` its sentences are, when whoever made the chunk knows."""

    @property
    def id(self) -> str:
        """Name of the passage by itself, as labelled sets have it."""
        return f"{self.document_id}#{self.index}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A chunk under a recipe: what ends in exactly one outcome."""

    chunk: Chunk

    document_text: str = field(kw_only=True, default="", repr=False, compare=False)
    """The document that the chunk is of, for recipes that look around in it."""

    given: "tuple[Claim, ...]" = field(kw_only=True, default=(), repr=False)
    """What is known of the passage before anything is asked: named entities, and pairs without a
    type, whose relation is to be told."""

    @property
    def id(self) -> str:
        """Name that is unique in a run and sorts in reading order."""
        return f"{self.chunk.document_id}#{self.chunk.index:06d}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a model said, as a codec reads it: a type and wordings in roles, not yet grounded."""

    kind: Kind
    type: str
    fillers: tuple[tuple[str, str], ...]
    """(role, wording) in the order said; a role may be filled several times."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A wording of the model and where the document says so."""

    text: str
    """The model's wording."""

    type: str = field(kw_only=True, default="")
    """Entity type, or empty where nothing says which."""

    span: Span | None = field(kw_only=True, default=None)
    """Characters of the document; `None` when `level` is `absent`."""

    level: Level = field(kw_only=True, default="absent")


class Argument(NamedTuple):
    """A role of a claim and the mention that fills it."""

    role: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a model said about a passage: typed, grounded, checked, traceable.

    An entity has one argument `mention`; a relation `head`, `tail` and perhaps qualifiers; an
    event its roles, and a `trigger` where the model named one.
    """

    kind: Kind
    type: str
    """Type name from the schema."""

    arguments: tuple[Argument, ...]

    document_id: str = field(kw_only=True)
    unit_id: str = field(kw_only=True)

    evidence: Span | None = field(kw_only=True, default=None)
    """The smallest run of sentences that holds all grounded arguments."""

    votes: int = field(kw_only=True, default=1)
    """How many samples of the same question said it."""

    samples: int = field(kw_only=True, default=1)
    """How many samples of the question could be read."""

    probability: float | None = field(kw_only=True, default=None)
    """How likely the model found the words that say it, where its endpoint tells."""

    score: float | None = field(kw_only=True, default=None)
    """How likely it is right, by a calibration on labelled passages; `None` without one."""

    verdict: Verdict = field(kw_only=True, default="unchecked")
    reason: str = field(kw_only=True, default="")
    """Why the verdict is what it is, in words for a person."""

    turns: tuple[int, ...] = field(kw_only=True, default=())
    """Indices into the unit's turns: where it was said and where it was checked."""

    @property
    def id(self) -> str:
        """Short hash of what is claimed and where; equal claims share it."""
        parts = [f"{a.role}={a.mention.text}@{a.mention.span}" for a in self.arguments]
        return digest(self.document_id, self.kind, self.type, *parts)[:16]

    @property
    def grounded(self) -> bool:
        """Whether every argument was found in the text."""
        return all(argument.mention.span is not None for argument in self.arguments)

    @property
    def admitted(self) -> bool:
        """Whether the claim may enter the graph: grounded and not turned down."""
        return self.grounded and self.verdict not in ("unlikely", "refuted", "invalid")

    def to_json(self, document: Document) -> dict[str, object]:
        """Return the claim as plain data, with the words of `document` that say it."""
        spans = [mention.span for _, mention in self.arguments if mention.span]
        said = quote(document.text, self.evidence, spans) if self.evidence else None
        return {
            "kind": self.kind,
            "type": self.type,
            "document": self.document_id,
            "arguments": [
                {
                    "role": role,
                    "text": document.text[slice(*mention.span)] if mention.span else mention.text,
                    "said": mention.text,
                    "type": mention.type,
                    "start": mention.span and mention.span.start,
                    "end": mention.span and mention.span.end,
                    "level": mention.level,
                }
                for role, mention in self.arguments
            ],
            "evidence": said,
            "verdict": self.verdict,
            "reason": self.reason,
            "votes": self.votes,
            "samples": self.samples,
            **({} if self.probability is None else {"probability": self.probability}),
            **({} if self.score is None else {"score": self.score}),
        }

    def fillers(self, role: str) -> tuple[Mention, ...]:
        """Return the mentions that fill `role`."""
        return tuple(argument.mention for argument in self.arguments if argument.role == role)


def within(claims: Iterable[Claim], span: Span) -> tuple[Claim, ...]:
    """Return the claims of which every part is found within `span`."""
    return tuple(
        claim
        for claim in claims
        if all(m.span is not None and span.holds(m.span) for _, m in claim.arguments)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What calls cost."""

    calls: int = 0
    """Calls that were sent, each retry counted; one served by the ledger is none."""

    replayed: int = 0
    """Calls that the ledger answered."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Part of the prompt tokens that the endpoint served from its own cache."""

    completion_tokens: int = 0
    seconds: float = 0.0
    """Time spent waiting for the endpoint, summed over calls."""

    @property
    def cached_share(self) -> float:
        """Share of the prompt tokens that the endpoint served from its cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls + other.calls,
            replayed=self.replayed + other.replayed,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            seconds=self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and the model's answer, as both went over the wire."""

    stage: str
    question: str
    answer: str
    call: str = field(kw_only=True, default="")
    """Key of the call in the ledger: the whole prompt can be looked up by it."""

    parsed: str = field(kw_only=True, default="")
    """The answer as the codec spells what it read; empty when it could not be read."""

    complained: str = field(kw_only=True, default="")
    """The question that was asked first, when `question` is a complaint about the answer to it."""

    usage: Usage = field(kw_only=True, default_factory=Usage)

    @property
    def about(self) -> str:
        """What was to be answered: later questions follow that, and no complaint."""
        return self.complained or self.question


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a unit ended, and why."""

    status: Status
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing of the unit is missing."""
        return self.status in COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that questioning one unit gave."""

    unit: Unit
    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def usage(self) -> Usage:
        """What the unit's turns cost together."""
        return sum((turn.usage for turn in self.turns), Usage())
