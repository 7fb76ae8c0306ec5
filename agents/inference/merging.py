"""Which phrases mean the same: near ones by their definitions, the model where that is no proof.

Each phrase joins at most one that is used more, so what comes of it depends on no order.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from questgraph.agents.inference.phrases import Phrase
from questgraph.retrieval.embedders import Vectors

DOUBT, SURE = 0.6, 0.95
"""Likeness of definitions from which two phrases may mean the same, and from which they do.

Relations are always put to the model: "is the parent of" and "is the child of" are as like as can
be, and so are most opposites."""

OFFERED = 5
"""Phrases that a question offers at most."""


class Near(NamedTuple):
    """A phrase and what it might be another word for."""

    phrase: Phrase
    candidates: tuple[Phrase, ...]
    """Phrases that are used more, the likest first."""

    sure: bool
    """Whether the first candidate means the same beyond doubt."""


def near(phrases: Sequence[Phrase], vectors: Vectors) -> list[Near]:
    """Return for each phrase the phrases of its kind that may mean the same, if there are any.

    Args:
        phrases: Of one kind, the most used first.
        vectors: Of their definitions, one row each.
    """
    found = []
    for row, phrase in enumerate(phrases):
        likeness = np.round(vectors[:row] @ vectors[row], 4)
        ranked = np.argsort(-likeness, kind="stable")[:OFFERED]
        some = [int(other) for other in ranked if likeness[other] >= DOUBT]
        if some:
            sure = phrase.kind == "entity" and bool(likeness[some[0]] >= SURE)
            found.append(Near(phrase, tuple(phrases[other] for other in some), sure))
    return found


def roots(joined: Mapping[str, str], forms: Sequence[str]) -> dict[str, str]:
    """Return for each form the one that stands for it.

    Args:
        joined: Forms that mean the same as one that is used more.
        forms: All forms.
    """
    found = {}
    for start in forms:
        above = start
        while above in joined:
            above = joined[above]
        found[start] = above
    return found
