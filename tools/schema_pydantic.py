"""Schemas from the user's own Pydantic classes.

    class Person(BaseModel):
        "A named human being."
        name: str = Field(examples=["Marie Curie"])

    class WorksFor(BaseModel):
        "The person is employed by the company."
        head: Person
        tail: Company

    class Appointment(BaseModel):
        "Somebody takes up a post."
        model_config = {"json_schema_extra": {"questgraph": "event"}}
        trigger: str = Field(description="the verb")
        person: list[Person]
        date: str | None

What a class is follows from its fields: one without fields of other classes is an entity type; one
with exactly two is a relation (`head` and `tail`, or in that order); one with another number is an
event. `json_schema_extra={"questgraph": "event"}` says so where two would mean a relation. The
docstring is the guideline; a base class among the given ones is the wider type.
"""

import inspect
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from questgraph.tools.errors import SchemaError
from questgraph.tools.records import HEAD, TAIL, TRIGGER
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

Class = type[BaseModel]


def schema_from_classes(classes: Sequence[Class], name: str = "classes") -> Schema:
    """Return the schema that Pydantic classes describe, with those that their fields name.

    Raises:
        SchemaError: When something else is among them, or a class cannot be told.
    """
    found = _with_named(classes)
    entities, relations, events = [], [], []
    for class_ in found:
        match _kind(class_):
            case "entity":
                entities.append(_entity(class_, found))
            case "relation":
                relations.append(_relation(class_))
            case _:
                events.append(_event(class_))
    return Schema(
        name=name, entities=tuple(entities), relations=tuple(relations), events=tuple(events)
    )


def _with_named(classes: Sequence[Class]) -> list[Class]:
    """Return the classes and those their fields name, each once."""
    found: dict[Class, None] = {}
    waiting = list(classes)
    while waiting:
        class_ = waiting.pop(0)
        if not (inspect.isclass(class_) and issubclass(class_, BaseModel)):
            raise SchemaError("schema", f"{class_!r} is no Pydantic class, schema or file name")
        if class_ not in found:
            found[class_] = None
            waiting += [named for _, field in _fields(class_) for named in _classes_in(field)]
    return list(found)


def _kind(class_: Class) -> str:
    extra = class_.model_config.get("json_schema_extra")
    told = extra.get("questgraph") if isinstance(extra, dict) else None
    if told in ("entity", "relation", "event"):
        return str(told)
    if told is not None:
        raise SchemaError(class_.__name__, f"{told!r} is none of entity, relation, event")
    linked = [name for name, field in _fields(class_) if list(_classes_in(field))]
    if not linked:
        return "entity"
    has_trigger = TRIGGER in class_.model_fields
    return "relation" if len(linked) == 2 and not has_trigger else "event"


def _entity(class_: Class, known: Sequence[Class]) -> EntityType:
    wider = next((base for base in class_.__mro__[1:] if base in known), None)
    examples = [str(e) for _, field in _fields(class_) for e in field.examples or ()]
    return EntityType(
        name=class_.__name__,
        guideline=_guideline(class_),
        examples=tuple(examples),
        is_a=wider.__name__ if wider else "",
    )


def _relation(class_: Class) -> RelationType:
    linked = [(name, field) for name, field in _fields(class_) if list(_classes_in(field))]
    if len(linked) != 2:
        raise SchemaError(class_.__name__, "a relation has two fields of other classes")
    if {name for name, _ in linked} == {HEAD, TAIL}:
        linked.sort()
    (_, head), (_, tail) = linked
    return RelationType(
        name=class_.__name__, guideline=_guideline(class_), head=_names(head), tail=_names(tail)
    )


def _event(class_: Class) -> EventType:
    trigger = class_.model_fields.get(TRIGGER)
    return EventType(
        name=class_.__name__,
        guideline=_guideline(class_),
        trigger=(trigger.description or "the word that tells of it") if trigger else "",
        roles=tuple(
            Role(
                name=name,
                types=_names(field),
                many=get_origin(field.annotation) in (list, tuple, set),
                guideline=field.description or "",
            )
            for name, field in _fields(class_)
            if name != TRIGGER
        ),
    )


def _fields(class_: Class) -> list[tuple[str, FieldInfo]]:
    return list(class_.model_fields.items())


def _names(field: FieldInfo) -> tuple[str, ...]:
    return tuple(class_.__name__ for class_ in _classes_in(field))


def _classes_in(field: FieldInfo) -> Iterator[Class]:
    yield from _classes(field.annotation)


def _classes(annotation: Any) -> Iterator[Class]:
    """Yield the Pydantic classes in an annotation such as `list[Person] | None`."""
    if get_origin(annotation) in (Union, UnionType, list, tuple, set, frozenset):
        for part in get_args(annotation):
            yield from _classes(part)
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation


def _guideline(class_: Class) -> str:
    own = class_.__dict__.get("__doc__")
    return " ".join(inspect.cleandoc(own).split()) if own else ""
