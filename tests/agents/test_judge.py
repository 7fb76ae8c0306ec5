"""Claims of a run are scored by a calibration, and kept out where they promise too little."""

import csv
import json
from pathlib import Path

import pytest

from questgraph.agents.extractor import aextract, aretry
from questgraph.agents.options import Options
from questgraph.agents.runs.store import RunStore
from questgraph.tools.confidence import Confidence, write_confidence
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document

pytestmark = pytest.mark.anyio

DOCUMENT = Document("d", "Ann works for Acme.")
ANSWER = '{"person":["Ann","Nobody"],"organization":["Acme"],"works_for":[["Ann","Acme"]]}'
FITTED = Confidence(
    intercept=2.0,
    weights={"kind relation": -1.5},
    thresholds={"0.8": 0.5, "0.9": 0.7, "0.95": None},
)


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    write_confidence({"oneshot": FITTED}, tmp_path / "calibration.json")
    return tmp_path / "calibration.json"


def options(calibration: Path | None, precision: float | None = None) -> Options:
    return Options(
        recipe="oneshot",
        model=ScriptedModel(lambda _: ANSWER),
        bank=None,
        calibration=calibration,
        min_precision=precision,
    )


async def test_every_claim_gets_its_score(calibration: Path) -> None:
    extraction = await aextract(DOCUMENT, **options(calibration))

    scores = {claim.arguments[0].mention.text: claim.score for claim in extraction.claims}
    assert scores == {"Ann": 0.6225, "Nobody": 0.0, "Acme": 0.8808}
    assert [claim.score for claim in extraction.claims if claim.type == "person"] == [0.8808, 0.0]
    assert [claim.admitted for claim in extraction.claims] == [True, False, True, True]


async def test_claims_have_no_score_without_a_calibration() -> None:
    extraction = await aextract(DOCUMENT, **options(None))

    assert {claim.score for claim in extraction.claims} == {None}
    assert all("score" not in data for _, data in extraction.graph.nodes(data=True))


async def test_claim_that_promises_too_little_stays_in_the_run_and_out_of_the_graph(
    calibration: Path,
) -> None:
    extraction = await aextract(DOCUMENT, **options(calibration, 0.9))

    [bond] = [claim for claim in extraction.claims if claim.kind == "relation"]
    assert (bond.verdict, bond.admitted) == ("unlikely", False)
    assert bond.reason == "its score is 0.622, and 0.700 is wanted"
    assert not extraction.graph.number_of_edges()
    assert extraction.graph.number_of_nodes() == 2


async def test_graph_and_exports_tell_the_score_of_each_fact(
    calibration: Path, tmp_path: Path
) -> None:
    extraction = await aextract(DOCUMENT, **options(calibration, 0.8))

    [(*_, edge)] = extraction.graph.edges(data=True)
    assert edge["score"] == edge["support"][0]["score"] == 0.6225
    tables = extraction.export("csv", tmp_path)
    rows = list(csv.DictReader((tables / "edges.csv").read_text().splitlines()))
    assert [row["score"] for row in rows] == ["0.6225"]
    assert "qg:score 0.6225" in extraction.export("turtle", tmp_path).read_text()
    assert ">0.6225<" in extraction.export("graphml", tmp_path).read_text()
    told = json.loads(extraction.export("json", tmp_path).read_text())
    assert [link["score"] for link in told["edges"]] == [0.6225]


async def test_another_calibration_scores_anew_and_asks_nothing(
    calibration: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    await aextract(DOCUMENT, out=run, **options(None))
    silent = ScriptedModel([])

    again = await aextract(DOCUMENT, out=run, **{**options(calibration), "model": silent})

    assert not silent.requests
    assert all(claim.score is not None for claim in again.claims)


async def test_run_that_is_gone_on_with_is_scored_as_before(
    calibration: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    broken = ScriptedModel(["no such form", "no such form"])
    failed = await aextract(DOCUMENT, out=run, **{**options(calibration, 0.9), "model": broken})
    assert not failed.complete

    again = await aretry(run, model=ScriptedModel(lambda _: ANSWER), bank=None)

    assert again.complete
    assert [c.verdict for c in again.claims if c.kind == "relation"] == ["unlikely"]
    assert RunStore(run / "run.db").fact("calibration") == str(calibration)


@pytest.mark.parametrize(
    ("precision", "recipe", "problem"),
    [
        (0.95, "oneshot", "no score promises a precision of 0.95"),
        (0.9, "chatie", "calibrates oneshot, and not chatie"),
    ],
)
async def test_wish_that_cannot_be_met_is_an_error_before_anything_is_asked(
    calibration: Path, precision: float, recipe: str, problem: str
) -> None:
    asked = options(calibration, precision)
    model = ScriptedModel([])

    with pytest.raises(ConfigError, match=problem):
        await aextract(DOCUMENT, **{**asked, "recipe": recipe, "model": model})

    assert not model.requests


async def test_wanted_precision_without_a_calibration_is_an_error() -> None:
    with pytest.raises(ConfigError, match="needs a calibration"):
        await aextract(DOCUMENT, **options(None, 0.9))
