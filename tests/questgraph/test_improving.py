"""`questgraph improve` as a user calls it."""

import json
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import extract
from questgraph.agents.review.editing import accepted, rejected
from questgraph.improving import improve
from questgraph.tools.records import Document

app = typer.Typer()
app.command()(improve)

NAMES = ("Ann", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal", "Ida", "Jon", "Kim", "Lou")
SCHEMA = "name: people\nentities:\n  person: A human.\n  ship: It sails.\n"


@pytest.fixture(autouse=True)
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")


def run_in(folder: Path, judged: int) -> Path:
    """Return a run that says that everybody is a ship, too."""
    answers = {f"{n} of": json.dumps({"person": [n], "ship": [n.upper()]}) for n in NAMES}
    script, schema = folder / "answers.yaml", folder / "schema.yaml"
    script.write_text(yaml.safe_dump(answers))
    schema.write_text(SCHEMA)
    some = [Document(f"{n}.txt", f"{n} of number {i} went {i} {n}s away.") for i, n in
            enumerate(NAMES)]  # fmt: skip
    made = extract(
        some,
        out=folder / "run",
        recipe="oneshot",
        schema=schema,
        model=f"scripted:{script}",
        bank=None,
    )
    made.close()
    run = Extraction.open(folder / "run")
    for document in some[:judged]:
        for claim in [claim for claim in run.claims if claim.document_id == document.id]:
            right = claim.type == "person"
            run.decisions.add(accepted(claim, document) if right else rejected(claim))
    run.close()
    return folder / "run"


def test_what_was_tried_and_how_to_use_what_is_kept_is_printed(tmp_path: Path) -> None:
    run = run_in(tmp_path, 11)

    result = CliRunner().invoke(app, [str(run), "--keep-if-better", "--ask", "1"])

    assert result.exit_code == 0, result.output
    assert "Round 1, on 3 passages held back" in result.output
    assert "may be better by chance" in result.output
    assert "Kept: calibration." in result.output
    command = result.output.partition("Use it: ")[2].splitlines()[0]
    assert command.startswith("questgraph extract … --recipe oneshot --calibration ")
    assert "--min-precision 0." in command
    assert (run / "improved" / "round-1" / "calibration.json").is_file()
    assert "Lou.txt#000000" in result.output


def test_programs_get_the_round_as_it_is_noted(tmp_path: Path) -> None:
    run = run_in(tmp_path, 12)

    result = CliRunner().invoke(app, [str(run), "--json"])

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told == json.loads((run / "improved" / "round-1" / "improved.json").read_text("utf-8"))
    assert told["rule"] == "higher F1 with p < 0.05"
    assert told["label_next"] == []


def test_too_few_decisions_are_a_wrong_call(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run_in(tmp_path, 2))])

    assert result.exit_code == 2
    assert "all claims of 2 passages" in result.output


def test_what_few_passages_cannot_tell_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run_in(tmp_path, 8))])

    assert result.exit_code == 0
    assert "Under 6 passages held back nothing is sure" in result.output
    assert "Nothing is kept." in result.output


def test_an_adapter_for_a_model_that_is_not_local_is_a_wrong_call(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run_in(tmp_path, 8)), "--adapter"])

    assert result.exit_code == 2
    assert "an adapter is for a local model" in result.output


def test_a_cap_that_leaves_something_unmeasured_makes_it_incomplete(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run_in(tmp_path, 8)), "--budget-calls", "12"])

    assert result.exit_code == 3
    assert "Incomplete: the next round tries again" in result.output
