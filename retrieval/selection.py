"""Which of the near demonstrations to show: pure functions that return the most similar last.

Candidates come most similar first. Equal merits go to the more similar one, so the choice is
the same every time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from questgraph.retrieval.embedders import Vectors
from questgraph.tools.labelled import Labelled
from questgraph.tools.registry import Registry

CHARACTERS_A_TOKEN = 4

WEIGHT_OF_LIKENESS = 0.7
"""Share of likeness to the question in `diverse`; the rest is unlikeness to what is chosen."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A demonstration that is near, and how near."""

    demo: Labelled
    likeness: float
    vector: Vectors
    """Of shape (dimension,), of length one."""


SCORE = "score"
"""Name of the note that says how far the samples agreed that a passage was annotated by."""

NEAREST_RANKED = 50
"""Candidates that `scored` ranks."""

Select = Callable[[Sequence[Candidate], int], list[Candidate]]

selections: Registry[Select] = Registry("selection")


def nearest(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return the `k` most similar."""
    return _similar_last(candidates[:k])


def diverse(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return `k` that are near but unlike each other (maximal marginal relevance).

    Carbonell and Goldstein 1998, "The use of MMR, diversity-based reranking".
    """
    left, chosen = list(candidates), list[Candidate]()
    while left and len(chosen) < k:
        merits = [_merit(candidate, chosen) for candidate in left]
        chosen.append(left.pop(int(np.argmax(merits))))
    return _similar_last(chosen)


def covering(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return `k` that show as many types as possible, the nearest among equals first.

    The nearest is always one of them.
    """
    left, chosen = list(candidates), list[Candidate]()
    shown: set[str] = set()
    while left and len(chosen) < k:
        gains = [len(_types(candidate) - shown) if chosen else 0 for candidate in left]
        best = left.pop(int(np.argmax(gains)))
        shown |= _types(best)
        chosen.append(best)
    return _similar_last(chosen)


def scored(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return the `k` of the nearest that were annotated with the most agreement.

    Xie et al. 2024, "Self-improving for zero-shot named entity recognition": the best of their
    policies, diverse nearest neighbours ranked by self-consistency.
    """
    best = sorted(candidates[:NEAREST_RANKED], key=_score, reverse=True)
    return _similar_last(best[:k])


def contrasting(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return `k` of the nearest, half of them passages of which something wrong was said (C-ICL).

    Where there are too few of one sort the other fills up. A mistake in a near passage is the
    likeliest to be made again, so nearness decides among them too.
    """
    wrong = [candidate for candidate in candidates if candidate.demo.rejected]
    right = [candidate for candidate in candidates if not candidate.demo.rejected]
    half = k // 2
    order = chain(right[: k - half], wrong[:half], right[k - half :], wrong[half:])
    chosen = {candidate.demo.id for candidate in islice(order, k)}
    return nearest([c for c in candidates if c.demo.id in chosen], k)


def within_tokens(demos: Sequence[Labelled], tokens: int) -> list[Labelled]:
    """Return as many of `demos` from the end, the most similar, as fit in `tokens`, about."""
    kept: list[Labelled] = []
    left = tokens
    for demo in reversed(demos):
        left -= len(demo.text) // CHARACTERS_A_TOKEN * _TURNS
        if left < 0:
            break
        kept.append(demo)
    return kept[::-1]


_TURNS = 2
"""A passage with the answers about it is about twice as long as the passage."""

selections["nearest"] = nearest
selections["diverse"] = diverse
selections["covering"] = covering
selections["contrasting"] = contrasting
selections["scored"] = scored


def _merit(candidate: Candidate, chosen: Sequence[Candidate]) -> float:
    nearest_chosen = max((float(candidate.vector @ other.vector) for other in chosen), default=0.0)
    return WEIGHT_OF_LIKENESS * candidate.likeness - (1 - WEIGHT_OF_LIKENESS) * nearest_chosen


def _score(candidate: Candidate) -> float:
    return float(candidate.demo.notes.get(SCORE, 1))


def _types(candidate: Candidate) -> set[str]:
    return {claim.type for claim in candidate.demo.claims}


def _similar_last(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: (candidate.likeness, candidate.demo.id))
