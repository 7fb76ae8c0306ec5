"""Compact JSON keyed by type: our own format for entities, relations and events alike.

    {"person":["Ann Lee"],"works_for":[["Ann Lee","Acme"]],
     "appointment":[{"trigger":"named","person":["Ann Lee"]}]}

A small model spends most of its time writing, so nothing is written that the type says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_no_item, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType

MOST_ENTITIES, MOST_RELATIONS, MOST_EVENTS, MOST_FILLERS = 40, 15, 6, 5
"""Instances in one answer, of one type or in one role, where the endpoint enforces it: small models
repeat themselves until something stops them."""

Json = dict[str, object]


class ByType:
    """Frames as one JSON object whose keys are type names.

    Args:
        complete: Whether every type asked for must stand in the answer, with an empty list
            where there is nothing: forgetting is then not confused with absence.
    """

    def __init__(self, *, complete: bool = True) -> None:
        self.complete = complete

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        shapes = dict.fromkeys(_shape(type_) for type_ in types)
        rest = "[] where there is none" if self.complete else "leave out what does not occur"
        return f"Answer with JSON: {{{','.join(shapes)}}}, {rest}."

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return a schema with a key for each of `types`."""
        properties = {type_.name: _items(type_) for type_ in types}
        return AnswerFormat(exact_object(properties, None if self.complete else ()))

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as compact JSON, in the order of `types`."""
        answer: dict[str, list[object]] = {}
        for type_ in types:
            items = [_item(frame, type_) for frame in value if frame.type == type_.name]
            if items or self.complete:
                answer[type_.name] = items
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said within the order of `types`.

        Raises:
            AnswerError: When there is no JSON object, or it holds types, roles or items of
                another form; the frames that could be read are in `partial`.
        """
        said = read_json(answer)
        if not isinstance(said, dict):
            raise AnswerError(self.instruct(types))
        known = {fold(type_.name): type_ for type_ in types}
        problems = [f"Nobody asked for {key!r}" for key in said if fold(key) not in known]
        answers = {fold(key): value for key, value in said.items()}
        frames: dict[Frame, None] = {}
        for folded, type_ in known.items():
            for item in _listed(answers.get(folded)):
                try:
                    frames.update(dict.fromkeys(_frames(item, type_)))
                except AnswerError as error:
                    problems.append(error.complaint)
        if problems:
            complaint = f"{'; '.join(dict.fromkeys(problems[:5]))}. {self.instruct(types)}"
            raise AnswerError(complaint, partial=list(frames))
        return list(frames)


def _shape(type_: AnyType) -> str:
    """Show the form of one type's answer in words that stand for the values.

    >>> _shape(EventType(name="birth", trigger="a verb"))
    '"event type":[{"trigger":"word","role":["text"]}]'
    """
    match type_:
        case RelationType():
            return '"relation type":[["head","tail"]]'
        case EventType(trigger=trigger):
            lead = '"trigger":"word",' if trigger else ""
            return f'"event type":[{{{lead}"role":["text"]}}]'
        case EntityType():
            return '"entity type":["text"]'


def _items(type_: AnyType) -> Json:
    """Return the JSON schema of one type's answers."""
    text: Json = {"type": "string"}
    item, most = text, MOST_ENTITIES
    if isinstance(type_, RelationType):
        item, most = _array(text, 2, 2), MOST_RELATIONS
    elif isinstance(type_, EventType):
        texts = _array(text, 0, MOST_FILLERS)
        lead = {TRIGGER: text} if type_.trigger else {}
        item = exact_object({**lead, **{role.name: texts for role in type_.roles}}, lead)
        most = MOST_EVENTS
    return _array(item, 0, most)


def _array(items: Json, least: int, most: int) -> Json:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _item(frame: Frame, type_: AnyType) -> object:
    """Spell one frame."""
    if not isinstance(type_, EventType):
        texts = [text for _, text in frame.fillers]
        return texts[0] if isinstance(type_, EntityType) else texts[:2]
    item: dict[str, object] = {}
    for role in type_.roles:
        if texts := [text for name, text in frame.fillers if name == role.name]:
            item[role.name] = texts
    triggers = [text for name, text in frame.fillers if name == TRIGGER]
    return {TRIGGER: triggers[0], **item} if triggers else item


def _listed(value: object) -> list[object]:
    """Return what stands under a key as a list; a lone item is one, and nothing is none."""
    if value is None or (isinstance(value, str) and is_nothing(value)):
        return []
    return value if isinstance(value, list) else [value]


def _frames(item: object, type_: AnyType) -> Iterator[Frame]:
    """Read one item; nothing comes of an item that says there is nothing."""
    match type_:
        case EntityType():
            fillers = [(MENTION, _text(_only_value(item)))]
        case RelationType():
            fillers = _pair(item, type_)
        case EventType():
            fillers = _roles(item, type_)
    if any(is_no_item(text) for role, text in fillers if role in (MENTION, HEAD, TAIL)):
        return
    fillers = [(role, text) for role, text in fillers if not is_no_item(text)]
    if fillers:
        yield Frame(type_.kind, type_.name, tuple(dict.fromkeys(fillers)))


def _pair(item: object, type_: AnyType) -> list[tuple[str, str]]:
    if isinstance(item, Mapping):
        item = list(item.values())
    if not isinstance(item, list) or len(item) != 2:
        raise AnswerError(f'Give each {type_.name} as ["head","tail"]')
    return [(HEAD, _text(item[0])), (TAIL, _text(item[1]))]


def _roles(item: object, type_: EventType) -> list[tuple[str, str]]:
    if not isinstance(item, Mapping):
        raise AnswerError(f"Give each {type_.name} as an object of roles")
    names = by_folded([TRIGGER, *(role.name for role in type_.roles)])
    fillers = []
    for key, value in item.items():
        if (name := names.get(fold(str(key)))) is None:
            raise AnswerError(f"{type_.name} has no role {key!r}, only {', '.join(names.values())}")
        fillers += [(name, _text(part)) for part in _listed(value)]
    order = list(names.values())
    return sorted(fillers, key=lambda filler: order.index(filler[0]))


def _only_value(item: object) -> object:
    """Unwrap `{"text": …}`, which some models write for a plain string."""
    return next(iter(item.values())) if isinstance(item, Mapping) and len(item) == 1 else item


def _text(value: object) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip()
    if value is None:
        return ""
    raise AnswerError("Give words of the passage as plain strings")
