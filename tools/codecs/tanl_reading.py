"""Reading a copy with marks: the other half of `tanl`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from questgraph.tools.codecs.alignment import align
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.codecs.supervised import Escape, is_null
from questgraph.tools.grounding import locate
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Frame
from questgraph.tools.schema import AnyType, EventType

LEAST_ALIKE = 50
"""How alike, in percent, words of a copy and of the passage must be to be taken for the same."""

_ESCAPE = Escape("[]|=")


@dataclass(slots=True)
class Mark:
    """A mark of the copy: its place, and its fields as they stand."""

    start: int
    end: int = 0
    fields: list[str] = field(default_factory=list)


def marks_of(answer: str) -> tuple[str, list[Mark]]:
    """Return `answer` without its marks, and the marks in the order of the copy.

    A mark that is not closed ends where the next one begins; brackets without a field are text.
    """
    copy, found, path = "", list[Mark](), list[Mark]()
    for token in _ESCAPE.tokens(answer):
        current = path[-1] if path else None
        if token == "[":
            if current and current.fields:
                found.append(path.pop())
            path.append(Mark(len(copy)))
        elif token == "]" and current:
            path.pop()
            if current.fields:
                found.append(current)
        elif token == "|" and current:
            if not current.fields:
                copy = copy[: current.start] + copy[current.start :].removesuffix(" ")
                current.end = len(copy)
            current.fields.append("")
        elif current and current.fields:
            current.fields[-1] += token
        else:
            # The space behind an opening bracket belongs to the mark.
            opened = current is not None and current.start == len(copy)
            words = token[1:] if len(token) > 1 and token[0] == "\\" else token
            copy += words.removeprefix(" ") if opened else words
    found += [mark for mark in path if mark.fields]
    return copy, sorted(found, key=lambda mark: (mark.start, -mark.end))


@dataclass(slots=True)
class _Told:
    """A mark that was understood."""

    mark: Mark
    said: str
    """Its words in the copy, by which others refer to it."""

    words: str
    """Its words as the passage has them."""

    type: AnyType | None
    attributes: list[tuple[str, str]]
    fillers: list[tuple[str, str]] = field(default_factory=list)
    """Roles of an event that others claimed to play."""


class Reading:
    """What the marks of an answer say, and what is wrong with them."""

    def __init__(self, answer: str, passage: str, types: Sequence[AnyType]) -> None:
        copy, marks = marks_of(answer)
        self.problems: list[str] = []
        self._passage = " ".join(passage.split())
        self._alignment = align(copy, passage)
        self._types = {fold(t.name): t for t in types if t.kind != "relation"}
        self._relations = by_folded(t.name for t in types if t.kind == "relation")
        roles = {folded for type_ in types for folded in _roles(type_)}
        self._attributes = {folded: folded for folded in (*self._relations, *roles)}
        self._told = [self._understood(mark, copy) for mark in marks]

    @property
    def coverage(self) -> float:
        """Share of the passage that was copied."""
        return self._alignment.coverage

    def frames(self) -> Iterator[Frame]:
        """Yield what was said, in the order of the copy, events last."""
        for told in self._told:
            if told.type and told.type.kind == "entity" and not is_null(told.words):
                yield Frame("entity", told.type.name, ((MENTION, told.words),))
            for folded, words in told.attributes:
                yield from self._joined(told, folded, words)
        for told in self._told:
            if isinstance(told.type, EventType):
                yield from _event(told, told.type)

    def _understood(self, mark: Mark, copy: str) -> _Told:
        """Take in a mark; a first field that is an attribute stands for a missing type."""
        name, *rest = mark.fields
        type_ = self._types.get(fold(name.strip()))
        if name.strip() and not type_:
            rest.insert(0, name)
        attributes = []
        for text in rest:
            if attribute := _ESCAPE.named(text, "=", self._attributes):
                attributes.append((attribute[0], _ESCAPE.read(attribute[1])))
            else:
                self.problems.append(f"Nobody asked for {_ESCAPE.read(text)!r}")
        said = " ".join(copy[mark.start : mark.end].split())
        return _Told(mark, said, self._corrected(mark, said), type_, attributes)

    def _corrected(self, mark: Mark, said: str) -> str:
        """Return the words of the passage that `said` is a copy of; `said` when there are none."""
        if any(match.level == "exact" for match in locate(said, self._passage)):
            return said
        original = self._alignment.passage[slice(*self._alignment.span(mark.start, mark.end))]
        return " ".join(original.split()) if fuzz.ratio(said, original) >= LEAST_ALIKE else said

    def _joined(self, told: _Told, folded: str, words: str) -> Iterator[Frame]:
        """Take in an attribute: a role that is played, or a relation, which is yielded."""
        if is_null(words) or (is_null(told.words) and not told.type):
            return
        if own := _roles(told.type).get(folded):
            told.fillers.append((own, words))
        elif event := self._event(told, folded, words):
            event.fillers.append((_roles(event.type)[folded], told.words))
        elif name := self._relations.get(folded):
            tail = _closest([other for other in self._told if other.said == words], told)
            ends = (HEAD, told.words), (TAIL, tail.words if tail else words)
            yield Frame("relation", name, ends)
        else:
            self.problems.append(f"No event with such a role is marked at {words!r}")

    def _event(self, told: _Told, folded: str, words: str) -> _Told | None:
        """Return the closest event with trigger `words` that has the role."""
        events = [
            other
            for other in self._told
            if fold(other.said) == fold(words) and folded in _roles(other.type)
        ]
        return _closest(events, told)


def _roles(type_: AnyType | None) -> dict[str, str]:
    """Return the roles of an event type, by folded name."""
    return by_folded(role.name for role in type_.roles) if isinstance(type_, EventType) else {}


def _closest(others: Sequence[_Told], told: _Told) -> _Told | None:
    return min(others, key=lambda other: abs(other.mark.start - told.mark.start), default=None)


def _event(told: _Told, type_: EventType) -> Iterator[Frame]:
    order = list(_roles(type_).values())
    trigger = [] if is_null(told.words) else [(TRIGGER, told.words)]
    arguments = sorted(told.fillers, key=lambda filler: order.index(filler[0]))
    if fillers := [*trigger, *dict.fromkeys(arguments)]:
        yield Frame("event", type_.name, tuple(fillers))
