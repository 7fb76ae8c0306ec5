"""Scores of claims: fitted on some passages, tried on others."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questgraph.agents.evaluation.calibrate import WANTED, Judged, cross_fitted, fit
from questgraph.tools.records import MENTION, Argument, Claim, Mention, Span, Verdict

ANN = Claim(
    "entity",
    "person",
    (Argument(MENTION, Mention("Ann", span=Span(0, 3), level="exact")),),
    document_id="d",
    unit_id="d#0",
)


def world(passages: int, *, seed: int = 0) -> list[Judged]:
    """Return claims of which those that were confirmed are right nine times in ten, others three.

    What the model was sure of is right more often, too.
    """
    chance, claims = random.Random(seed), []
    for number in range(passages):
        for _ in range(4):
            verdict: Verdict = chance.choice(["confirmed", "unchecked"])
            likely = {"confirmed": 0.9, "unchecked": 0.3}[verdict]
            right = chance.random() < likely
            probability = min(0.999, max(0.001, chance.gauss(0.8 if right else 0.6, 0.1)))
            claim = replace(ANN, verdict=verdict, probability=probability)
            claims.append(Judged(f"p{number}", claim, right))
    return claims


def test_what_tells_right_from_wrong_gets_weight() -> None:
    confidence = fit(world(200))

    assert confidence.weights["verdict confirmed"] > 1
    assert confidence.weights["model"] > 0.2
    sure = replace(ANN, verdict="confirmed", probability=0.9)
    unsure = replace(ANN, probability=0.5)
    assert confidence.score(sure) > 0.85
    assert confidence.score(unsure) < 0.35


def test_evidence_that_is_always_the_same_weighs_nothing() -> None:
    assert fit(world(200)).weights["votes"] == pytest.approx(0, abs=0.01)


def test_scores_can_be_believed_on_passages_that_had_no_part_in_them() -> None:
    found = cross_fitted(world(400))

    assert found
    assert len(found.scores) == 1600
    assert found.error < 0.05
    assert found.brier < found.precision * (1 - found.precision)
    assert found.risks.area < 1 - found.precision


def test_wanted_precision_is_about_reached_where_a_line_can_be_drawn() -> None:
    found = cross_fitted(world(400))

    assert found
    kept = [promise.kept for promise in found.promises]
    assert kept == sorted(kept, reverse=True)
    for promise in found.promises:
        assert promise.threshold is not None
        assert promise.precision == pytest.approx(promise.wanted, abs=0.04)


def test_no_claim_is_scored_by_a_model_that_saw_its_passage() -> None:
    """Two passages that contradict each other: each is scored by the other one alone."""
    same = [Judged("right", ANN, True)] * 9 + [Judged("wrong", ANN, False)] * 9

    found = cross_fitted(same)

    assert found
    assert found.scores == pytest.approx([1 / 11] * 9 + [10 / 11] * 9, abs=1e-4)


def test_claims_that_were_turned_down_teach_and_are_not_counted() -> None:
    refuted = [
        replace_claim(each, verdict="refuted") if i % 2 else each
        for i, each in enumerate(world(20))
    ]

    found = cross_fitted(refuted)

    assert found
    assert len(found.scores) == 40
    assert "verdict refuted" in fit(refuted).weights


@pytest.mark.parametrize("claims", [[], [Judged("p", ANN, True)]])
def test_nothing_can_be_said_of_less_than_two_passages(claims: list[Judged]) -> None:
    assert cross_fitted(claims) is None


def test_precision_that_no_score_reaches_has_no_threshold() -> None:
    found = cross_fitted([Judged(f"p{i}", ANN, False) for i in range(10)])

    assert found
    assert [(p.threshold, p.precision, p.kept) for p in found.promises] == [(None, None, 0)] * 4


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(0, 99))
def test_same_seed_gives_the_same_scores(passages: int, seed: int) -> None:
    claims = world(passages, seed=seed)

    one, same = cross_fitted(claims, seed=seed), cross_fitted(claims, seed=seed)

    assert one == same
    assert one
    assert [promise.wanted for promise in one.promises] == list(WANTED)


def replace_claim(judged: Judged, *, verdict: Verdict) -> Judged:
    return judged._replace(claim=replace(judged.claim, verdict=verdict))
