"""The answers of InstructUIE: a line of items, each led by its type.

Wang et al. 2023, "InstructUIE: Multi-task Instruction Tuning for Unified Information Extraction".
One form for each task, or `None`:

    entities    person: Ann Lee; organization: Acme
    relations   works_for: Ann Lee, Acme; knows: Ann Lee, Bo Ek
    events      (appointment: named, Bo Ek: person, Acme: firm)

As in the released code an argument of an event stands before its role; the other way round, which
the paper shows, is read too. A part that lacks a type or role belongs to its neighbour, since the
wording held the separator; the released parser drops both.
"""

from collections.abc import Iterator, Mapping, Sequence

from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.codecs.supervised import Escape, is_null
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Frame, Kind
from questgraph.tools.schema import AnyType, EventType, RelationType

_ESCAPE = Escape("();:,")
_SHAPES: Mapping[Kind, str] = {
    "entity": "type: words; type: words",
    "relation": "relation: head, tail; relation: head, tail",
    "event": "(event type: trigger, words: role, words: role)",
}


class InstructUie:
    """Frames of all kinds as items between semicolons."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        shapes = dict.fromkeys(_SHAPES[type_.kind] for type_ in types)
        return f"Answer with {'; '.join(shapes)}; or with None."

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames in their order."""
        names = {type_.name for type_ in types}
        return "; ".join(_item(frame) for frame in value if frame.type in names) or "None"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said.

        Raises:
            AnswerError: When an item has no known type, or a relation no two ends; what could be
                read is in `partial`.
        """
        known = {fold(type_.name): type_ for type_ in types}
        frames: dict[Frame, None] = {}
        problems: list[str] = []
        lines = answer.splitlines()
        items = [item for line in lines for item in _items(line)]
        if not items and not any(is_nothing(line) for line in (answer, *lines)):
            raise AnswerError(self.instruct(types))
        for item in items:
            try:
                frames.update(dict.fromkeys(_frames(item, known)))
            except AnswerError as error:
                problems.append(error.complaint)
        if problems:
            complaint = "; ".join(dict.fromkeys(problems[:5]))
            raise AnswerError(f"{complaint}. {self.instruct(types)}", list(frames))
        return list(frames)


def _item(frame: Frame) -> str:
    name, *texts = (_ESCAPE.write(part) for part in (frame.type, *(t for _, t in frame.fillers)))
    if frame.kind != "event":
        return f"{name}: {', '.join(texts[:2])}"
    trigger = next((text for role, text in frame.fillers if role == TRIGGER), "None")
    roles = (
        f", {_ESCAPE.write(text)}: {_ESCAPE.write(role)}"
        for role, text in frame.fillers
        if role != TRIGGER
    )
    return f"({name}: {_ESCAPE.write(trigger)}{''.join(roles)})"


def _items(line: str) -> Iterator[str]:
    """Yield the items of a line; a part without a type belongs to the item before it."""
    item = ""
    for part in _parts(line):
        if ":" in _ESCAPE.tokens(part):
            if item:
                yield item
            item = part
        elif item:
            item += f";{part}"
    if item:
        yield item


def _parts(line: str) -> Iterator[str]:
    """Yield what stands between semicolons, and between the commas that part events."""
    part, depth = "", 0
    for token in _ESCAPE.tokens(line):
        depth = max(0, depth + (token == "(") - (token == ")"))
        event = part.lstrip().startswith("(")
        if (token == "," and event and not depth) or (token == ";" and not (event and depth)):
            yield part
            part, depth = "", 0
        else:
            part += token
    yield part


def _frames(item: str, known: Mapping[str, AnyType]) -> Iterator[Frame]:
    """Yield the frame of an item, if it says anything."""
    item = item.strip()
    inner = item[1:].removesuffix(")") if item.startswith("(") else item
    if _ESCAPE.tokens(item)[-1] == ":":
        return  # a heading, such as `Answer:`
    first, *more = _ESCAPE.split(inner, ",")
    if (found := _ESCAPE.named(first, ":", known)) is None:
        raise AnswerError(f"No type that was asked for leads {item[:80]!r}")
    type_, words = found
    rest = ",".join([words, *more])
    match type_:
        case EventType():
            if fillers := _roles(words, more, type_):
                yield Frame("event", type_.name, tuple(dict.fromkeys(fillers)))
        case RelationType():
            ends = [_ESCAPE.read(part) for part in _ESCAPE.split(rest, ",")]
            if len(ends) != 2 and not is_null(rest):
                raise AnswerError(f"Give each {type_.name} as head, tail")
            if not any(map(is_null, ends)):
                yield Frame("relation", type_.name, ((HEAD, ends[0]), (TAIL, ends[1])))
        case _:
            if not is_null(wording := _ESCAPE.read(rest)):
                yield Frame("entity", type_.name, ((MENTION, wording),))


def _roles(trigger: str, parts: Sequence[str], type_: EventType) -> list[tuple[str, str]]:
    """Return the fillers of an event, the trigger first."""
    known = {fold(role.name): role.name for role in type_.roles}
    fillers, loose = [(TRIGGER, trigger)], ""
    for part in parts:
        words, _, role = part.rpartition(":")
        if fold(role) in known:
            fillers.append((known[fold(role)], f"{loose}{words}"))
            loose = ""
        elif found := _ESCAPE.named(part, ":", known):
            fillers[-1] = _longer(fillers[-1], loose)
            fillers.append(found)
            loose = ""
        elif words:
            raise AnswerError(f"{type_.name} has no role {role.strip()!r}")
        elif not is_null(part):
            loose += f"{part},"
    fillers[-1] = _longer(fillers[-1], loose)
    read = [(role, _ESCAPE.read(text)) for role, text in fillers]
    return [(role, text) for role, text in read if not is_null(text)]


def _longer(filler: tuple[str, str], loose: str) -> tuple[str, str]:
    """Return `filler` with the parts that belonged to its wording."""
    role, text = filler
    return role, f"{text},{loose.removesuffix(',')}" if loose else text
