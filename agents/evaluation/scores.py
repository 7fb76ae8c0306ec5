"""Scores of one recipe on one set: every metric that its labels allow, and what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.evaluation.predict import Prediction
from questgraph.tools.gateway.cost import Price
from questgraph.tools.records import Usage
from questgraph.tools.scoring.counts import Counts, Scores, Tally, macro, micro, total
from questgraph.tools.scoring.groundedness import Groundedness, groundedness
from questgraph.tools.scoring.intervals import (
    Comparison,
    Floats,
    Interval,
    compare,
    f1,
    interval,
    ratio,
    sample_of,
)
from questgraph.tools.scoring.metrics import metrics
from questgraph.tools.scoring.mistakes import Mistake, mistakes

_ENTITY = ("ner.span.strict", "ner.string.strict", "ner.string.single", "ner.soft")
_RELATION = {
    "mention": ("re.strict", "re.boundary", "re.string"),
    "cluster": ("re.cluster", "re.string"),
    "string": ("re.tripletset",),
}
_EVENT = (
    *("ee.trg.i", "ee.trg.c", "ee.arg.i", "ee.arg.c"),
    *("ee.arg.i.head", "ee.arg.c.head", "ee.word"),
)

MAIN = frozenset(
    {"ner.span.strict", "re.boundary", "re.cluster", "re.class.noNA", "re.tripletset"}
    | {"ee.trg.c", "ee.arg.c"}
)
"""The metric that stands for each kind of claim when one figure has to."""


def metrics_for(dataset: Dataset, *, given_entities: bool = False) -> tuple[str, ...]:
    """Return the names of the metrics that the labels of a set allow."""
    if dataset.pair_given:
        return ("re.class.noNA",)
    kinds = dataset.kinds
    entities = "entity" in kinds and not given_entities and dataset.level != "string"
    return (
        *(_ENTITY if entities else ()),
        *(_RELATION[dataset.level] if "relation" in kinds or dataset.level == "string" else ()),
        *(_EVENT if "event" in kinds else ()),
    )


@dataclass(frozen=True, kw_only=True)
class Scored:
    """How one recipe did on one set."""

    dataset: Dataset
    recipe: str
    model: str
    bank: str
    predictions: Sequence[Prediction]
    metrics: tuple[str, ...]
    price: Price | None = None

    leaked: int = 0
    """Passages that the bank had and that were evaluated: they were taken out of it."""

    seed: int = 0
    """Of the resamples."""

    facts: Mapping[str, Counts] = field(default_factory=dict)
    """How many of the labelled facts the graph of each passage holds, by its id."""

    @cached_property
    def tallies(self) -> dict[str, list[Tally]]:
        """Counts of each passage by type, for each metric."""
        symmetric = self.dataset.symmetric
        tallies: dict[str, list[Tally]] = {
            name: [metrics[name].tally(p.gold, p.claims, symmetric) for p in self.predictions]
            for name in self.metrics
        }
        if self.facts:
            tallies["kg.facts"] = [{"fact": self.facts[p.gold.id]} for p in self.predictions]
        return tallies

    def micro(self, metric: str) -> Counts:
        """Return the counts of a metric over all types."""
        return micro(total(self.tallies[metric]))

    def macro(self, metric: str) -> Scores:
        """Return the mean of a metric over types."""
        return macro(total(self.tallies[metric]))

    def by_type(self, metric: str) -> dict[str, Counts]:
        """Return the counts of a metric for each type."""
        return total(self.tallies[metric])

    def interval(self, metric: str) -> Interval:
        """Return micro F1 with its bootstrap interval over passages."""
        return interval(sample_of(self.tallies[metric]), f1, seed=self.seed)

    def better_than(self, other: "Scored", metric: str) -> Comparison:
        """Return how much higher micro F1 is here than there, over the same passages."""
        ours, theirs = sample_of(self.tallies[metric]), sample_of(other.tallies[metric])
        return compare(ours, theirs, f1, seed=self.seed)

    @property
    def main(self) -> tuple[str, ...]:
        """The metrics that stand for the whole."""
        return tuple(name for name in self.tallies if name in MAIN or name == "kg.facts")

    @cached_property
    def usage(self) -> Usage:
        """What all answers cost when they were given."""
        return sum((p.usage for p in self.predictions), Usage())

    @property
    def usd(self) -> float | None:
        """US dollars that the answers cost; `None` when nobody knows the price."""
        return self.price.of(self.usage) if self.price else None

    @property
    def right(self) -> Floats:
        """Right facts of each passage, by the main metrics together."""
        rows = [sample_of(self.tallies[name])[:, 0] for name in self.main]
        return np.sum(rows, axis=0) if rows else np.zeros(len(self.predictions))

    @property
    def tokens_per_fact(self) -> Interval:
        """Tokens, read and written, for each right fact."""
        tokens = [p.usage.prompt_tokens + p.usage.completion_tokens for p in self.predictions]
        return interval(np.column_stack([tokens, self.right]), ratio, seed=self.seed)

    @cached_property
    def groundedness(self) -> Groundedness:
        """How much of what was said is in the text."""
        return sum((groundedness(p.claims) for p in self.predictions), Groundedness())

    @property
    def ungrounded_output(self) -> int:
        """Claims that entered the output without a place in the text: there must be none."""
        admitted = [c for p in self.predictions for c in p.claims if c.admitted]
        return sum(not claim.grounded for claim in admitted)

    @property
    def unreadable(self) -> float:
        """Share of the answers that could not be read."""
        turns = [turn for p in self.predictions for turn in p.turns]
        return sum(not turn.parsed for turn in turns) / len(turns) if turns else 0.0

    @property
    def incomplete(self) -> int:
        """Passages with a question that got no usable answer."""
        return sum(not p.complete for p in self.predictions)

    @cached_property
    def mistakes(self) -> list[tuple[Prediction, list[Mistake]]]:
        """What is wrong or missing in each passage."""
        symmetric = self.dataset.symmetric
        return [(p, mistakes(p.gold, p.claims, symmetric)) for p in self.predictions]
