"""Schemas from YAML, JSON, mappings and labelled sets; from classes in `test_schema_pydantic`."""

import contextlib
import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.errors import SchemaError
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
from questgraph.tools.schema_sources import (
    general,
    load_schema,
    schema_from_yaml,
    schema_to_yaml,
)

SHARED = Path(__file__).parents[3] / "shared" / "data"

FULL = """\
name: firms
entities:
  person: A named human being.
  firm:
    is_a: body
    examples: [Acme, 1984, 12:30]
  body:
relations:
  works_for:
    head: person
    tail: [firm, body]
    functional: true
    qualifiers: [since]
events:
  hiring:
    trigger: the verb
    roles:
      who: {types: person, many: false}
      firm: Who hires.
"""


def test_yaml_is_read_into_types() -> None:
    schema = schema_from_yaml(FULL, "types.yaml")

    assert schema == Schema(
        name="firms",
        entities=(
            EntityType(name="person", guideline="A named human being."),
            EntityType(name="firm", is_a="body", examples=("Acme", "1984", "12:30")),
            EntityType(name="body"),
        ),
        relations=(
            RelationType(
                name="works_for",
                head=("person",),
                tail=("firm", "body"),
                functional=True,
                qualifiers=(Role(name="since"),),
            ),
        ),
        events=(
            EventType(
                name="hiring",
                trigger="the verb",
                roles=(
                    Role(name="who", types=("person",), many=False),
                    Role(name="firm", guideline="Who hires."),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "entities: {person: , firm: A company.}",
        "entities: [person, {firm: A company.}]",
        "entities: [person, firm: {guideline: A company.}]",
        '{"entities": ["person", {"firm": {"guideline": "A company."}}]}',
        '{\n\t"entities": {\n\t\t"person": null,\n\t\t"firm":\t"A company."\n\t}\n}',
    ],
)
def test_types_may_be_a_mapping_or_a_list_in_yaml_or_json(text: str) -> None:
    schema = schema_from_yaml(text, "types.yaml")

    assert schema == Schema(
        name="types",
        entities=(EntityType(name="person"), EntityType(name="firm", guideline="A company.")),
    )


def test_json_escapes_beyond_the_basic_plane_are_one_character() -> None:
    text = json.dumps({"entities": {"mood": {"examples": ["\N{GRINNING FACE}"]}}})

    schema = schema_from_yaml(text, "types.json")

    assert schema.entities[0].examples == ("\N{GRINNING FACE}",)


def test_anchors_and_aliases_save_writing() -> None:
    schema = schema_from_yaml(
        "entities: [a, b]\nrelations: {r: {head: &ab [a, b], tail: *ab}}", "types.yaml"
    )

    assert schema.relations[0].tail == ("a", "b")


MISTAKES = {
    "unknown key": (
        "entities: [person]\nrelations:\n  knows:\n    hed: person",
        "t.yaml:4: relations.knows.hed: unknown key 'hed', did you mean 'head'? Known: …",
    ),
    "unknown key at the top": (
        "entites: [person]",
        "t.yaml:1: entites: unknown key 'entites', did you mean 'entities'? Known: …",
    ),
    "unknown type in a signature": (
        "entities: [person]\nrelations:\n  knows:\n    head:\n      persn",
        "t.yaml:4: relations.knows.head: no entity type 'persn', did you mean 'person'? …",
    ),
    "unknown type in a role": (
        "entities: [person]\nevents:\n  birth:\n    roles:\n      child: {types: kid}",
        "t.yaml:5: events.birth.roles.child.types: no entity type 'kid'. Known: person",
    ),
    "not true or false": (
        "relations:\n  knows:\n    functional: maybe",
        "t.yaml:3: relations.knows.functional: write true or false, not 'maybe'",
    ),
    "a flag left empty": (
        "relations:\n  knows:\n    functional:",
        "t.yaml:3: relations.knows.functional: write true or false, not None",
    ),
    "a mapping for a text": (
        "entities:\n  person:\n    guideline: {a: b}",
        "t.yaml:3: entities.person.guideline: write a text here, not {'a': 'b'}",
    ),
    "a word that YAML takes for a truth value": (
        "entities:\n  answer:\n    examples: [yes, 'no']",
        "t.yaml:3: entities.answer.examples: write a text here, not True",
    ),
    "a list for a type": (
        "entities:\n  person:\n    - a",
        "t.yaml:2: entities.person: write a mapping or a guideline here, not ['a']",
    ),
    "a list for a name": (
        "entities:\n  - [a, b]",
        "t.yaml:1: entities: write a name here, not ['a', 'b']",
    ),
    "a key twice": (
        "entities:\n  person: a\n  firm: b\n  person: c",
        "t.yaml:4: entities.person: this key stands here twice: join the two",
    ),
    "a name twice in a list": (
        "entities:\n  - person\n  - firm\n  - person",
        "t.yaml:2: entities.person: it stands here twice: join the two",
    ),
    "a name twice, in two kinds": (
        "entities: [birth]\nevents: [birth]",
        "t.yaml:2: events.birth: this name is taken already: names are unique in a schema",
    ),
    "a trigger among the roles": (
        "events:\n  birth:\n    roles: [child, trigger]",
        "t.yaml:3: events.birth.roles.trigger: the trigger is no role: write `trigger: …` …",
    ),
    "a circle": (
        "entities:\n  a: {is_a: b}\n  b: {is_a: a}",
        "t.yaml:2: entities.a.is_a: a circle (a -> b -> a): take one of these out",
    ),
    "an empty file": (
        "# nothing\n",
        "t.yaml: it is empty: write types under `entities`",
    ),
    "no types": (
        "name: none\nentities:",
        "t.yaml:1: none: there is no type in it: add one under `entities`",
    ),
    "a list at the top": (
        "- person\n- firm",
        "t.yaml: write a mapping with `entities`, `relations`, `events`",
    ),
    "tabs": (
        "entities:\n\tperson:",
        "t.yaml:2: this is not YAML: …: indent with spaces, not tabs",
    ),
    "an open bracket": (
        "entities: [person\nrelations: [",
        "t.yaml:2: this is not YAML: while parsing a flow sequence, …",
    ),
    "two documents": (
        "entities: [a]\n---\nentities: [b]",
        "t.yaml:2: this is not YAML: expected a single document in the stream, …",
    ),
    "a control character": (
        "entities: [\x00]",
        "t.yaml: this is not YAML: unacceptable character #x0000: …",
    ),
    "an alias that holds itself": (
        "entities: &a [*a]",
        "t.yaml: it is nested too deep, or an alias holds itself",
    ),
    "a nest": (
        "entities: " + "[" * 500,
        "t.yaml: it is nested too deep, or an alias holds itself",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_line_path_and_the_nearest_right_name(mistake: str) -> None:
    text, message = MISTAKES[mistake]

    with pytest.raises(SchemaError) as caught:
        schema_from_yaml(text, "t.yaml")

    assert re.fullmatch(re.escape(message).replace("…", ".*"), str(caught.value), re.DOTALL)


def test_aliases_of_aliases_of_aliases_are_refused_before_they_fill_the_memory() -> None:
    layers = [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 12)]
    text = "\n".join(["l0: &l0 [x, x]", *layers])

    with pytest.raises(SchemaError, match="is an alias repeated too often"):
        schema_from_yaml(text, "bomb.yaml")


@given(st.text())
def test_any_text_is_a_schema_or_a_schema_error(text: str) -> None:
    with contextlib.suppress(SchemaError):
        assert schema_from_yaml(text, "t.yaml").types()


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12).map(str.strip)
NAMES = TEXTS.filter(lambda name: name not in ("", "trigger"))


def parts_of_type() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "guideline": TEXTS,
        "avoid": TEXTS,
        "examples": st.lists(TEXTS, max_size=2).map(tuple),
        "question": TEXTS,
    }


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Any schema without mistakes."""
    names = draw(st.lists(NAMES, min_size=3, max_size=6, unique=True))
    entity, narrower, relation, *events = names
    types = st.sets(st.sampled_from([entity, narrower])).map(tuple)
    role = st.builds(
        Role, name=NAMES, types=types, many=st.booleans(), guideline=TEXTS, question=TEXTS
    )
    roles = st.lists(role, max_size=2, unique_by=lambda role: role.name).map(tuple)
    relations = st.builds(
        RelationType,
        name=st.just(relation),
        head=types,
        tail=types,
        functional=st.booleans(),
        symmetric=st.booleans(),
        inverse=TEXTS,
        qualifiers=roles,
        **parts_of_type(),
    )
    return Schema(
        name=draw(NAMES),
        entities=(
            draw(st.builds(EntityType, name=st.just(entity), **parts_of_type())),
            EntityType(name=narrower, is_a=entity),
        ),
        relations=(draw(relations),),
        events=tuple(
            draw(
                st.builds(
                    EventType, name=st.just(name), trigger=TEXTS, roles=roles, **parts_of_type()
                )
            )
            for name in events
        ),
    )


@given(schemas())
def test_a_schema_comes_back_from_yaml_as_it_went(schema: Schema) -> None:
    assert schema_from_yaml(schema_to_yaml(schema), "t.yaml") == schema


@given(schemas(), st.lists(st.text(), max_size=3))
def test_comments_of_any_kind_change_nothing(schema: Schema, lines: list[str]) -> None:
    comments = {type_.name: lines for type_ in schema.types()}

    assert schema_from_yaml(schema_to_yaml(schema, comments), "t.yaml") == schema


def test_comments_stand_above_their_types() -> None:
    schema = Schema(name="s", entities=(EntityType(name="person", examples=("Ann",)),))

    text = schema_to_yaml(schema, {"person": ["met\ntwice"]})

    assert text == ("name: s\n\nentities:\n  # met twice\n  person:\n    examples:\n    - Ann\n")


def test_the_iri_of_a_type_comes_back_and_is_checked() -> None:
    schema = schema_from_yaml("entities: {person: {iri: 'http://example.org/P'}}", "t.yaml")

    assert schema_from_yaml(schema_to_yaml(schema), "t.yaml")["person"].iri == (
        "http://example.org/P"
    )
    with pytest.raises(SchemaError, match=r"t.yaml:1: entities.person.iri: 'a> <b' is no IRI"):
        schema_from_yaml("entities: {person: {iri: 'a> <b'}}", "t.yaml")


def test_the_general_schema_comes_back_from_yaml_as_it_went() -> None:
    assert schema_from_yaml(schema_to_yaml(general()), "t.yaml") == general()


def test_the_general_schema_has_a_guideline_for_every_type() -> None:
    assert all(type_.guideline for type_ in general().types())


def test_a_schema_is_loaded_from_a_file_of_either_form(tmp_path: Path) -> None:
    (tmp_path / "types.yaml").write_text(FULL, encoding="utf-8-sig")
    (tmp_path / "types.json").write_text('{"name": "t", "entities": ["person"]}')

    assert load_schema(tmp_path / "types.yaml") == schema_from_yaml(FULL, "t")
    assert load_schema(str(tmp_path / "types.json")).name == "t"


def test_a_schema_is_loaded_from_a_mapping() -> None:
    schema = load_schema({"entities": ["person"], "relations": {"knows": {"head": "person"}}})

    assert schema.name == "schema"
    assert schema.relations == (RelationType(name="knows", head=("person",)),)


def test_a_mistake_in_a_mapping_is_named_with_its_path() -> None:
    with pytest.raises(SchemaError) as caught:
        load_schema({"relations": {"knows": {"hed": "person"}}})

    assert str(caught.value).startswith("schema: relations.knows.hed: unknown key 'hed'")


def test_a_schema_is_loaded_as_it_is() -> None:
    assert load_schema(general()) is general()


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "types.yaml").touch()

    with pytest.raises(SchemaError, match=r"no such file, did you mean 'types.yaml'\?"):
        load_schema(tmp_path / "types.yml")


@pytest.mark.parametrize("name", ["nowhere/types.yaml", ".", "\x00", "a" * 5000])
def test_what_cannot_be_read_is_a_schema_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        load_schema(tmp_path / name)


def test_bytes_that_are_no_text_are_a_schema_error(tmp_path: Path) -> None:
    (tmp_path / "types.yaml").write_bytes(b"entities: [\xff\xfe]")

    with pytest.raises(SchemaError, match="it cannot be read"):
        load_schema(tmp_path / "types.yaml")


def test_something_else_is_a_schema_error() -> None:
    with pytest.raises(SchemaError, match="42 is no file name, mapping or Pydantic class"):
        load_schema(42)  # type: ignore[arg-type]


META = dedent("""\
    {
      "name": "cases",
      "entity_types": [{"type": "Drug", "description": "A drug.", "count_kept": 3}],
      "relation_types": [{"type": "treats"}, {"type": "like", "description": "Alike."}],
      "symmetric_relations": ["like"],
      "event_types": [{"type": "Harm"}, {"type": "Cure"}],
      "argument_roles": [{"type": "Who", "description": "The patient."}, {"type": "By"}]
    }""")


PASSAGE = {
    "id": "1",
    "text": "Bo was harmed.",
    "events": [
        {
            "type": "Harm",
            "trigger": {"text": "harmed", "start": 7, "end": 13},
            "arguments": [{"role": "Who", "text": "Bo", "start": 0, "end": 2}],
        }
    ],
}


def write(folder: Path, meta: str) -> Path:
    path = folder / "meta.json"
    path.write_text(meta)
    return path


def test_the_description_of_a_labelled_set_is_a_schema(tmp_path: Path) -> None:
    schema = load_schema(write(tmp_path, META))

    who, by = Role(name="Who", guideline="The patient."), Role(name="By")
    trigger = "the word that tells of it"
    assert schema == Schema(
        name="cases",
        entities=(EntityType(name="Drug", guideline="A drug."),),
        relations=(
            RelationType(name="treats"),
            RelationType(name="like", guideline="Alike.", symmetric=True),
        ),
        events=(
            EventType(name="Harm", trigger=trigger, roles=(who, by)),
            EventType(name="Cure", trigger=trigger, roles=(who, by)),
        ),
    )


def test_passages_beside_the_description_tell_which_event_has_which_roles(tmp_path: Path) -> None:
    path = write(tmp_path, META)
    (tmp_path / "dev.jsonl").write_text(json.dumps(PASSAGE))

    harm, cure = load_schema(path).events

    assert [role.name for role in harm.roles] == ["Who"]
    assert cure.roles == ()


@pytest.mark.parametrize("meta", ["{", "[]", '{"name": "x", "entity_types": [{"typ": "A"}]}'])
def test_a_wrong_description_of_a_labelled_set_is_a_schema_error(meta: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="this describes no labelled set"):
        load_schema(write(tmp_path, meta))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled sets are not here: ../shared/data")
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("biored", (6, 8, 0)),
        ("phee", (0, 0, 2)),
        ("redocred", (6, 96, 0)),
        ("text2kg_wikidata", (1, 83, 0)),
        ("wnut17", (6, 0, 0)),
    ],
)
def test_published_labelled_sets_are_schemas(name: str, sizes: tuple[int, int, int]) -> None:
    schema = load_schema(SHARED / name / "meta.json")

    assert (len(schema.entities), len(schema.relations), len(schema.events)) == sizes
