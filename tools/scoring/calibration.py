"""Whether scores tell how likely claims are to be right."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.errors import ConfigError

BINS = 10

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """The claims whose scores are above `low` and at most `high`; the first bin holds 0 too."""

    low: float
    high: float
    size: int
    score: float
    """Mean score."""

    accuracy: float
    """Share that is right."""


class Threshold(NamedTuple):
    """The claims whose scores are at least `score`."""

    score: float
    kept: int
    precision: float


class Risks(NamedTuple):
    """How many claims are wrong among the best-scored ones."""

    coverage: Floats
    """Share of the claims that is kept, ascending; one entry for each score that occurs."""

    risk: Floats
    """Share of those that is wrong."""

    area: float
    """Mean risk over coverage: 0.0 where no claim is wrong. Claims of one score are kept together,
    so their order does not matter."""


def reliability(scores: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """Return bins of equal width over [0, 1] that hold any claims.

    Raises:
        ConfigError: When a score is no probability, or a claim has no score.
    """
    given, hits = _checked(scores, right)
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.searchsorted(edges, given) - 1, 0, bins - 1)
    return [
        Bin(
            float(edges[i]),
            float(edges[i + 1]),
            int(held.sum()),
            float(given[held].mean()),
            float(hits[held].mean()),
        )
        for i in range(bins)
        if (held := places == i).any()
    ]


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Return the expected calibration error: the mean distance of score and accuracy over bins.

    Bins weigh as many claims as they hold. 0.0 without claims.

    >>> round(calibration_error([0.95, 0.85, 0.15], [True, False, False]), 4)
    0.35
    """
    table = reliability(scores, right, bins)
    return sum(b.size * abs(b.score - b.accuracy) for b in table) / max(len(scores), 1)


def brier(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Return the mean squared distance of scores from what is true; 0.0 without claims."""
    given, hits = _checked(scores, right)
    return float(((given - hits) ** 2).mean()) if given.size else 0.0


def risks(scores: Sequence[float], right: Sequence[bool]) -> Risks:
    """Return the risk-coverage curve (Geifman and El-Yaniv 2017) and the area below it."""
    _, kept, hits = _cuts(scores, right)
    risk = 1 - hits / kept
    steps = np.diff(kept, prepend=0) / max(len(scores), 1)
    return Risks(np.cumsum(steps), risk, float((risk * steps).sum()))


def threshold(scores: Sequence[float], right: Sequence[bool], precision: float) -> Threshold | None:
    """Return the least score above which enough is right; `None` when no score is high enough.

    Claims with that score are kept too. Precision need not rise with the score: the least one is
    meant that keeps its promise over all it keeps.

    >>> threshold([0.9, 0.8, 0.8, 0.4], [True, True, False, False], precision=0.6)
    Threshold(score=0.8, kept=3, precision=0.6666666666666666)
    """
    cuts, kept, hits = _cuts(scores, right)
    (enough,) = np.nonzero(hits >= precision * kept)
    if not enough.size:
        return None
    i = enough[-1]
    return Threshold(float(cuts[i]), int(kept[i]), float(hits[i] / kept[i]))


def _cuts(scores: Sequence[float], right: Sequence[bool]) -> tuple[Floats, Floats, Floats]:
    """Return each score, the highest first, and how many claims reach it and are right of them."""
    given, hits = _checked(scores, right)
    cuts, places = np.unique(given, return_inverse=True)
    sizes = np.bincount(places, minlength=cuts.size)
    rights = np.bincount(places, weights=hits, minlength=cuts.size)
    return cuts[::-1], np.cumsum(sizes[::-1]).astype(float), np.cumsum(rights[::-1])


def _checked(scores: Sequence[float], right: Sequence[bool]) -> tuple[Floats, Floats]:
    given, hits = np.asarray(scores, float), np.asarray(right, float)
    if given.shape != hits.shape:
        raise ConfigError(f"{given.size} scores do not go with {hits.size} claims")
    if not ((given >= 0) & (given <= 1)).all():
        raise ConfigError("a score has to lie between 0 and 1")
    return given, hits
