"""`questgraph review` as a user calls it."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from questgraph.agents.extraction import Extraction
from questgraph.agents.review import server
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.editing import accepted
from questgraph.agents.runs.store import RunStore
from questgraph.reviewing import review
from questgraph.tools.labelled import read_labelled
from questgraph.tools.records import (
    Argument,
    Chunk,
    Claim,
    Document,
    Mention,
    Outcome,
    Result,
    Span,
    Unit,
)

SCHEMA = "name: people\nentities:\n  person: A human.\n"
DOCUMENT = Document("a.txt", "Ann Lee left.")
ANN = Claim(
    "entity",
    "person",
    (Argument("mention", Mention("Ann Lee", type="person", span=Span(0, 7), level="exact")),),
    document_id="a.txt",
    unit_id="a.txt#000000",
)

app = typer.Typer()
app.command()(review)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    unit = Unit(Chunk("a.txt", DOCUMENT.text, span=Span(0, 13), index=0))
    with RunStore(tmp_path / "run.db") as store:
        store.begin({"schema": SCHEMA, "model": "none", "recipe": "staged"}, "same")
        store.add(0, DOCUMENT, [unit])
        store.save(Result(unit=unit, outcome=Outcome("done"), claims=(ANN,)))
        store.end()
    return tmp_path


def test_what_was_reviewed_is_written_as_a_labelled_set(run: Path) -> None:
    extraction = Extraction.open(run)
    extraction.decisions.add(accepted(ANN, DOCUMENT))
    extraction.close()

    result = CliRunner().invoke(app, [str(run), "--export", str(run / "gold")])

    assert result.exit_code == 0
    assert "1 reviewed passages" in result.stdout
    (passage,) = read_labelled(run / "gold" / "dev.jsonl")
    assert [claim.type for claim in passage.claims] == ["person"]


def test_the_link_is_printed_and_the_page_is_served(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[tuple[str, int]] = []

    def serve(desk: Desk, *, port: int, ready: object) -> None:
        ready("http://127.0.0.1:1/?token=x")  # type: ignore[operator]
        served.append((desk.documents["a.txt"].text, port))

    monkeypatch.setattr(server, "serve", serve)

    result = CliRunner().invoke(app, [str(run), "--no-browser", "--port", "8080"])

    assert result.exit_code == 0
    assert served == [("Ann Lee left.", 8080)]
    assert "http://127.0.0.1:1/?token=x" in result.stdout


def test_the_browser_is_started_without_the_token_in_its_words(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "http://127.0.0.1:1/?token=secret"
    started: list[tuple[str, str]] = []

    def launch(address: str) -> None:
        file = Path(address.removeprefix("file://"))
        started.append((address, file.read_text()))
        assert file.parent.stat().st_mode & 0o077 == 0

    monkeypatch.setattr(server, "serve", lambda desk, *, port, ready: ready(link))
    monkeypatch.setattr(typer, "launch", launch)

    assert CliRunner().invoke(app, [str(run)]).exit_code == 0
    ((address, page),) = started
    assert "secret" not in address
    assert link in page


def test_a_folder_without_a_run_is_a_wrong_call(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, [str(tmp_path / "nowhere")]).exit_code == 2
