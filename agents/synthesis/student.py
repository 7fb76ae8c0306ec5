"""A small student: which types does a passage have, told from its vector alone.

LLMaAA trains a BERT after each round. To say where the annotator is worth asking, a linear probe on
the vectors of the bank's embedder does: a logistic regression for each type, trained in
milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from questgraph.retrieval.embedders import Embedder, Vectors

STEPS, RATE, DECAY = 300, 1.0, 1e-2
"""Of gradient descent; the decay keeps a probe of few passages from being sure of anything."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Logistic regressions, one for each type."""

    weights: Vectors
    """Of shape (dimension + 1, types); the last row is the bias."""

    @classmethod
    def fit(cls, vectors: Vectors, present: Vectors) -> Self:
        """Train on passages.

        Args:
            vectors: Of shape (passages, dimension).
            present: Of shape (passages, types): 1 where the passage has the type, else 0.
        """
        inputs = _with_bias(vectors)
        weights = np.zeros((inputs.shape[1], present.shape[1]), dtype=np.float32)
        for _ in range(STEPS):
            errors = _sigmoid(inputs @ weights) - present
            weights -= RATE * (inputs.T @ errors / len(inputs) + DECAY * weights)
        return cls(weights)

    def probabilities(self, vectors: Vectors) -> Vectors:
        """Return how likely each passage has each type, of shape (passages, types)."""
        return _sigmoid(_with_bias(vectors) @ self.weights)


class Remembering:
    """An embedder that embeds each text once: a bank that grows embeds the old ones again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.name = embedder.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (texts, dimension) whose rows have length one."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def _with_bias(vectors: Vectors) -> Vectors:
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])


def _sigmoid(values: Vectors) -> Vectors:
    return np.asarray(1 / (1 + np.exp(-values)), dtype=np.float32)
