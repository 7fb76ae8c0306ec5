import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from questgraph.tools.errors import ConfigError
from questgraph.tools.scoring.counts import Counts, Tally, macro, micro, total
from questgraph.tools.scoring.intervals import (
    Statistic,
    averaged,
    compare,
    f1,
    interval,
    precision,
    ratio,
    recall,
    sample_by_type,
    sample_of,
)


def corpus(size: int, rate: float, *, seed: int = 0) -> list[Tally]:
    """Return tallies of passages with four claims of two types, of which `rate` are right."""
    hits = np.random.default_rng(seed).binomial(2, rate, size=(size, 2))
    return [{"PER": Counts(int(a), 2, 3), "ORG": Counts(int(b), 2, 2)} for a, b in hits]


def test_the_value_is_the_score_of_the_whole_corpus() -> None:
    tallies = corpus(40, 0.6)
    whole = micro(total(tallies))

    for statistic, score in ((precision, whole.precision), (recall, whole.recall), (f1, whole.f1)):
        assert interval(sample_of(tallies), statistic).value == pytest.approx(score)
    by_type = interval(sample_by_type(tallies), averaged(f1)).value
    assert by_type == pytest.approx(macro(total(tallies)).f1)


def test_types_that_few_passages_name_count_only_where_they_are() -> None:
    tallies: list[Tally] = [{"PER": Counts(1, 1, 1)}, {"ORG": Counts(0, 1, 0)}]

    assert sample_by_type(tallies).tolist() == [[[0, 0, 0], [1, 1, 1]], [[0, 1, 0], [0, 0, 0]]]
    assert interval(sample_by_type(tallies), averaged(f1)).value == 0.5


@pytest.mark.parametrize("statistic", [f1, recall])
def test_bounds_are_those_of_scipy(statistic: Statistic) -> None:
    sample = sample_of(corpus(60, 0.6))

    def of_columns(*columns: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
        return statistic(np.stack([column.sum(axis=axis) for column in columns], axis=-1))

    theirs = bootstrap(
        tuple(sample.T),
        of_columns,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=9999,
        rng=np.random.default_rng(0),
    ).confidence_interval
    ours = interval(sample, statistic, draws=9999)

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_equal_seeds_give_equal_bounds_and_others_nearly() -> None:
    sample = sample_of(corpus(60, 0.6))

    one, same, other = (interval(sample, seed=seed) for seed in (1, 1, 2))

    assert one == same != other
    assert one == pytest.approx(other, abs=0.02)


def test_more_passages_make_the_bounds_narrow_and_less_confidence_too() -> None:
    few, many = (interval(sample_of(corpus(size, 0.6))) for size in (20, 500))
    half = interval(sample_of(corpus(20, 0.6)), level=0.5)

    assert many.high - many.low < (few.high - few.low) / 2
    assert few.low < half.low < half.high < few.high


def test_a_better_system_is_told_from_a_worse_one() -> None:
    ours, theirs = sample_of(corpus(200, 0.8)), sample_of(corpus(200, 0.6, seed=1))

    found = compare(ours, theirs)

    assert found.difference.low > 0
    assert found.p_value < 0.01
    assert compare(theirs, ours).difference.value == -found.difference.value


def test_a_system_is_not_better_than_itself() -> None:
    sample = sample_of(corpus(50, 0.6))

    assert compare(sample, sample) == ((0.0, 0.0, 0.0), 1.0)


def test_chance_seldom_looks_like_a_difference() -> None:
    pairs = [
        (sample_of(corpus(60, 0.6, seed=seed)), sample_of(corpus(60, 0.6, seed=1000 + seed)))
        for seed in range(200)
    ]

    found = [compare(*pair, draws=400).p_value < 0.05 for pair in pairs]

    assert 0.01 < np.mean(found) < 0.1


def test_passages_in_which_both_are_alike_hide_no_difference() -> None:
    hard_and_easy = [Counts(hits, 9, 9) for hits in [0, 9] * 30]
    better = [Counts(max(1, c.hits), 9, 9) for c in hard_and_easy]
    ours, theirs = (sample_of([{"PER": c} for c in each]) for each in (better, hard_and_easy))

    apart = interval(ours).low < interval(theirs).high

    assert apart
    assert compare(ours, theirs).p_value < 0.01


def test_costs_have_intervals_too() -> None:
    tokens_and_facts = np.array([[100, 2], [300, 2], [200, 1]])

    found = interval(tokens_and_facts, ratio)

    assert found.value == 120.0
    assert (found.low, found.high) == (50.0, 200.0)


def test_what_costs_and_finds_nothing_is_infinitely_dear() -> None:
    costs = np.array([[100, 1], [100, 0], [100, 0]])

    assert interval(costs, ratio).high == np.inf
    assert compare(costs * [1, 0], costs * [1, 0], ratio).difference.value == 0.0


def test_what_cannot_be_drawn_from_is_refused() -> None:
    with pytest.raises(ConfigError, match="no passages"):
        interval(sample_of([]))
    with pytest.raises(ConfigError, match="3 passages cannot be compared with 2"):
        compare(sample_of(corpus(3, 0.5)), sample_of(corpus(2, 0.5)))
