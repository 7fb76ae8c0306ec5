"""How sure a score of a sample of passages is: bootstrap over passages.

A sample is an array with one row for each passage, and a statistic a function of the sum of its
rows. So a resample is a row of weights, and all of them are one matrix product.

    interval(sample_of(tallies), f1)                     micro F1
    interval(sample_by_type(tallies), averaged(f1))      macro F1
    interval(np.column_stack([tokens, facts]), ratio)    tokens for each fact
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.errors import ConfigError
from questgraph.tools.scoring.counts import Tally, micro

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""Maps sums over passages, with any number of axes in front, to one number for each."""

DRAWS = 1000
LEVEL = 0.95


class Interval(NamedTuple):
    """A value and the bounds between which it lies with the confidence asked for."""

    value: float
    low: float
    high: float


class Comparison(NamedTuple):
    """How much ours is above theirs, and how likely a difference as large is by chance."""

    difference: Interval
    p_value: float


def sample_of(tallies: Sequence[Tally]) -> Floats:
    """Return hits, said and meant of each passage, over all types: passages by 3."""
    return np.array([micro(tally) for tally in tallies], float).reshape(len(tallies), 3)


def sample_by_type(tallies: Sequence[Tally]) -> Floats:
    """Return hits, said and meant of each passage by type: passages by types by 3."""
    types = sorted({type_ for tally in tallies for type_ in tally})
    table = np.zeros((len(tallies), len(types), 3))
    for row, tally in zip(table, tallies, strict=True):
        for type_, numbers in tally.items():
            row[types.index(type_)] = numbers
    return table


def precision(sums: Floats) -> Floats:
    """Return precision, given hits, said and meant."""
    return _share(sums[..., 0], sums[..., 1])


def recall(sums: Floats) -> Floats:
    """Return recall, given hits, said and meant."""
    return _share(sums[..., 0], sums[..., 2])


def f1(sums: Floats) -> Floats:
    """Return F1, given hits, said and meant."""
    return _share(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def ratio(sums: Floats) -> Floats:
    """Return the first column for each of the second, such as tokens for each right fact.

    Infinite where the second is 0, so that a resample without a right fact is not a cheap one.
    """
    return _share(sums[..., 0], sums[..., 1], otherwise=np.inf)


def averaged(statistic: Statistic) -> Statistic:
    """Return the mean of a statistic over the types of which anything was said or meant."""

    def mean(sums: Floats) -> Floats:
        seen = sums[..., 1:].any(axis=-1)
        return _share((statistic(sums) * seen).sum(axis=-1), seen.sum(axis=-1))

    return mean


def interval(
    sample: Floats,
    statistic: Statistic = f1,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> Interval:
    """Return a statistic of the passages with its percentile bootstrap interval.

    The same seed gives the same bounds.

    Raises:
        ConfigError: When there are no passages.
    """
    weights = _weights(len(sample), draws, seed)
    drawn = statistic(_sums(weights, sample))
    return _bounds(float(_of_all(statistic, sample)), drawn, level)


def compare(
    ours: Floats,
    theirs: Floats,
    statistic: Statistic = f1,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> Comparison:
    """Return how much a statistic is higher in `ours` than in `theirs`, over the same passages.

    Both are drawn together (paired bootstrap). The p-value is two-sided: twice the share of the
    draws in which the difference is not on its side of 0, one added so that it is never 0.

    Raises:
        ConfigError: When there are no passages, or other ones on either side.
    """
    if len(ours) != len(theirs):
        raise ConfigError(f"{len(ours)} passages cannot be compared with {len(theirs)}")
    weights = _weights(len(ours), draws, seed)
    drawn = _difference(*(statistic(_sums(weights, sample)) for sample in (ours, theirs)))
    value = float(_difference(*(_of_all(statistic, sample) for sample in (ours, theirs))))
    rarer = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p_value = min(1.0, 2 * (1 + float(rarer)) / (1 + draws))
    return Comparison(_bounds(value, drawn, level), p_value)


def _weights(passages: int, draws: int, seed: int) -> Floats:
    """Return how often each passage is drawn in each resample."""
    if not passages:
        raise ConfigError("there are no passages to draw from")
    even = np.full(passages, 1 / passages)
    return np.random.default_rng(seed).multinomial(passages, even, size=draws).astype(float)


def _sums(weights: Floats, sample: Floats) -> Floats:
    return np.tensordot(weights, np.asarray(sample, float), axes=1)


def _of_all(statistic: Statistic, sample: Floats) -> Floats:
    return statistic(np.asarray(sample, float).sum(axis=0))


def _difference(ours: Floats, theirs: Floats) -> Floats:
    """Return how much is between two values; between two infinite ones, nothing."""
    none = np.zeros(np.broadcast(ours, theirs).shape)
    return np.subtract(ours, theirs, out=none, where=ours != theirs)


def _bounds(value: float, drawn: Floats, level: float) -> Interval:
    """Return the drawn values at the ends of the level: a mean of two might not be finite."""
    tail = (1 - level) / 2
    ranks = np.rint(np.array([tail, 1 - tail]) * (drawn.size - 1)).astype(int)
    low, high = np.sort(drawn)[ranks]
    return Interval(value, float(low), float(high))


def _share(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    share: Floats = np.full(part.shape, otherwise)
    np.divide(part, whole, out=share, where=whole != 0)
    return share
