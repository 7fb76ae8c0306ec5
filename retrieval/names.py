"""The names that labelled passages have, and where a text has them: a first pass without a model.

GPT-NER searches its demonstrations by the entities that a fine-tuned tagger finds in a passage.
The names of the bank are a cheaper finder: it knows no new names, and needs no training.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Self

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import MENTION, Span

_WORD = re.compile(r"\w+")

LONGEST = 6
"""Words of a name at most."""

_SHORT = 4
"""Letters of a name up to which case counts: `US` is not `us`."""

Words = tuple[str, ...]


class Names:
    """Names that are looked for in texts, short ones as they are spelled."""

    def __init__(self, names: Iterable[str]) -> None:
        split = (_WORD.findall(name) for name in names)
        self._names = {_folded(words) for words in split if 0 < len(words) <= LONGEST}

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
        words = list(_WORD.finditer(text))
        places: list[Span] = []
        i = 0
        while i < len(words):
            length = next(filter(lambda n: self._knows(words[i : i + n]), range(LONGEST, 0, -1)), 0)
            if length:
                places.append(Span(words[i].start(), words[min(i + length, len(words)) - 1].end()))
            i += length or 1
        return places

    def _knows(self, words: Sequence[re.Match[str]]) -> bool:
        return _folded([word[0] for word in words]) in self._names


def _folded(words: Sequence[str]) -> Words:
    long = sum(map(len, words)) > _SHORT
    return tuple(word.casefold() if long else word for word in words)
