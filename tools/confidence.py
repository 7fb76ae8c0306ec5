"""How likely a claim is right, by what is known of how it came about.

Evidence about a claim is weighed by a logistic regression, which `questgraph eval --calibrate`
fits on labelled passages, for each recipe by itself, and writes to a readable file. It takes no
library to use: a sum and a sigmoid. No number that a model says about itself takes part.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Claim

SURE = 0.999
"""Probabilities above say no more than this one, and likewise below 1 - `SURE`."""


def evidence_about(claim: Claim) -> dict[str, float]:
    """Return what speaks for and against a claim, by name; what is not named is 0.

    `votes` is the share of the samples that said it, `model` the logit of the probability that the
    model gave the words. An entity found word by word that nobody checked has no other names.
    """
    levels = [mention.level for _, mention in claim.arguments]
    found: dict[str, float] = {
        "votes": claim.votes / claim.samples,
        "sampled": float(claim.samples > 1),
        f"verdict {claim.verdict}": float(claim.verdict != "unchecked"),
        f"kind {claim.kind}": float(claim.kind != "entity"),
    }
    for level in sorted({*levels} - {"exact"}):
        found[f"found {level}"] = levels.count(level) / len(levels)
    if claim.probability is not None:
        found |= {"model": _logit(claim.probability), "model known": 1.0}
    return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """A fitted model: how much each piece of evidence weighs, and where to draw the line."""

    intercept: float
    weights: Mapping[str, float]
    """By the names that `evidence_about` gives."""

    thresholds: Mapping[str, float | None] = field(default_factory=dict)
    """The least score to keep for a wanted precision, such as `0.9`; `None` where no score is high
    enough."""

    fitted_on: Mapping[str, object] = field(default_factory=dict)
    """Sets, model, and how many claims of how many passages, for a reader."""

    def score(self, claim: Claim) -> float:
        """Return how likely a claim is right, from 0 to 1; 0 for what is not in the text."""
        if not claim.grounded:
            return 0.0
        evidence = evidence_about(claim)
        sum_ = self.intercept + sum(
            self.weights.get(name, 0.0) * value for name, value in evidence.items()
        )
        return _sigmoid(sum_)

    def threshold(self, precision: float) -> float:
        """Return the least score of claims that are to be right with a precision.

        That of the next higher precision that the file has, where it has not the very one.

        Raises:
            ConfigError: When no score promises as much.
        """
        known = {float(name): least for name, least in self.thresholds.items()}
        enough = [least for wanted, least in sorted(known.items()) if wanted >= precision]
        if not enough or enough[0] is None:
            reached = [wanted for wanted, least in known.items() if least is not None]
            best = f"the highest is {max(reached):g}" if reached else "there is none for any"
            raise ConfigError(
                f"no score promises a precision of {precision:g} after this calibration: {best};"
                " calibrate on more passages, or with a better model"
            )
        return enough[0]


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores claims, and turns those down that promise too little."""

    confidence: Confidence
    least: float | None = None
    """The least score that may enter the graph; any score when left out."""

    def __call__(self, claims: Iterable[Claim]) -> tuple[Claim, ...]:
        """Return `claims` with their scores; what was turned down before stays so."""
        return tuple(map(self._judged, claims))

    def _judged(self, claim: Claim) -> Claim:
        score = self.confidence.score(claim)
        scored = replace(claim, score=round(score, 4))
        if self.least is None or score >= self.least or not claim.admitted:
            return scored
        reason = f"its score is {score:.3f}, and {self.least:.3f} is wanted"
        return replace(scored, verdict="unlikely", reason=reason)


def read_confidence(path: Path | str, recipe: str) -> Confidence:
    """Return what was fitted for a recipe.

    Raises:
        ConfigError: When the file is no calibration, or has none of this recipe.
    """
    try:
        told: Any = json.loads(Path(path).read_text("utf-8"))
        fitted = {
            name: Confidence(
                intercept=float(each["intercept"]),
                weights={str(k): float(v) for k, v in each["weights"].items()},
                thresholds=dict(each["thresholds"]),
                fitted_on=dict(each["fitted_on"]),
            )
            for name, each in told["recipes"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} is no calibration: write one with `questgraph eval … --calibrate` ({error})"
        ) from error
    if recipe not in fitted:
        raise ConfigError(f"{path} calibrates {', '.join(sorted(fitted))}, and not {recipe}")
    return fitted[recipe]


def write_confidence(fitted: Mapping[str, Confidence], path: Path | str) -> None:
    """Write what was fitted for each recipe, for `read_confidence`."""
    told = {"recipes": {name: asdict(confidence) for name, confidence in fitted.items()}}
    Path(path).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _logit(probability: float) -> float:
    within = min(max(probability, 1 - SURE), SURE)
    return math.log(within / (1 - within))


def _sigmoid(value: float) -> float:
    # The way round that overflows nowhere.
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))
