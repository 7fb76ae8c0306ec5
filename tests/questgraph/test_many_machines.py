"""Commands on what many machines leave: the same as on a run of one machine."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import extract
from questgraph.cli import app
from questgraph.graphs.reduce import Whole, joined, parts
from questgraph.graphs.stores import open_store, read
from questgraph.tools.schema_sources import schema_to_yaml

if os.environ.get("CI") != "true":
    pytest.importorskip("pyarrow", reason="`pip install 'questgraph[parquet]'` brings pyarrow")

from questgraph.agents.distributed import counting, tables

TEXT = "Ann Lee works for Acme-2000. She was never at Beta. Bo Ek works for Acme2000."
ANSWERS = {
    "Which of the types": '{"types":["person","organization","works_for"]}',
    "Copy every mention": '{"person":["Ann Lee","She","Bo Ek"],'
    '"organization":["Acme-2000","Beta","Acme2000"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme-2000"],["She","Beta"],'
    '["Bo Ek","Acme2000"]]}',
    "anything of the types": "{}",
}


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a run on one machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS))
    folder = tmp_path / "one"
    extract(["a.txt"], out=folder, model="scripted:answers.json", recipe="multi-turn").close()
    return folder


@pytest.fixture
def many(one: Path) -> Path:
    """Return what the same run leaves on many machines."""
    run, folder = Extraction.open(one), one.with_name("many")
    folder.mkdir()
    counting.write_notes(folder, {"schema": schema_to_yaml(run.schema)})
    (document,) = run.documents.values()
    tables.write([tables.document_row(0, document)], folder, tables.DOCUMENTS, "0")
    rows = parts(document, run.claims, run.schema, Whole())
    tables.write_graph([joined([row]) for row in rows], folder)
    run.close()
    return folder


def told(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_graph_is_written_as_for_one_machine(one: Path, many: Path, tmp_path: Path) -> None:
    for folder in (one, many):
        told(
            "graph", folder, "--to", "json", "--to", "turtle", "--out", tmp_path / folder.name / "x"
        )

    files = {path.name for path in (tmp_path / "one" / "x").iterdir()}
    assert len(files) == 2
    for name in files:
        alone, together = (tmp_path / run / "x" / name for run in ("one", "many"))
        assert together.read_bytes() == alone.read_bytes()
    assert b"hyphens, plural or order" in (tmp_path / "many" / "x" / "graph.json").read_bytes()


def test_the_graph_is_loaded_as_of_one_machine(one: Path, many: Path, tmp_path: Path) -> None:
    loaded = []
    for folder in (one, many):
        target = f"sqlite:{tmp_path / folder.name}.db"
        told("load", folder, "--to", target)
        with open_store(target) as store:
            loaded.append(read(store))

    assert loaded[0].nodes == loaded[1].nodes
    assert loaded[0].adj == loaded[1].adj
    assert loaded[1].number_of_edges() == 2, "what is denied is not loaded"


def test_a_question_is_answered_as_by_one_machine(one: Path, many: Path) -> None:
    question = ("Acme 2000", "--json")

    assert told("ask", many, *question) == told("ask", one, *question)
