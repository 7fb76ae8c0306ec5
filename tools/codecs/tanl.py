"""TANL: a copy of the passage in which what it says is marked.

Paolini et al. 2021, "Structured Prediction as Translation between Augmented Natural Languages":

    [ Ann Lee | person | works_for = Acme ] works for [ Acme | organization ] .
    Acme [ named | appointment ] [ Bo Ek | person | person = named ] .

A mark holds words, a type, and relations with their tails; an argument names its trigger. Marks
stand within marks. As published, tails and triggers mean the closest mark of that name, and copies
that drift are aligned with the passage by dynamic programming, so that a slip of the copy loses no
entity. The released code drops what it cannot resolve; here it is complained about.

Additions, for values that the form has no place for: a head or argument that is no entity has an
empty type; what the passage does not say in these words, or what would cross another mark, is
marked once more behind the copy; and an event without a trigger, or one that shares its trigger,
names its own arguments: `[ named | appointment | person = Bo Ek ]`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.codecs.supervised import Escape, in_order
from questgraph.tools.codecs.tanl_reading import Reading
from questgraph.tools.errors import AnswerError
from questgraph.tools.grounding import locate
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import TRIGGER, Frame, Span
from questgraph.tools.schema import AnyType

LEAST_COPIED = 0.6
"""Share of the passage that an answer must copy: else it says something of another text."""

_COPY, _FIELD = Escape("[]|"), Escape("[]|=")


@dataclass(frozen=True, slots=True)
class Tanl:
    """Frames of all kinds as marks in a copy of `passage`."""

    passage: str

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            "Copy the whole passage and mark what it says: [ words | type ], with a relation "
            "[ words | type | relation = tail ], and as an argument [ words | type | role = "
            "trigger ]."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as marks in the passage."""
        names = {type_.name for type_ in types}
        notes, loose = _notes([frame for frame in value if frame.type in names])
        placed = dict(_placed(notes, self.passage))
        carriers: dict[str, Span] = {}
        for span, words in sorted(placed.items()):
            carriers.setdefault(words, span)
        marks = {
            span: notes[words] if carriers[words] == span else _Note(notes[words].types)
            for span, words in placed.items()
        }
        behind = [
            note.opening + _COPY.write(words) + note.closing
            for words, note in notes.items()
            if words not in carriers
        ]
        return " ".join([_marked(self.passage, marks), *behind, *loose])

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order of the text within the order of `types`.

        Raises:
            AnswerError: When the answer is no copy of the passage, or a mark names what was not
                asked for or is not marked; what could be read is in `partial`.
        """
        if is_nothing(answer):
            return []
        reading = Reading(answer, self.passage, types)
        frames = in_order(list(reading.frames()), types)
        problems = list(dict.fromkeys(reading.problems[:5]))
        if reading.coverage < LEAST_COPIED:
            problems.append("This is no copy of the passage")
        if problems:
            raise AnswerError(f"{'; '.join(problems)}. {self.instruct(types)}", frames)
        return frames


@dataclass(slots=True)
class _Note:
    """What is to be marked on a wording."""

    types: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def opening(self) -> str:
        """What stands before the words."""
        return "[ " * len(list(self._fields()))

    @property
    def closing(self) -> str:
        """What stands behind the words."""
        return "".join(f" | {' | '.join(fields)} ]" for fields in self._fields())

    def _fields(self) -> Iterator[list[str]]:
        """Yield the fields of each mark, from the inside; the last one has the attributes."""
        yield from ([_FIELD.write(event)] for event in self.events)
        types = self.types or ([""] if self.attributes else [])
        yield from ([_FIELD.write(type_)] for type_ in types[:-1])
        for type_ in types[-1:]:
            yield [_FIELD.write(type_), *_equations(self.attributes)]


def _equations(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{_FIELD.write(name)} = {_FIELD.write(words)}" for name, words in pairs]


def _notes(frames: Sequence[Frame]) -> tuple[dict[str, _Note], list[str]]:
    """Return what is to be marked on which wording, and marks that have no place in the copy."""
    notes: dict[str, _Note] = {}
    loose: list[str] = []
    triggers = [fold(trigger) for frame in frames if (trigger := _trigger(frame))]
    for frame in frames:
        first = notes.setdefault(frame.fillers[0][1], _Note()) if frame.kind != "event" else None
        if frame.kind == "entity" and first:
            first.types.append(frame.type)
        elif frame.kind == "relation" and first:
            first.attributes.append((frame.type, frame.fillers[1][1]))
        elif triggers.count(fold(trigger := _trigger(frame))) == 1:
            notes.setdefault(trigger, _Note()).events.append(frame.type)
            for role, words in _arguments(frame):
                notes.setdefault(words, _Note()).attributes.append((role, trigger))
        else:
            fields = [_FIELD.write(frame.type), *_equations(_arguments(frame))]
            loose.append(f"[ {_COPY.write(trigger)} | {' | '.join(fields)} ]")
    return notes, loose


def _trigger(frame: Frame) -> str:
    return next((text for role, text in frame.fillers if role == TRIGGER), "")


def _arguments(frame: Frame) -> list[tuple[str, str]]:
    return [filler for filler in frame.fillers if filler[0] != TRIGGER]


def _placed(notes: Mapping[str, _Note], passage: str) -> Iterator[tuple[Span, str]]:
    """Yield where wordings can be marked, longer ones first; no two marks cross."""
    places = [
        (match.span, words)
        for words in notes
        for match in locate(words, passage)
        if match.level == "exact"
    ]
    taken: list[Span] = []
    for span, words in sorted(places, key=lambda place: (place[0].start - place[0].end, place[0])):
        if all(not span.overlaps(other) or other.holds(span) for other in taken):
            taken.append(span)
            yield span, words


def _marked(passage: str, marks: Mapping[Span, _Note]) -> str:
    """Return `passage` with marks around the spans."""
    # At one place inner marks close first, then others open, outer ones first.
    signs = [(span.end, 0, -span.start, note.closing) for span, note in marks.items()]
    signs += [(span.start, 1, -span.end, note.opening) for span, note in marks.items()]
    pieces, at = [], 0
    for place, _, _, sign in sorted(signs):
        pieces += [_escaped(passage[at:place]), sign]
        at = place
    return "".join([*pieces, _escaped(passage[at:])])


def _escaped(text: str) -> str:
    """Return a piece of the passage with its white space as it stands."""
    return "".join(f"\\{c}" if c in "[]|\\" else c for c in text)
