"""The names that labelled passages have, and where a text has them: a first pass without a model.

GPT-NER searches its demonstrations by the entities that a fine-tuned tagger finds in a passage.
The names of the bank are a cheaper finder: it knows no new names, and needs no training.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Self

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import MENTION, Span

_WORD = re.compile(r"\w+")

LONGEST = 6
"""Words of a name at most."""

_SHORT = 4
"""Letters of a name up to which case counts: `US` is not `us`."""

Words = tuple[str, ...]


class Place(NamedTuple):
    """Where a name stands in a text."""

    span: Span
    words: Words


class Names:
    """Names that are looked for in texts, short ones as they are spelled."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {words for name in names if (words := words_of(name))}

    @classmethod
    def of(cls, passages: Iterable[Labelled | None]) -> Self:
        """Return the names of the entities in `passages`."""
        claims = (claim for passage in passages if passage for claim in passage.claims)
        return cls(mention.text for claim in claims for mention in claim.fillers(MENTION))

    def places(self, text: str) -> list[Span]:
        """Return where a name stands in `text`: in order and apart, the longest at each place.

        >>> Names(["Ann", "Ann Lee"]).places("Then Ann Lee and Bo met Ann.")
        [Span(start=5, end=12), Span(start=24, end=27)]
        """
        return [place.span for place in longest(text, self._names.__contains__)]


def longest(text: str, known: Callable[[Words], object]) -> Iterator[Place]:
    """Yield the runs of words in `text` that are known: in order, apart, the longest at each place.

    Args:
        text: Where to look.
        known: Says of the words of a run whether it is known.
    """
    words = list(_WORD.finditer(text))
    i = 0
    while i < len(words):
        runs = (words[i : i + n] for n in range(min(LONGEST, len(words) - i), 0, -1))
        found = next((run for run in runs if known(_folded_words(run))), [])
        if found:
            yield Place(Span(found[0].start(), found[-1].end()), _folded_words(found))
        i += len(found) or 1


def words_of(name: str) -> Words:
    """Return the words of a name as they are looked for; none when there are too many.

    >>> words_of("Ann Lee"), words_of("US")
    (('ann', 'lee'), ('US',))
    """
    words = _WORD.findall(name)
    return _folded(words) if len(words) <= LONGEST else ()


def _folded_words(run: Sequence[re.Match[str]]) -> Words:
    return _folded([word[0] for word in run])


def _folded(words: Sequence[str]) -> Words:
    long = sum(map(len, words)) > _SHORT
    return tuple(word.casefold() if long else word for word in words)
