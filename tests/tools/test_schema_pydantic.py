from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from questgraph.tools.errors import SchemaError
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
from questgraph.tools.schema_sources import load_schema


class Person(BaseModel):
    """A named
    human being."""

    name: str = Field(examples=["Marie Curie"])
    age: int = Field(default=0, examples=[42])


class Body(BaseModel):
    name: str


class Company(Body):
    """A named firm."""


class WorksFor(BaseModel):
    """The person is employed by the company."""

    tail: Company | Body
    head: Person
    since: str | None = Field(None, description="When it began.")


class Knows(BaseModel):
    one: Person
    other: Person


class Owns(BaseModel):
    object: "Later"
    subject: Annotated[Person, "who owns"]


class Later(BaseModel):
    """Defined after the class that names it."""


class Appointment(BaseModel):
    """Somebody takes up a post."""

    trigger: str = Field(description="the verb")
    person: list[Person] | None = Field(description="Who takes it up.")
    company: Company | None
    date: str | None


class Meeting(BaseModel):
    model_config = ConfigDict(json_schema_extra={"questgraph": "event"})

    guest: Person
    hosts: list[Annotated[Person, "who invites"]]


PERSON = EntityType(name="Person", guideline="A named human being.", examples=("Marie Curie",))
BODY = EntityType(name="Body")
COMPANY = EntityType(name="Company", guideline="A named firm.", is_a="Body")


def test_a_class_with_plain_fields_is_an_entity_type() -> None:
    assert load_schema(Person) == Schema(name="classes", entities=(PERSON,))


def test_a_base_class_among_the_classes_is_the_wider_type() -> None:
    assert load_schema([Body, Company]).entities == (BODY, COMPANY)


def test_a_class_that_joins_two_others_is_a_relation_with_qualifiers() -> None:
    schema = load_schema([WorksFor])

    assert schema.relations == (
        RelationType(
            name="WorksFor",
            guideline="The person is employed by the company.",
            head=("Person",),
            tail=("Company", "Body"),
            qualifiers=(Role(name="since", many=False, guideline="When it began."),),
        ),
    )


def test_classes_that_fields_name_come_along() -> None:
    schema = load_schema([WorksFor])

    assert set(schema.entities) == {PERSON, BODY, COMPANY}


@pytest.mark.parametrize(
    ("class_", "ends"),
    [(Knows, ("Person", "Person")), (Owns, ("Person", "Later")), (WorksFor, ("Person", "Company"))],
)
def test_the_ends_of_a_relation_go_by_their_names_or_else_by_their_order(
    class_: type[BaseModel], ends: tuple[str, str]
) -> None:
    [relation] = load_schema(class_).relations

    assert (relation.head[0], relation.tail[0]) == ends


def test_a_class_with_a_trigger_is_an_event() -> None:
    schema = load_schema(Appointment)

    assert schema.events == (
        EventType(
            name="Appointment",
            guideline="Somebody takes up a post.",
            trigger="the verb",
            roles=(
                Role(name="person", types=("Person",), guideline="Who takes it up."),
                Role(name="company", types=("Company",), many=False),
                Role(name="date", many=False),
            ),
        ),
    )


def test_a_class_is_what_its_configuration_says() -> None:
    [meeting] = load_schema(Meeting).events

    assert meeting.trigger == ""
    assert meeting.roles == (
        Role(name="guest", types=("Person",), many=False),
        Role(name="hosts", types=("Person",)),
    )


def marked(kind: str) -> type[BaseModel]:
    class Marked(BaseModel):
        model_config = ConfigDict(json_schema_extra={"questgraph": kind})

        name: str

    return Marked


def undefined() -> type[BaseModel]:
    class Lost(BaseModel):
        head: "Nowhere"  # type: ignore[name-defined]  # noqa: F821

    return Lost


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([marked("evnt")], "Marked: 'evnt' is none of entity, relation, event"),
        ([marked("relation")], "Marked: a relation has two fields of other classes: add them"),
        ([undefined()], "Lost: nothing is called 'Nowhere': define it beside the class"),
        ([Person, int], "schema: <class 'int'> is no Pydantic class, schema or file name"),
        (int, "schema: <class 'int'> is no Pydantic class, schema or file name"),
        (["Person"], "schema: 'Person' is no Pydantic class, schema or file name"),
        ([], "classes: there is no type in it: add one under `entities`"),
    ],
)
def test_what_cannot_be_told_is_a_schema_error(classes: Any, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load_schema(classes)

    assert str(caught.value) == message
