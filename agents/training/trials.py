"""Ways of asking, tried on judged passages that nothing was learned from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from questgraph.agents.evaluation.banks import guarded
from questgraph.agents.evaluation.calibrate import fit_by_recipe
from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.evaluation.predict import predict
from questgraph.agents.evaluation.scores import MAIN, Scored, metrics_for
from questgraph.agents.options import Options
from questgraph.retrieval.bank import Bank
from questgraph.tools.confidence import Confidence, Judge
from questgraph.tools.database import Database
from questgraph.tools.models.base import ChatModel
from questgraph.tools.scoring.counts import Counts, micro, total
from questgraph.tools.scoring.intervals import Comparison, Floats, compare, f1, interval, sample_of
from questgraph.tools.scoring.metrics import metrics

LEVEL = 0.05
"""Chance from which a difference counts as one."""

SURE = 6
"""Passages that have to differ before anything can be as unlikely as `LEVEL`."""

DIGITS = 4
"""Of figures in the note of a round."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of asking: what may differ from the run's."""

    bank: Bank | None
    model: str | ChatModel | None
    judge: Judge | None = None
    """Turns claims down that promise too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Asks passages in several ways; the same question is asked once."""

    database: Database
    options: Options
    dataset: Dataset
    metrics: tuple[str, ...]
    recipe: str
    model: str
    seed: int
    on_passage: Callable[[str], None]
    """Called with the name of the trial after each passage."""

    async def measure(self, name: str, way: Way) -> Scored:
        """Return how a way of asking does; its bank is without the passages that are asked about.

        Args:
            name: Of the trial.
            way: How to ask.
        """
        bank = guarded(way.bank, self.dataset.passages).bank if way.bank else None
        # Judged afterwards, so that a calibration changes no question and no answer.
        asked: Options = {"bank": bank, "model": way.model, "calibration": None}
        said = await predict(
            self.dataset,
            self.database,
            {**self.options, **asked, "min_precision": None},
            on_passage=lambda: self.on_passage(name),
        )
        scored = Scored(
            dataset=self.dataset,
            recipe=self.recipe,
            model=self.model,
            bank=name,
            predictions=said,
            metrics=self.metrics,
            seed=self.seed,
        )
        return judged_by(scored, way.judge)


def judged_by(scored: Scored, judge: Judge | None) -> Scored:
    """Return the same answers without the claims that promise too little."""
    if not judge:
        return scored
    said = [replace(p, claims=judge(p.claims)) for p in scored.predictions]
    return replace(scored, predictions=said)


def main_metrics(dataset: Dataset) -> tuple[str, ...]:
    """Return the metric that stands for each kind of claim that people accepted or rejected."""
    every = [replace(p, claims=(*p.claims, *p.rejected)) for p in dataset.passages]
    found = metrics_for(replace(dataset, passages=tuple(every)))
    # An end of a relation is labelled as an entity also where no entities were asked for.
    asked = {type_.kind for type_ in dataset.schema.types()}
    return tuple(name for name in found if name in MAIN and metrics[name].task in asked)


def calibrated(scored: Scored) -> tuple[Confidence, float] | None:
    """Return what the claims taught, and the wanted precision that raises their F1 the most.

    `None` where no line does. Nothing but the passages that were learned from has a part in it.
    """
    fitted = fit_by_recipe([scored]).get(scored.recipe)
    if not fitted:
        return None
    lines = {float(wanted): least for wanted, least in fitted.thresholds.items()}
    reached = {
        wanted: overall(judged_by(scored, Judge(fitted, least))).f1
        for wanted, least in lines.items()
        if least is not None
    }
    best = max(reached, key=lambda wanted: reached[wanted], default=0.0)
    return (fitted, best) if reached and reached[best] > overall(scored).f1 else None


def overall(scored: Scored) -> Counts:
    """Return the counts of all main metrics together: each kind of claim weighs the same."""
    return sum((micro(total(scored.tallies[name])) for name in scored.metrics), Counts())


def compared(ours: Scored, theirs: Scored) -> Comparison:
    """Return how much higher the F1 of all main metrics together is in `ours`.

    A bootstrap of few passages is too sure of itself: the p-value is no lower than that of a sign
    test which finds every passage that differs on the same side.
    """
    mine, others = sample(ours), sample(theirs)
    found = compare(mine, others, f1, seed=ours.seed)
    differing = int((mine != others).any(axis=1).sum())
    return found._replace(p_value=max(found.p_value, min(1.0, 2 * 0.5**differing)))


def sample(scored: Scored) -> Floats:
    """Return hits, said and meant of each passage, over all main metrics: passages by 3."""
    rows: Floats = np.sum([sample_of(scored.tallies[name]) for name in scored.metrics], axis=0)
    return rows


def figures(scored: Scored) -> dict[str, object]:
    """Return precision, recall and F1 with its interval, of all together and of each metric.

    `unjudged` is how much was said that nobody accepted or rejected: it counts as wrong.
    """
    bounds = interval(sample(scored), f1, seed=scored.seed)
    return {
        **_figures(overall(scored), (bounds.low, bounds.high)),
        "metrics": {
            name: _figures(scored.micro(name), scored.interval(name)[1:]) for name in scored.metrics
        },
        "unjudged": _unjudged(scored),
    }


def _figures(counts: Counts, bounds: tuple[float, ...]) -> Mapping[str, object]:
    low, high = bounds
    known = {"f1": counts.f1, "low": low, "high": high}
    known |= {"precision": counts.precision, "recall": counts.recall}
    return {name: round(value, DIGITS) for name, value in known.items()}


def _unjudged(scored: Scored) -> int:
    symmetric, counts = scored.dataset.symmetric, Counts()
    for said in scored.predictions:
        known = replace(said.gold, claims=(*said.gold.claims, *said.gold.rejected))
        for name in scored.metrics:
            counts += micro(metrics[name].tally(known, said.claims, symmetric))
    return counts.said - round(counts.hits)
