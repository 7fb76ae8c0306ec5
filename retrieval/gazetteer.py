"""Names that labelled passages call the same whenever they have them: no model need be asked.

How far such names can be believed differs from set to set: nine of ten drugs stay drugs, while
hardly a name of last month's tweets comes again. So the labelled passages are asked first: for each
of them the names of all the others are looked up, and only names that are labelled often enough to
be right there are believed at all.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span

LONGEST = 6
"""Words of a name at most."""

CONSISTENT = 0.8
"""Share of a name's occurrences that must be labelled, and with the same type."""

BELIEVED = 0.75
"""Least share of the names found in passages left out that must be right."""

SUPPORT = (1, 2, 3)
"""How often a name must be labelled: the least number that is right often enough is taken."""

_WORD = re.compile(r"\w+")

Words = tuple[str, ...]


class Known(NamedTuple):
    """A name that stands in a text."""

    span: Span
    type: str
    times: int
    """How often it is labelled so."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names with the type that they are always labelled with."""

    names: Mapping[Words, tuple[str, int]]

    @classmethod
    def learn(cls, passages: Iterable[Labelled]) -> "Gazetteer":
        """Return the names that labelled passages can be believed about; perhaps none.

        Args:
            passages: Labelled with every entity that they name.
        """
        kept = [passage for passage in passages if passage.claims]
        counts = _Counts(kept)
        found = [_Trial(passage, counts) for passage in kept]
        for support in SUPPORT:
            said = [right for trial in found for right in trial.rights(support)]
            if said and sum(said) / len(said) >= BELIEVED:
                return cls(counts.consistent(support))
        return cls({})

    def find(self, text: str) -> list[Known]:
        """Return the names in `text`, in order and apart, the longest at each place.

        >>> Gazetteer({("ann", "lee"): ("person", 3)}).find("Then Ann Lee left.")
        [Known(span=Span(start=5, end=12), type='person', times=3)]
        """
        found, end = [], 0
        for span, words in _runs(text):
            if span.start >= end and words in self.names:
                found.append(Known(span, *self.names[words]))
                end = span.end
        return found


class _Counts:
    """How often each name is labelled with each type, and how often it occurs at all."""

    def __init__(self, passages: Sequence[Labelled]) -> None:
        self.labelled: dict[Words, Counter[str]] = {}
        for passage in passages:
            for words, type_ in _labels(passage):
                self.labelled.setdefault(words, Counter())[type_] += 1
        self.occurring: Counter[Words] = Counter()
        for passage in passages:
            self.occurring.update(w for _, w in _runs(passage.text) if w in self.labelled)

    def verdict(self, words: Words, support: int, less: "_Counts | None" = None) -> str:
        """Return the type that `words` can be believed to be of; nothing for none.

        Args:
            words: The name.
            support: How often it must be labelled.
            less: Counts of a passage that is left out.
        """
        labels = self.labelled.get(words, Counter())
        seen = self.occurring[words]
        if less:
            labels = labels - less.labelled.get(words, Counter())
            seen -= less.occurring[words]
        if not labels:
            return ""
        type_, times = max(labels.items(), key=lambda item: (item[1], item[0]))
        return type_ if times >= support and times >= CONSISTENT * seen else ""

    def consistent(self, support: int) -> dict[Words, tuple[str, int]]:
        return {
            words: (type_, labels[type_])
            for words, labels in self.labelled.items()
            if (type_ := self.verdict(words, support))
        }


class _Trial:
    """What the names of all other passages say of one of them."""

    def __init__(self, passage: Labelled, counts: _Counts) -> None:
        self._own = _Counts([passage])
        self._counts = counts
        self._runs = list(_runs(passage.text))
        self._gold = {(span, type_) for span, type_ in _places(passage)}

    def rights(self, support: int) -> Iterator[bool]:
        """Yield for each name that would be found whether it is labelled so."""
        end = 0
        for span, words in self._runs:
            if span.start < end:
                continue
            if type_ := self._counts.verdict(words, support, less=self._own):
                yield (span, type_) in self._gold
                end = span.end


def _runs(text: str) -> Iterator[tuple[Span, Words]]:
    """Yield all runs of words, from left to right, the longest first."""
    words = [(match.start(), match.end(), match[0].casefold()) for match in _WORD.finditer(text)]
    for i in range(len(words)):
        for j in range(min(i + LONGEST, len(words)), i, -1):
            yield Span(words[i][0], words[j - 1][1]), tuple(word for _, _, word in words[i:j])


def _places(passage: Labelled) -> Iterator[tuple[Span, str]]:
    for claim in passage.claims:
        span = claim.arguments[0].mention.span
        if claim.kind == "entity" and span:
            yield span, claim.type


def _labels(passage: Labelled) -> Iterator[tuple[Words, str]]:
    for span, type_ in _places(passage):
        words = tuple(match[0].casefold() for match in _WORD.finditer(passage.text[slice(*span)]))
        if 0 < len(words) <= LONGEST:
            yield words, type_
