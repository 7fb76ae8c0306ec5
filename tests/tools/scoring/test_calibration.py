from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, precision_recall_curve

from questgraph.tools.errors import ConfigError
from questgraph.tools.scoring.calibration import (
    Bin,
    Threshold,
    brier,
    calibration_error,
    reliability,
    risks,
    threshold,
)

SCORES = [0.95, 0.95, 0.85, 0.4, 0.35, 0.0, 1.0]
RIGHT = [True, False, True, False, True, False, True]

judged = st.lists(
    st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=1, max_size=40
)


def test_the_error_is_the_one_reckoned_by_hand() -> None:
    # Above 0.9: three claims of mean 2.9/3, two right; up to 0.9: 0.85, right; up to 0.4: two of
    # mean 0.375, one right; the first bin: 0.0, wrong.
    by_hand = (3 * (2.9 / 3 - 2 / 3) + 1 * 0.15 + 2 * 0.125 + 1 * 0.0) / 7

    assert calibration_error(SCORES, RIGHT) == pytest.approx(by_hand)


def test_bins_tell_how_often_claims_of_a_score_are_right() -> None:
    table = reliability([0.9, 1.0, 0.0], [True, False, False])

    assert table == [
        Bin(0.0, 0.1, 1, 0.0, 0.0),
        Bin(0.8, 0.9, 1, 0.9, 1.0),
        Bin(0.9, 1.0, 1, 1.0, 0.0),
    ]


@given(judged)
def test_bins_are_those_of_scikit_learn(cases: list[tuple[float, bool]]) -> None:
    # Half a step off, since a score on an edge belongs to the bin below here, above there.
    scores, right = [max(score - 0.025, 0.01) for score, _ in cases], [r for _, r in cases]

    table = reliability(scores, right)

    accuracies, means = calibration_curve(right, scores, n_bins=10)
    assert [b.accuracy for b in table] == pytest.approx(list(accuracies))
    assert [b.score for b in table] == pytest.approx(list(means))
    assert sum(b.size for b in table) == len(cases)


@given(judged)
def test_brier_scores_are_those_of_scikit_learn(cases: list[tuple[float, bool]]) -> None:
    scores, right = zip(*cases, strict=True)

    assert brier(scores, right) == pytest.approx(brier_score_loss(right, scores, labels=[0, 1]))


@given(judged, st.sampled_from([0.5, 0.8, 1.0]))
def test_a_threshold_is_the_least_that_keeps_its_promise(
    cases: list[tuple[float, bool]], promised: float
) -> None:
    scores, right = zip(*cases, strict=True)

    found = threshold(scores, right, promised)

    good = []
    if any(right):
        precisions, _, cuts = precision_recall_curve(right, scores)
        good = [cut for cut, p in zip(cuts, precisions, strict=False) if p >= promised]
    assert (found.score if found else None) == (min(good) if good else None)
    if found:
        kept = [r for score, r in cases if score >= found.score]
        assert found == Threshold(found.score, len(kept), sum(kept) / len(kept))


def test_no_threshold_is_high_enough_for_what_is_always_wrong() -> None:
    assert threshold([0.9, 0.8], [False, False], 0.5) is None
    assert threshold([], [], 0.5) is None


def test_risk_grows_with_coverage_where_scores_are_good() -> None:
    found = risks([0.9, 0.8, 0.7, 0.6], [True, True, False, False])

    assert found.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert found.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert found.area == pytest.approx((1 / 3 + 1 / 2) / 4)


@given(judged, st.randoms())
def test_the_order_of_claims_does_not_change_the_risk(
    cases: list[tuple[float, bool]], random: Random
) -> None:
    shuffled = random.sample(cases, len(cases))

    one, other = (risks(*zip(*each, strict=True)) for each in (cases, shuffled))

    assert one.area == pytest.approx(other.area)
    assert one.risk[-1] == pytest.approx(1 - np.mean([right for _, right in cases]))


def test_scores_that_say_nothing_have_the_risk_of_all() -> None:
    assert risks([0.5] * 4, [True, False, False, False]).area == 0.75


def test_without_claims_nothing_is_off() -> None:
    assert (calibration_error([], []), brier([], []), risks([], []).area) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("scores", [[1.2], [-0.1], [float("nan")], [0.5, 0.5]])
def test_scores_have_to_be_probabilities_of_claims(scores: list[float]) -> None:
    with pytest.raises(ConfigError):
        calibration_error(scores, [True])
