"""Type names become Python names and can be told apart; a schema becomes Python code."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.code.definitions import classes, dataclasses
from questgraph.tools.codecs.code.names import class_names, family, parameter_names
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

SIMILAR = ["academic journal", "academic_journal", "Academic-Journal", "Treatment.Drug", "Entity"]
names = st.lists(st.text(min_size=1, max_size=12) | st.sampled_from(SIMILAR), unique=True)


@given(
    names, st.sampled_from([class_names, parameter_names, lambda n: class_names(n, masked=True)])
)
def test_every_name_is_an_identifier_of_its_own(some: list[str], spell: object) -> None:
    spelled = spell(some)  # type: ignore[operator]  # one of three functions

    assert len({word.casefold() for word in spelled.values()}) == len(some)
    for word in spelled.values():
        (statement,) = ast.parse(f"{word} = {word}()").body
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.targets[0], ast.Name)
        assert statement.targets[0].id == word


def test_a_masked_name_tells_nothing() -> None:
    assert "person" not in class_names(["person"], masked=True)["person"].casefold()


@pytest.mark.parametrize(
    ("name", "kin"),
    [("Life:Be-Born", "Life"), ("Conflict.Attack", "Conflict"), ("works_for", ""), ("Attack", "")],
)
def test_events_of_a_family_share_what_stands_before_the_mark(name: str, kin: str) -> None:
    assert family(name) == kin


TYPES: list[AnyType] = [
    EntityType(
        name="academic journal", guideline='A "journal" \\ """ of\nscience.', examples=("X",)
    ),
    EntityType(name="person", guideline="A human.", avoid="groups.", examples=('Ann "A" Lee',)),
    EntityType(name="writer", is_a="person"),
    RelationType(name="wrote for", head=("person", "writer"), tail=("academic journal",)),
    EventType(
        name="Life:Be-Born",
        trigger="a verb",
        roles=(Role(name="Child", types=("person",)), Role(name="from", many=False)),
    ),
]


@pytest.mark.parametrize(
    "code", [classes(TYPES), dataclasses(TYPES), dataclasses(TYPES, masked=True)]
)
def test_a_schema_becomes_code_that_python_reads(code: str) -> None:
    made = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ClassDef)]

    assert len(made) >= len(TYPES)


def test_plain_classes_show_signatures_families_and_wider_types() -> None:
    code = classes(TYPES)

    assert "class Writer(Person):" in code
    assert "class Life(Event):" in code
    assert "class LifeBeBorn(Life):" in code
    assert "    head: Person | Writer\n    tail: AcademicJournal" in code
    assert "    Child: List[Person]\n    from_: str" in code


def test_dataclasses_carry_guidelines_and_examples() -> None:
    code = dataclasses(TYPES)

    assert '"""A human. Not: groups."""' in code
    assert r'    span: str  # such as "Ann \"A\" Lee"' in code
    assert "    head: str  # Person or Writer" in code


def test_masked_dataclasses_name_no_type() -> None:
    code = dataclasses(TYPES, masked=True)

    assert "Person" not in code
    assert "A human." in code
