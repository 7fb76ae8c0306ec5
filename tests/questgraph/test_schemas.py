"""`questgraph schema` from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from questgraph.agents.extractor import extract
from questgraph.schemas import app
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.ontologies.reading import read_ontology
from questgraph.tools.records import Document
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import general, schema_from_yaml, schema_to_yaml

TURTLE = """\
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
:Firm a owl:Class . :born a owl:DatatypeProperty .
"""
SCHEMA = Schema(
    name="staff",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="works_for", head=("person",), tail=("firm",)),),
)


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_an_ontology_is_shown_as_yaml_with_its_notes_above(tmp_path: Path) -> None:
    (tmp_path / "staff.ttl").write_text(TURTLE)

    result = call("show", tmp_path / "staff.ttl")

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "# properties whose values are texts or numbers, left out: born"
    )
    assert schema_from_yaml(result.stdout, "x.yaml")["Firm"].iri == "http://example.org/Firm"


def test_the_built_in_schema_is_shown_when_none_is_named() -> None:
    assert schema_from_yaml(call("show").stdout, "x.yaml") == general()


def test_a_schema_is_shown_as_shacl(tmp_path: Path) -> None:
    (tmp_path / "staff.yaml").write_text(schema_to_yaml(SCHEMA))

    result = call("show", tmp_path / "staff.yaml", "--shacl")

    assert read_ontology(result.stdout.encode(), "x.ttl").schema == SCHEMA


def test_a_missing_file_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "staff.ttl").write_text(TURTLE)

    result = call("show", tmp_path / "staf.ttl")

    assert result.exit_code == 2
    assert "did you mean 'staff.ttl'?" in result.stderr


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a run that found that Ann works for Acme."""
    answer = {"person": ["Ann"], "firm": ["Acme"], "works_for": [["Ann", "Acme"]]}
    extract(
        Document("a", "Ann works for Acme."),
        out=tmp_path / "run",
        schema=SCHEMA,
        recipe="oneshot",
        bank=None,
        model=ScriptedModel(lambda _: json.dumps(answer)),
    )
    return tmp_path / "run"


def test_a_graph_under_its_schema_passes(run: Path) -> None:
    result = call("check", run)

    assert (result.exit_code, result.stdout) == (0, "0 violations of the schema 'staff'.\n")


def test_a_graph_that_breaks_another_schema_is_told_and_exits_with_one(
    run: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        "entities: [person, firm]\nrelations: {works_for: {head: firm, tail: person}}\n"
    )

    result = call("check", run, "--schema", other)
    told = json.loads(call("check", run, "--schema", other, "--json").stdout)

    assert result.exit_code == 1
    assert "has a relation 'works_for', which starts at firm. Said by claim " in result.stdout
    assert (told["conforms"], len(told["violations"])) == (False, 2)


def test_a_schema_is_inferred_and_the_next_command_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "a.txt").write_text("Ann works for Acme.")
    answers = {
        "Which facts": '{"facts":[["Ann","person","works for","Acme","firm"]]}',
        "kinds of things that": '{"firm":"sells","person":"lives"}',
        "relations between": '{"works for":"is paid by"}',
    }
    (tmp_path / "answers.yaml").write_text(json.dumps(answers))
    out = tmp_path / "schema.yaml"

    result = call(
        *("infer", tmp_path / "a.txt", "--out", out, "--model"),
        f"scripted:{tmp_path / 'answers.yaml'}",
    )

    assert result.exit_code == 0, result.output
    assert result.stdout == (
        f"2 entity types and 1 relations, of 1 statements in 1 passages: {out}\n"
        f"Edit it, then: questgraph extract … --schema {out}\n"
    )
    assert schema_from_yaml(out.read_text(), "x.yaml")["works_for"].guideline == "is paid by"
