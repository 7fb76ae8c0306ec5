"""How likely a claim is right, by what is known of how it came about."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.confidence import (
    Confidence,
    evidence_about,
    read_confidence,
    write_confidence,
)
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import HEAD, MENTION, TAIL, Argument, Claim, Mention, Span, Verdict

ANN = Mention("Ann", span=Span(0, 3), level="exact")
ACME = Mention("Acme", span=Span(14, 18), level="fuzzy")
PLAIN = Claim("entity", "person", (Argument(MENTION, ANN),), document_id="d", unit_id="d#0")
BOND = Claim(
    "relation",
    "works_for",
    (Argument(HEAD, ANN), Argument(TAIL, ACME)),
    document_id="d",
    unit_id="d#0",
    votes=2,
    samples=3,
    verdict="confirmed",
    probability=0.5,
)
FITTED = Confidence(
    intercept=0.0,
    weights={"votes": 1.0, "found fuzzy": -2.0, "model": 0.5},
    thresholds={"0.8": 0.6, "0.9": 0.75, "0.95": None},
    fitted_on={"claims": 7},
)


def test_evidence_is_all_that_speaks_for_or_against_a_claim() -> None:
    assert evidence_about(PLAIN) == {"votes": 1.0}
    assert evidence_about(BOND) == {
        "votes": 2 / 3,
        "sampled": 1.0,
        "verdict confirmed": 1.0,
        "kind relation": 1.0,
        "found fuzzy": 0.5,
        "model known": 1.0,
    }


def test_score_is_the_sigmoid_of_the_weighed_evidence() -> None:
    assert FITTED.score(PLAIN) == pytest.approx(0.7311, abs=1e-4)
    assert Confidence(intercept=0.0, weights={}).score(PLAIN) == 0.5


def test_what_is_not_in_the_text_scores_nothing() -> None:
    invented = replace(PLAIN, arguments=(Argument(MENTION, Mention("Nobody")),))

    assert FITTED.score(invented) == 0.0


@given(
    st.floats(-2000, 2000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(["unchecked", "sound", "refuted"]),
)
def test_surer_words_never_lower_a_score(
    intercept: float, one: float, other: float, verdict: Verdict
) -> None:
    confidence = replace(FITTED, intercept=intercept)
    claim = replace(BOND, verdict=verdict)
    low, high = sorted((one, other))

    scores = [confidence.score(replace(claim, probability=p)) for p in (low, high)]

    assert 0 <= scores[0] <= scores[1] <= 1


@pytest.mark.parametrize(("wanted", "least"), [(0.5, 0.6), (0.8, 0.6), (0.85, 0.75), (0.9, 0.75)])
def test_line_is_that_of_the_next_higher_precision(wanted: float, least: float) -> None:
    assert FITTED.threshold(wanted) == least


@pytest.mark.parametrize("wanted", [0.95, 0.99])
def test_precision_that_nothing_promises_is_an_error_with_the_best_there_is(wanted: float) -> None:
    with pytest.raises(ConfigError, match=r"precision of 0\.9\d .*the highest is 0\.9"):
        FITTED.threshold(wanted)


def test_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_confidence({"staged": FITTED}, tmp_path / "c.json")

    assert read_confidence(tmp_path / "c.json", "staged") == FITTED
    with pytest.raises(ConfigError, match="calibrates staged, and not chatie"):
        read_confidence(tmp_path / "c.json", "chatie")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recipes": {"a": {}}}', '{"recipes": 1}'])
def test_file_that_is_no_calibration_is_an_error_that_says_how_to_make_one(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "c.json").write_text(text)

    with pytest.raises(ConfigError, match="--calibrate"):
        read_confidence(tmp_path / "c.json", "staged")
