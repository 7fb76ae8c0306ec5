"""`questgraph eval` from the command line, with a model that is right about two things in three."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from questgraph.agents.evaluation.page import write_page
from questgraph.cli import app
from questgraph.tools.confidence import read_confidence

PASSAGES = 12


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a labelled set and answers to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    place = tmp_path / "tiny"
    place.mkdir()
    types = [{"type": "person"}, {"type": "<b>firm</b>"}]
    (place / "meta.json").write_text(json.dumps({"name": "tiny", "entity_types": types}))
    records, answers = [], {}
    for i in range(PASSAGES):
        name = {"text": "Ann Lee", "type": "person", "start": 8, "end": 15}
        records.append({"id": f"p{i}", "text": f"Case {i:02}:Ann Lee met Bo.", "entities": [name]})
        wrong = {"person": ["Ann"]}
        answers[f"Case {i:02}:"] = json.dumps(wrong if i % 3 == 0 else {"person": ["Ann Lee"]})
    (place / "dev.jsonl").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    return tmp_path


def evaluate(*words: str) -> Result:
    asked = ["eval", "tiny", "--recipe", "oneshot", "--model", "scripted:answers.json"]
    return CliRunner().invoke(app, [*asked, "--bank", "none", "--out", "out", *words])


def test_scores_are_calibrated_when_that_is_asked(folder: Path) -> None:
    result = evaluate("--calibrate", "--json")

    assert result.exit_code == 0, result.output
    [found] = json.loads(result.stdout)["results"]
    told = found["calibration"]
    assert told["claims"] == PASSAGES
    assert told["precision"] == pytest.approx(2 / 3)
    assert 0 <= told["ece"] <= 1
    assert 0 < told["aurc"] < 1
    assert [line["wanted"] for line in told["thresholds"]] == [0.7, 0.8, 0.9, 0.95]
    confidence = read_confidence(folder / "out" / "calibration.json", "oneshot")
    assert confidence.fitted_on["claims"] == PASSAGES
    assert confidence.fitted_on["right"] == 8


def test_a_person_sees_whether_scores_can_be_believed_and_where_the_file_is(folder: Path) -> None:
    result = evaluate("--calibrate")

    assert "ECE" in result.stdout
    assert "AURC" in result.stdout
    assert "wanted precision" in result.stdout
    assert "out/calibration.json" in result.stdout


def test_nothing_is_calibrated_when_nobody_asks(folder: Path) -> None:
    result = evaluate("--json")

    assert json.loads(result.stdout)["results"][0]["calibration"] is None
    assert not (folder / "out" / "calibration.json").exists()
    assert "Confidence" not in (folder / "out" / "eval.html").read_text()


def test_the_page_shows_types_confidence_and_cost_against_quality(folder: Path) -> None:
    report: dict[str, Any] = json.loads(evaluate("--calibrate", "--json").stdout)
    # A scripted model counts no tokens.
    report["results"][0]["cost"]["prompt_tokens"] = 1200
    report["results"][0]["metrics"]["ner.span.strict"]["types"]["<b>firm</b>"] = {
        **dict.fromkeys(("precision", "recall", "f1"), 0.0),
        **dict.fromkeys(("hits", "said", "meant"), 0),
    }

    write_page(report, folder / "page.html")

    page = (folder / "page.html").read_text()
    assert "<td>person</td>" in page
    assert "<td>&lt;b&gt;firm&lt;/b&gt;</td>" in page
    assert page.count("<svg") == 2
    assert "tiny: F1 of ner.span.strict against tokens a passage" in page
    assert "<polyline" in page


def test_what_was_calibrated_scores_the_claims_of_a_run(folder: Path) -> None:
    evaluate("--calibrate", "--json")
    (folder / "a.txt").write_text("Case 01:Ann Lee met Bo.")
    asked = ["extract", "a.txt", "--recipe", "oneshot", "--model", "scripted:answers.json"]
    by = ["--bank", "none", "--calibration", "out/calibration.json", "--json"]

    scored = CliRunner().invoke(app, [*asked, *by])
    strict = CliRunner().invoke(app, [*asked, *by, "--min-precision", "0.95"])

    [fact] = json.loads(scored.stdout)["facts"]
    assert 0.5 < fact["score"] < 0.8
    assert strict.exit_code == 2
    assert "no score promises a precision of 0.95" in strict.stderr
