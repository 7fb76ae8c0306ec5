"""Whether mentions of the same thing were brought together: B³ and CEAF over entities."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

Clusters: TypeAlias = Sequence[frozenset[Hashable]]
"""Mentions that name one thing, for each thing; no mention is in two."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two clusterings agree; adding up those of several documents scores them together."""

    said_right: float = 0.0
    said: int = 0
    meant_found: float = 0.0
    meant: int = 0

    @property
    def precision(self) -> float:
        """How much of what was brought together belongs together, from 0 to 1."""
        return self.said_right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """How much of what belongs together was brought together, from 0 to 1."""
        return self.meant_found / self.meant if self.meant else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(
            self.said_right + other.said_right,
            self.said + other.said,
            self.meant_found + other.meant_found,
            self.meant + other.meant,
        )


def b_cubed(meant: Clusters, said: Clusters) -> Agreement:
    """Return B³ (Bagga and Baldwin 1998): each mention counts, by how its clusters overlap.

    A mention that only one side has counts as found nowhere by the other.
    """
    ours, theirs = _by_mention(said), _by_mention(meant)
    shared = [(ours[m], theirs[m]) for m in ours.keys() & theirs.keys()]
    return Agreement(
        sum(len(one & other) / len(one) for one, other in shared),
        len(ours),
        sum(len(one & other) / len(other) for one, other in shared),
        len(theirs),
    )


def ceaf(meant: Clusters, said: Clusters) -> Agreement:
    """Return CEAF over entities, with φ4 (Luo 2005): each cluster counts, one against one."""
    if not meant or not said:
        return Agreement(0.0, len(said), 0.0, len(meant))
    likeness = np.array(
        [[2 * len(one & other) / (len(one) + len(other)) for other in said] for one in meant]
    )
    best = float(likeness[linear_sum_assignment(likeness, maximize=True)].sum())
    return Agreement(best, len(said), best, len(meant))


def _by_mention(clusters: Iterable[frozenset[Hashable]]) -> dict[Hashable, frozenset[Hashable]]:
    return {mention: cluster for cluster in clusters for mention in cluster}
