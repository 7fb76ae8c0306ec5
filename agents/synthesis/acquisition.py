"""Which passages of a pool to have annotated next, by vectors and by what a student says.

Pure functions that return the rows to take. Equal merits go to the earlier passage, and what is
left to chance is drawn with a seed, so the choice is the same every time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questgraph.retrieval.embedders import Vectors
from questgraph.tools.registry import Registry

ROUNDS = 20
"""Of k-means."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages to choose from."""

    vectors: Vectors
    """Of shape (passages, dimension), rows of length one."""

    probabilities: Vectors
    """Of shape (passages, types), as a student sees them; no columns as long as there is none."""

    seed: int


Acquire = Callable[[Pool, int], list[int]]

acquisitions: Registry[Acquire] = Registry("acquisition")


def at_random(pool: Pool, k: int) -> list[int]:
    """Return passages drawn by chance."""
    return _shuffled(pool)[:k]


def least_confidence(pool: Pool, k: int) -> list[int]:
    """Return those whose types the student is least sure of, by the doubt in its own decisions."""
    doubt = 1 - np.maximum(pool.probabilities, 1 - pool.probabilities)
    return _highest(doubt.sum(axis=1), k)


def entropy(pool: Pool, k: int) -> list[int]:
    """Return those whose types have the highest entropy to the student, summed over types."""
    p = np.clip(pool.probabilities, 1e-6, 1 - 1e-6)
    return _highest(-(p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1), k)


def kmeans(pool: Pool, k: int) -> list[int]:
    """Return the passage in the middle of each of `k` clusters of vectors: unlike each other."""
    k = min(k, len(pool.vectors))
    centres = pool.vectors[_shuffled(pool)[:k]]
    for _ in range(ROUNDS):
        nearest = np.argmax(pool.vectors @ centres.T, axis=1)
        # A cluster that has lost all its passages stays where it is.
        centres = np.stack(
            [
                _middle(pool.vectors[nearest == i]) if (nearest == i).any() else centres[i]
                for i in range(k)
            ]
        )
    chosen: list[int] = []
    for likeness in centres @ pool.vectors.T:
        ranked = np.argsort(-likeness, kind="stable")
        chosen.append(next(int(row) for row in ranked if row not in chosen))
    return chosen


acquisitions["random"] = at_random
acquisitions["least-confidence"] = least_confidence
acquisitions["entropy"] = entropy
acquisitions["kmeans"] = kmeans


def _shuffled(pool: Pool) -> list[int]:
    return [int(row) for row in np.random.default_rng(pool.seed).permutation(len(pool.vectors))]


def _highest(merits: NDArray[np.float32], k: int) -> list[int]:
    return [int(row) for row in np.argsort(-merits, kind="stable")[:k]]


def _middle(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)
