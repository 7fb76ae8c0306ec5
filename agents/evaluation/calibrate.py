"""Whether the scores of claims can be believed: fitted on some passages, looked at on others."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from questgraph.agents.evaluation.scores import MAIN, Scored
from questgraph.tools.confidence import Confidence, evidence_about
from questgraph.tools.records import Claim
from questgraph.tools.scoring.calibration import (
    Bin,
    Risks,
    brier,
    calibration_error,
    reliability,
    risks,
    threshold,
)
from questgraph.tools.scoring.correctness import is_right

FOLDS = 5
"""Parts of the passages, each scored by what the others taught."""

WANTED = (0.7, 0.8, 0.9, 0.95)
"""Precisions for which a threshold is looked for."""

LOOSENESS = 1.0
"""scikit-learn's `C`: how little large weights cost. There are few weights, and no scale to
tune: nearly all evidence lies between 0 and 1."""


class Judged(NamedTuple):
    """A claim of an evaluated passage, and whether it is right."""

    passage: str
    """Which one: set and id."""

    claim: Claim
    right: bool


class Promise(NamedTuple):
    """What comes of keeping only claims that promise a precision."""

    wanted: float
    threshold: float | None
    """The least score to keep; `None` where no score is high enough."""

    precision: float | None
    """What was reached on passages that had no part in drawing the line; `None` for nothing."""

    kept: float
    """Share of the claims there that is kept."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How well scores tell what is right: each by a model that did not see its passage."""

    scores: tuple[float, ...]
    """Of the claims that entered the output, in the order of the passages."""

    right: tuple[bool, ...]
    promises: tuple[Promise, ...]

    @cached_property
    def error(self) -> float:
        """Expected calibration error."""
        return calibration_error(self.scores, self.right)

    @cached_property
    def brier(self) -> float:
        """Mean squared distance of score and truth."""
        return brier(self.scores, self.right)

    @cached_property
    def risks(self) -> Risks:
        """How many claims are wrong among the best-scored ones."""
        return risks(self.scores, self.right)

    @cached_property
    def bins(self) -> list[Bin]:
        """Claims of about the same score, and how many of them are right."""
        return reliability(self.scores, self.right)

    @property
    def precision(self) -> float:
        """Share of the claims that is right, without a line."""
        return sum(self.right) / len(self.right) if self.right else 0.0


def judged(scored: Scored) -> list[Judged]:
    """Return the claims that the labels of a set can tell right from wrong."""
    names = [name for name in scored.metrics if name in MAIN]
    symmetric, found = scored.dataset.symmetric, []
    for said in scored.predictions:
        for claim in said.claims:
            right = is_right(said.gold, claim, names, symmetric)
            if right is not None:
                found.append(Judged(f"{scored.dataset.name} {said.gold.id}", claim, right))
    return found


def fit(claims: Sequence[Judged]) -> Confidence:
    """Return the logistic regression of what is right on the evidence, by scikit-learn.

    Where all or none of the claims are right, and there is nothing to tell apart, they all get
    their share, with one more of either kind so that nothing is certain.
    """
    rights = [each.right for each in claims]
    if len(set(rights)) < 2:
        odds = (sum(rights) + 1) / (len(rights) - sum(rights) + 1)
        return Confidence(intercept=round(math.log(odds), 4), weights={})
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    names = DictVectorizer(sparse=False)
    table = names.fit_transform([evidence_about(each.claim) for each in claims])
    model = LogisticRegression(C=LOOSENESS, max_iter=1000).fit(table, rights)
    weights = zip(names.get_feature_names_out(), model.coef_[0], strict=True)
    return Confidence(
        intercept=round(float(model.intercept_[0]), 4),
        weights={str(name): round(float(weight), 4) for name, weight in weights},
    )


def calibrate(scored: Scored) -> Calibration | None:
    """Return how well scores tell what is right on one set; `None` with under two passages.

    Passages are dealt into `FOLDS` parts; the claims of each are scored by what the others taught,
    and the lines for wanted precisions that the others draw are tried on it.
    """
    return cross_fitted(judged(scored), seed=scored.seed)


def fit_by_recipe(evaluated: Sequence[Scored]) -> dict[str, Confidence]:
    """Return for each recipe what all its claims taught, with thresholds for wanted precisions.

    The thresholds are those of scores that models gave which had not seen the passage.
    """
    fitted = {}
    for recipe in dict.fromkeys(scored.recipe for scored in evaluated):
        mine = [scored for scored in evaluated if scored.recipe == recipe]
        claims = [each for scored in mine for each in judged(scored)]
        if calibration := cross_fitted(claims, seed=mine[0].seed):
            found = fit(claims)
            fitted[recipe] = Confidence(
                intercept=found.intercept,
                weights=found.weights,
                thresholds={f"{p.wanted:g}": p.threshold for p in calibration.promises},
                fitted_on={
                    "sets": list(dict.fromkeys(scored.dataset.name for scored in mine)),
                    "model": mine[0].model,
                    "passages": len({each.passage for each in claims}),
                    "claims": len(claims),
                    "right": sum(each.right for each in claims),
                },
            )
    return fitted


def cross_fitted(claims: Sequence[Judged], *, seed: int = 0) -> Calibration | None:
    """Return how well claims are scored by what other passages taught."""
    passages = list(dict.fromkeys(each.passage for each in claims))
    if len(passages) < 2:
        return None
    random.Random(seed).shuffle(passages)
    part = {passage: i % FOLDS for i, passage in enumerate(passages)}
    scores: dict[int, float] = {}
    kept: dict[float, list[bool]] = {wanted: [] for wanted in WANTED}
    for fold in range(min(FOLDS, len(passages))):
        taught = [each for each in claims if part[each.passage] != fold]
        confidence = fit(taught)
        lines = _lines(confidence, taught)
        for i, each in enumerate(claims):
            if part[each.passage] == fold and each.claim.admitted:
                scores[i] = confidence.score(each.claim)
                for wanted, line in lines.items():
                    if line is not None and scores[i] >= line:
                        kept[wanted].append(each.right)
    order = sorted(scores)
    given = tuple(scores[i] for i in order)
    right = tuple(claims[i].right for i in order)
    return Calibration(
        scores=given,
        right=right,
        promises=tuple(_promise(wanted, given, right, kept[wanted]) for wanted in WANTED),
    )


def _lines(confidence: Confidence, claims: Sequence[Judged]) -> Mapping[float, float | None]:
    """Return the least score for each wanted precision, on the claims that were learned from."""
    said = [each for each in claims if each.claim.admitted]
    scores = [confidence.score(each.claim) for each in said]
    right = [each.right for each in said]
    return {wanted: _least(scores, right, wanted) for wanted in WANTED}


def _promise(
    wanted: float, scores: Sequence[float], right: Sequence[bool], kept: Sequence[bool]
) -> Promise:
    return Promise(
        wanted,
        _least(scores, right, wanted),
        sum(kept) / len(kept) if kept else None,
        len(kept) / len(scores) if scores else 0.0,
    )


def _least(scores: Sequence[float], right: Sequence[bool], wanted: float) -> float | None:
    found = threshold(scores, right, wanted)
    return found.score if found else None
