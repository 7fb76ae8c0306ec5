"""Whether a graph holds what a text says: recall of facts in words (MINE, Mo et al. 2025)."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.scoring.counts import Counts

Similarity = Callable[[Sequence[str], Sequence[str]], NDArray[np.floating]]
"""Maps statements and others to the likeness of each with each: statements by others."""


def fact_recall(
    facts: Sequence[str], statements: Sequence[str], similarity: Similarity, *, threshold: float
) -> Counts:
    """Return how many facts a statement of the graph comes close enough to.

    Each fact is a question that the graph answers or not, so as many count as said as are meant,
    and precision, recall and F1 are the same share. A statement may answer several facts; the
    paper asks a model to judge, which takes the place of `similarity` here.

    Args:
        facts: Statements that the graph should hold.
        statements: The triples of the graph, in words.
        similarity: Says how close they are, such as the cosine of their embeddings.
        threshold: The least likeness that is close enough.
    """
    held = 0
    if facts and statements:
        held = int((similarity(facts, statements).max(axis=1) >= threshold).sum())
    return Counts(held, len(facts), len(facts))


def in_words(triple: tuple[str, str, str]) -> str:
    """Return a triple as a statement.

    >>> in_words(("Ann", "works_for", "Acme"))
    'Ann works for Acme'
    """
    return " ".join(" ".join(triple).replace("_", " ").split())
