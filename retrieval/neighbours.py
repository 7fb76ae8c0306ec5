"""Names that mean something alike, among many."""

from collections.abc import Iterator, Sequence

from questgraph.retrieval.embedders import Embedder
from questgraph.retrieval.index import Index

NEAREST = 5
"""Neighbours of a name that are looked at."""

ALIKE = 0.75
"""Cosine from which two names are neighbours."""

BATCH = 1024


def neighbours(names: Sequence[str], embedder: Embedder) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of names that are among each other's nearest, by position, with their cosine.

    Each pair comes once, the smaller position first. Search is exact: two cores compare 100,000
    names with each other in minutes.
    """
    if len(names) < 2:
        return
    vectors = embedder.embed(names)
    index = Index.build(vectors)
    seen: set[tuple[int, int]] = set()
    for start in range(0, len(names), BATCH):
        likenesses, rows = index.search(vectors[start : start + BATCH], NEAREST + 1)
        for offset, (scores, found) in enumerate(zip(likenesses, rows, strict=True)):
            for score, other in zip(scores.tolist(), found.tolist(), strict=True):
                pair = (min(start + offset, other), max(start + offset, other))
                if pair[0] != pair[1] and score >= ALIKE and pair not in seen:
                    seen.add(pair)
                    yield *pair, float(score)
