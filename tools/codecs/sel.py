"""SEL, the structured extraction language of UIE.

Lu et al. 2022, "Unified Structure Generation for Universal Information Extraction". A *spot* is
a span with the type of an entity or event; in its brackets stand its *asocs*, spans that it is
joined to by a relation or in a role:

    ((person: Ann Lee (works_for: Acme)) (organization: Acme) (appointment: named (person: Bo Ek)))

The released models write `<extra_id_0>`, `<extra_id_1>` and `<extra_id_5>` for the brackets and
the colon, and `null` for spans that they reject; both spellings are read. Brackets that are
missing at the end, or too many, are mended, and an asoc that swallowed the next spot for want of
a bracket gives it back.

Two additions let every value be written: a head that is no entity of the answer stands under an
empty type, `(: Ann Lee (works_for: Acme))`, and an event without a trigger has no words of its
own. Relations come in the order of their heads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.codecs.supervised import Escape, in_order, is_null
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Frame
from questgraph.tools.schema import AnyType, EventType, RelationType

_ESCAPE = Escape("():")
_MARKS = {"<extra_id_0>": "(", "<extra_id_1>": ")", "<extra_id_5>": ":", "<pad>": "", "</s>": ""}


class Sel:
    """Frames of all kinds as spots and asocs."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            "Answer with nested brackets such as ((type: words (relation or role: words))), "
            "or with () where there is nothing."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as one bracket with a spot for each entity and event."""
        names = {type_.name for type_ in types}
        return f"({' '.join(_spots([frame for frame in value if frame.type in names]))})"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said within the order of `types`.

        Raises:
            AnswerError: When there are no brackets, or a name in them was not asked for; what
                could be read is in `partial`.
        """
        tree = _tree(answer)
        if not tree.children and not is_nothing(answer):
            raise AnswerError(self.instruct(types))
        reading = _Reading(types)
        reading.walk(tree)
        frames = in_order(list(reading.frames()), types)
        if reading.strange:
            said = ", ".join(dict.fromkeys(reading.strange[:5]))
            raise AnswerError(f"Nobody asked for {said}. {self.instruct(types)}", frames)
        return frames


def _spots(frames: Sequence[Frame]) -> Iterator[str]:
    asocs: dict[tuple[str, str], list[str]] = {
        (frame.type, frame.fillers[0][1]): [] for frame in frames if frame.kind == "entity"
    }
    place = {words: (type_, words) for type_, words in reversed(asocs)}
    for frame in frames:
        if frame.kind == "relation":
            (_, head), (_, tail), *_ = frame.fillers
            key = place.setdefault(head, ("", head))
            asocs.setdefault(key, []).append(_bracket(frame.type, tail))
    yield from (_bracket(type_, words, *inner) for (type_, words), inner in asocs.items())
    for frame in frames:
        if frame.kind == "event":
            trigger = next((text for role, text in frame.fillers if role == TRIGGER), "")
            roles = [_bracket(role, text) for role, text in frame.fillers if role != TRIGGER]
            yield _bracket(frame.type, trigger, *roles)


def _bracket(name: str, words: str, *inner: str) -> str:
    parts = [f"{_ESCAPE.write(name)}:", _ESCAPE.write(words), *inner]
    return f"({' '.join(filter(None, parts))})"


@dataclass(slots=True)
class _Node:
    """A bracket: its own text, escapes and all, and the brackets in it."""

    text: str = ""
    children: list["_Node"] = field(default_factory=list)


def _tree(answer: str) -> _Node:
    """Return the brackets of `answer` under a root that holds what is outside of all."""
    root = _Node()
    path = [root]
    for token in _ESCAPE.tokens(_unmarked(answer)):
        if token == "(":
            path[-1].children.append(node := _Node())
            path.append(node)
        elif token != ")":
            path[-1].text += token
        elif len(path) > 1:
            path.pop()
    return root


def _unmarked(answer: str) -> str:
    """Return `answer` with brackets for the marks of the released models."""
    if not answer.removeprefix("<pad>").lstrip().startswith("<extra_id_0>"):
        return answer
    # Where marks are written, a bracket is part of a wording.
    answer = _ESCAPE.write(answer)
    for mark, sign in _MARKS.items():
        answer = answer.replace(mark, sign)
    return answer


@dataclass(slots=True)
class _Spot:
    """A spot in the making: what it is, and what was said to belong to it."""

    type: AnyType | None
    """`None` for a head without a type that was asked for."""

    words: str
    known: Mapping[str, str]
    """Names of asocs that it may have, by folded name."""

    asocs: list[tuple[str, str]] = field(default_factory=list)

    def frames(self) -> Iterator[Frame]:
        """Yield what the spot says."""
        words = [] if is_null(self.words) else [self.words]
        if isinstance(self.type, EventType):
            fillers = [*((TRIGGER, text) for text in words), *self.asocs]
            if fillers:
                yield Frame("event", self.type.name, tuple(dict.fromkeys(fillers)))
            return
        for head in words:
            if self.type:
                yield Frame("entity", self.type.name, ((MENTION, head),))
            for name, tail in self.asocs:
                yield Frame("relation", name, ((HEAD, head), (TAIL, tail)))


class _Reading:
    """What the brackets of an answer say, and which names in them nobody asked for."""

    def __init__(self, types: Sequence[AnyType]) -> None:
        self.strange: list[str] = []
        self._types = {fold(t.name): t for t in types if not isinstance(t, RelationType)}
        self._asocs = {fold(t.name): t.name for t in types if isinstance(t, RelationType)}
        self._spots: list[_Spot] = []

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in the order said."""
        for spot in self._spots:
            yield from spot.frames()

    def walk(self, root: _Node) -> None:
        """Take in all brackets, outer ones first."""
        path: list[tuple[_Node, _Spot | None]] = [(root, None)]
        while path:
            node, spot = path.pop()
            below = spot if node is root else self._take(node.text.strip(), spot)
            path += [(child, below) for child in reversed(node.children)]

    def _take(self, text: str, spot: _Spot | None) -> _Spot | None:
        """Take in the text of one bracket; return the spot that the brackets in it belong to."""
        if is_null(text):
            return spot
        if spot and (asoc := _ESCAPE.named(text, ":", spot.known)):
            name, words = asoc[0], _ESCAPE.read(asoc[1])
            if not is_null(words):
                spot.asocs.append((name, words))
            return spot
        found = _ESCAPE.named(text, ":", self._types)
        name, _, rest = text.partition(":")
        if not found and name:
            self.strange.append(repr(_ESCAPE.read(name)))
        type_, words = found or (None, rest)
        return self._opened(type_, _ESCAPE.read(words))

    def _opened(self, type_: AnyType | None, words: str) -> _Spot:
        known: Mapping[str, str] = self._asocs
        if isinstance(type_, EventType):
            known = {fold(role.name): role.name for role in type_.roles}
        self._spots.append(spot := _Spot(type_, words, known))
        return spot
