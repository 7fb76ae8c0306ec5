"""Which sentences elsewhere in a document help to understand a passage of it? Asks no model.

After Amalvy et al. 2023: candidates come from three heuristics (sentences beside the passage,
sentences that share a noun with it, sentences that BM25 finds), and a scorer ranks them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from questgraph.retrieval.bm25 import Bm25
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.chunking import sentences
from questgraph.tools.records import Chunk, Span

Scorer: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]
"""Says how much each of some sentences helps to understand a passage."""

RARE = 0.05
"""Share of a document's sentences up to which a word is rare enough to tie two of them together."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORTEST = 5
"""Letters from which a rare word is taken for a noun; shorter ones are mostly none."""


def helpful(
    chunk: Chunk, document_text: str, *, k: int, each: int, scorer: Scorer | None = None
) -> list[Span]:
    """Return the places of the sentences outside of a passage that help most, in reading order.

    Args:
        chunk: The passage.
        document_text: The document that it is of.
        k: How many sentences at most.
        each: How many candidates each heuristic brings.
        scorer: Ranks the candidates; BM25 when there is none.
    """
    text = _read(document_text)
    found = list(dict.fromkeys(text.candidates(chunk.span, chunk.text, each)))
    scores = (
        scorer(chunk.text, [text.sentences[i] for i in found])
        if scorer
        else [text.bm25.scores(chunk.text)[i] for i in found]
    )
    best = sorted(zip(scores, found, strict=True), key=lambda pair: -pair[0])[:k]
    return [text.spans[i] for i in sorted(i for _, i in best)]


def likeness(embedder: Embedder, passage: str, candidates: Sequence[str]) -> Sequence[float]:
    """Score `candidates` by how alike their vectors are to that of `passage`."""
    if not candidates:
        return []
    vectors = embedder.embed([passage, *candidates])
    return [float(score) for score in vectors[1:] @ vectors[0]]


@dataclass(frozen=True, slots=True)
class _Text:
    """A document, read for the sentences that belong together."""

    spans: tuple[Span, ...]
    sentences: tuple[str, ...]
    nouns: tuple[frozenset[str], ...]
    bm25: Bm25

    def candidates(self, passage: Span, words: str, each: int) -> Iterator[int]:
        """Yield sentences outside of the passage that may help: `each` by every heuristic."""
        inside = [i for i, span in enumerate(self.spans) if span.overlaps(passage)]
        outside = [i for i, span in enumerate(self.spans) if not span.overlaps(passage)]
        near = sorted(outside, key=lambda i: self.spans[i].distance(passage))
        yield from near[:each]
        nouns = frozenset().union(*(self.nouns[i] for i in inside))
        sharing = [i for i in near if self.nouns[i] & nouns]
        yield from sorted(sharing, key=lambda i: -len(self.nouns[i] & nouns))[:each]
        scores = self.bm25.scores(words)
        fitting = [i for i in near if scores[i] > 0]
        yield from sorted(fitting, key=lambda i: -scores[i])[:each]


# The passages of a document come one after the other.
@lru_cache(maxsize=8)
def _read(text: str) -> _Text:
    spans = tuple(sentences(text))
    parts = tuple(text[slice(*span)] for span in spans)
    return _Text(spans, parts, tuple(_nouns(parts)), Bm25(parts))


def _nouns(parts: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield what is probably a noun or a name in each sentence: no tagger is asked.

    A word counts when it has a capital inside of some sentence, or when it stands in few of them.
    """
    words = [_WORD.findall(part) for part in parts]
    names = {word for line in words for word in line[1:] if word[0].isupper()}
    spread = Counter(word for line in words for word in {word.casefold() for word in line})
    most = max(2, int(RARE * len(parts)))
    for line in words:
        rare = {w for w in line if len(w) >= _SHORTEST and spread[w.casefold()] <= most}
        yield frozenset(word.casefold() for word in {*names.intersection(line), *rare})
