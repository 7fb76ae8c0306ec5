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
with exactly two is a relation (`head` and `tail`, `subject` and `object`, or in that order), its
other fields are qualifiers; one with another number is an event. Where that guess is wrong,
`json_schema_extra={"questgraph": "event"}` (or `"entity"`, `"relation"`) says what it is. A
`list[…]` may be filled several times. The docstring is the guideline; a base class among the given
ones is the wider type; the examples of an entity are those of its `name`, or of its first field.
"""

import inspect
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo

from questgraph.tools.errors import SchemaError
from questgraph.tools.records import HEAD, KINDS, TAIL, TRIGGER
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

Class = type[BaseModel]

_ENDS = ((HEAD, TAIL), ("subject", "object"))


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
        class_ = _complete(waiting.pop(0))
        if class_ not in found:
            found[class_] = None
            waiting += [named for field in _fields(class_).values() for named in _classes(field)]
    return list(found)


def _complete(class_: Class) -> Class:
    """Return the class with the names in its annotations resolved."""
    if not (inspect.isclass(class_) and issubclass(class_, BaseModel)):
        raise SchemaError("schema", f"{class_!r} is no Pydantic class, schema or file name")
    try:
        class_.model_rebuild()
    except PydanticUndefinedAnnotation as error:
        raise SchemaError(
            class_.__name__, f"nothing is called {error.name!r}: define it beside the class"
        ) from error
    return class_


def _kind(class_: Class) -> str:
    extra = class_.model_config.get("json_schema_extra")
    told = extra.get("questgraph") if isinstance(extra, dict) else None
    if told in KINDS:
        return str(told)
    if told is not None:
        raise SchemaError(class_.__name__, f"{told!r} is none of {', '.join(KINDS)}")
    linked = _linked(class_)
    if not linked:
        return "entity"
    return "relation" if len(linked) == 2 and TRIGGER not in _fields(class_) else "event"


def _entity(class_: Class, known: Sequence[Class]) -> EntityType:
    wider = next((base for base in class_.__mro__[1:] if base in known), None)
    fields = _fields(class_)
    named = fields.get("name") or next(iter(fields.values()), None)
    return EntityType(
        name=class_.__name__,
        guideline=_guideline(class_),
        examples=tuple(map(str, (named and named.examples) or ())),
        is_a=wider.__name__ if wider else "",
    )


def _relation(class_: Class) -> RelationType:
    ends = _linked(class_)
    if len(ends) != 2:
        raise SchemaError(class_.__name__, "a relation has two fields of other classes: add them")
    head, tail = next((pair for pair in _ENDS if set(pair) == set(ends)), tuple(ends))
    return RelationType(
        name=class_.__name__,
        guideline=_guideline(class_),
        head=_names(ends[head]),
        tail=_names(ends[tail]),
        qualifiers=_roles(class_, ends),
    )


def _event(class_: Class) -> EventType:
    trigger = _fields(class_).get(TRIGGER)
    return EventType(
        name=class_.__name__,
        guideline=_guideline(class_),
        trigger=(trigger.description or "the word that tells of it") if trigger else "",
        roles=_roles(class_, [TRIGGER]),
    )


def _roles(class_: Class, other: Container[str]) -> tuple[Role, ...]:
    """Return what the fields ask for, except those named in `other`."""
    return tuple(
        Role(
            name=name,
            types=_names(field),
            many=_is_many(field.annotation),
            guideline=field.description or "",
        )
        for name, field in _fields(class_).items()
        if name not in other
    )


def _fields(class_: Class) -> Mapping[str, FieldInfo]:
    return class_.model_fields


def _linked(class_: Class) -> dict[str, FieldInfo]:
    """Return the fields that hold other classes."""
    return {name: field for name, field in _fields(class_).items() if list(_classes(field))}


def _names(field: FieldInfo) -> tuple[str, ...]:
    return tuple(class_.__name__ for class_ in _classes(field))


def _classes(field: FieldInfo) -> Iterator[Class]:
    """Yield the Pydantic classes in an annotation such as `list[Person] | None`."""
    waiting: list[Any] = [field.annotation]
    while waiting:
        annotation = waiting.pop(0)
        if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
            yield annotation
        waiting += get_args(annotation)


def _is_many(annotation: Any) -> bool:
    several = get_origin(annotation) in (list, tuple, set, frozenset)
    return several or any(map(_is_many, get_args(annotation)))


def _guideline(class_: Class) -> str:
    own = class_.__dict__.get("__doc__")
    return " ".join(inspect.cleandoc(own).split()) if own else ""
