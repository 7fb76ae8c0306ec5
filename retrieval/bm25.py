"""How well texts fit a query by the words they share: Okapi BM25 (Robertson et al. 1994)."""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

K1, B = 1.5, 0.75
"""How soon a repeated word stops to count, and how much long texts lose: the usual values."""

_WORD = re.compile(r"\w+")


class Bm25:
    """Texts that can be scored for a query."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words(text)) for text in texts]
        self._lengths = [count.total() for count in self._counts]
        self._mean = sum(self._lengths) / max(len(texts), 1) or 1.0
        self._spread = Counter(word for count in self._counts for word in count)

    def scores(self, query: str) -> list[float]:
        """Return how well each text fits `query`; 0 for a text that shares no word with it.

        >>> [round(score, 2) for score in Bm25(["Ann sings", "Bo reads"]).scores("Who reads?")]
        [0.0, 0.69]
        """
        wanted = sorted(set(words(query)) & self._spread.keys())
        return [
            sum((self._weight(word, count, length) for word in wanted), 0.0)
            for count, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _weight(self, word: str, count: Counter[str], length: int) -> float:
        """Return what `word` adds to a text in which the words of `count` stand."""
        texts, times = self._spread[word], count[word]
        rarity = log(1 + (len(self._counts) - texts + 0.5) / (texts + 0.5))
        return rarity * times * (K1 + 1) / (times + K1 * (1 - B + B * length / self._mean))


def words(text: str) -> list[str]:
    """Return the words of `text`, case folded, in order."""
    return _WORD.findall(text.casefold())
