import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from questgraph.tools.errors import SchemaError, UnknownNameError
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema, Type

PERSON = EntityType(name="person")
WRITER = EntityType(name="writer", is_a="person")
POET = EntityType(name="poet", is_a="writer")
KNOWS = RelationType(name="knows", head=("person",), tail=("person",))
BIRTH = EventType(name="birth", roles=(Role(name="child", types=("person",)), Role(name="when")))

SMALL = Schema(name="small", entities=(PERSON, WRITER, POET), relations=(KNOWS,), events=(BIRTH,))

TWICE = (Role(name="child"), Role(name="child"))

MISTAKES: dict[str, tuple[Callable[[], Schema], str]] = {
    "a role twice": (
        lambda: Schema(name="s", events=(EventType(name="birth", roles=TWICE),)),
        "events.birth.roles.child: this role stands here twice: join the two",
    ),
    "no type at all": (
        lambda: Schema(name="empty"),
        "empty: there is no type in it: add one under `entities`",
    ),
    "a name twice, in two kinds": (
        lambda: Schema(name="s", entities=(PERSON,), events=(EventType(name="person"),)),
        "events.person: this name is taken already: names are unique in a schema",
    ),
    "a type without a name": (
        lambda: Schema(name="s", entities=(EntityType(name=" "),)),
        "entities: a type has no name: give it one",
    ),
    "an unknown type in a signature": (
        lambda: Schema(
            name="s", entities=(PERSON,), relations=(RelationType(name="r", tail=("persn",)),)
        ),
        "relations.r.tail: no entity type 'persn', did you mean 'person'? Known: person",
    ),
    "an unknown type in a qualifier": (
        lambda: Schema(
            name="s",
            relations=(RelationType(name="r", qualifiers=(Role(name="at", types=("place",)),)),),
        ),
        "relations.r.qualifiers.at.types: no entity type 'place'. Known: ",
    ),
    "an unknown type in a role": (
        lambda: Schema(
            name="s",
            entities=(PERSON,),
            events=(EventType(name="e", roles=(Role(name="who", types=("Person",)),)),),
        ),
        "events.e.roles.who.types: no entity type 'Person', did you mean 'person'? Known: person",
    ),
    "an unknown wider type": (
        lambda: Schema(name="s", entities=(WRITER,)),
        "entities.writer.is_a: no entity type 'person'. Known: writer",
    ),
    "a circle of wider types": (
        lambda: Schema(
            name="s", entities=(EntityType(name="a", is_a="b"), EntityType(name="b", is_a="a"))
        ),
        "entities.a.is_a: a circle (a -> b -> a): take one of these out",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_schema_is_refused_with_place_problem_and_remedy(mistake: str) -> None:
    make, message = MISTAKES[mistake]

    with pytest.raises(SchemaError) as caught:
        make()

    assert str(caught.value) == message


def test_types_come_in_schema_order_and_by_kind() -> None:
    assert SMALL.types() == (PERSON, WRITER, POET, KNOWS, BIRTH)
    assert SMALL.types("event", "relation") == (BIRTH, KNOWS)


def test_a_type_is_looked_up_by_name() -> None:
    assert SMALL["knows"] is KNOWS
    assert "knows" in SMALL
    assert "hates" not in SMALL


def test_an_unknown_type_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="no type 'writr', did you mean 'writer'"):
        SMALL["writr"]


def test_a_role_is_looked_up_by_name() -> None:
    assert BIRTH.role("when") == Role(name="when")
    with pytest.raises(UnknownNameError, match="no role of birth 'chld', did you mean 'child'"):
        BIRTH.role("chld")


def test_lineage_goes_from_the_narrowest_type_to_the_widest() -> None:
    assert SMALL.lineage("poet") == ["poet", "writer", "person"]


@pytest.mark.parametrize(
    ("wanted", "name", "accepted"),
    [
        (["person"], "person", True),
        (["person"], "poet", True),
        (["poet"], "person", False),
        (["writer", "person"], "person", True),
        ([], "person", True),
        (["person"], "", True),
        (["person"], "nobody", False),
    ],
)
def test_a_narrower_type_is_accepted_where_a_wider_one_is_asked(
    wanted: list[str], name: str, accepted: bool
) -> None:
    assert SMALL.accepts(wanted, name) is accepted


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("person", "person"),
        ("works_for", "works for"),
        ("worksFor", "works for"),
        ("Treatment.Drug", "treatment drug"),
        ("per:city-of-birth", "per city of birth"),
        ("ORG", "org"),
    ],
)
def test_a_name_reads_as_words(name: str, words: str) -> None:
    assert Type(name=name).words == words


def test_equal_schemas_hash_alike_also_after_a_trip_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(SMALL))

    assert again == SMALL
    assert hash(again) == hash(replace(SMALL))
