"""`questgraph load` puts the graph of a run where it is queried."""

import json
import sqlite3
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import extract
from questgraph.graphs.stores import open_store, read
from questgraph.load import load

app = typer.Typer()
app.command()(load)

ANSWERS = {
    "Which of the types": '{"types":["person","works_for"]}',
    "Copy every mention": '{"person":["Ann Lee","Bo Ek"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
    "anything of the types": "{}",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a finished run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "a.txt").write_text("Ann Lee works for Acme. Acme named Bo Ek in May.")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS))
    folder = tmp_path / "run"
    extract(["a.txt"], out=folder, model="scripted:answers.json", recipe="multi-turn").close()
    return folder


def called(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_run_is_loaded_into_its_own_file_and_stays_a_run(run: Path) -> None:
    before = Extraction.open(run)

    result = called(run)

    assert result.exit_code == 0, result.output
    assert "nodes and 1 edges written, 0 dropped, 0 unchanged" in result.output
    db = sqlite3.connect(run / "run.db")
    assert db.execute("select type from graph_edges").fetchall() == [("works_for",)]
    db.close()
    assert Extraction.open(run).claims == before.claims


def test_what_is_loaded_is_the_graph_and_a_second_load_writes_nothing(run: Path) -> None:
    target = f"sqlite:{run.parent / 'kg.db'}"

    first, second = (json.loads(called(run, "--to", target, "--json").stdout) for _ in range(2))

    assert first["nodes"] > 0
    assert (second["nodes"], second["edges"], second["dropped"]) == (0, 0, 0)
    with open_store(target) as store:
        assert read(store).adj == Extraction.open(run).graph.adj


def test_a_wrong_target_and_a_folder_without_a_run_are_explained(run: Path) -> None:
    wrong, nothing = called(run, "--to", "nowhere"), called(run.parent, "--to", "memory:")

    assert (wrong.exit_code, nothing.exit_code) == (2, 2)
    assert "sqlite:PATH" in " ".join((wrong.output + wrong.stderr).split())


def test_the_password_comes_from_the_environment_and_is_not_shown(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUESTGRAPH_STORE_PASSWORD", "s3cret")

    result, help_ = called(run, "--to", "bolt://ann@127.0.0.1:1/kg"), called("--help")

    assert result.exit_code == 2
    assert "s3cret" not in result.output + result.stderr + help_.output
