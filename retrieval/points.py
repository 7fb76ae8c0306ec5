"""Point entities: a few mentions of each type that stand for all of them.

Jiang et al. 2024, "P-ICL: Point In-Context Learning for Named Entity Recognition": the mentions
nearest to the centres of a k-means clustering.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from questgraph.retrieval.embedders import Embedder
from questgraph.retrieval.index import Index, centres
from questgraph.tools.labelled import Labelled

MOST_MENTIONS = 400
"""Mentions of a type that are clustered, the most frequent ones: embedding takes its time."""


def points(
    passages: Iterable[Labelled | None], embedder: Embedder, n: int
) -> Mapping[str, tuple[str, ...]]:
    """Return at most `n` mentions for each entity type, those that stand for many first."""
    mentions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for passage in filter(None, passages):
        for claim in passage.claims:
            if claim.kind == "entity":
                mentions[claim.type][claim.arguments[0].mention.text] += 1
    return {
        type_: _central([word for word, _ in counted.most_common(MOST_MENTIONS)], embedder, n)
        for type_, counted in mentions.items()
    }


def _central(words: Sequence[str], embedder: Embedder, n: int) -> tuple[str, ...]:
    """Return the word nearest to the centre of each of `n` groups, in the order of `words`."""
    if len(words) <= n:
        return tuple(words)
    vectors = embedder.embed(words)
    _, nearest = Index.build(vectors).search(centres(vectors, n), 1)
    return tuple(words[i] for i in np.unique(nearest))
