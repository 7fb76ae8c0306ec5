"""Names that labelled passages call the same whenever they have them: no model need be asked.

How far such names can be believed differs from set to set: nine of ten drugs stay drugs, while
hardly a name of last month's tweets comes again. So the labelled passages are asked first: in each
of them the names of all the others are looked up, and only names that are labelled often enough to
be right there are believed at all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from questgraph.retrieval.embedders import Embedder
from questgraph.retrieval.names import Words, longest, words_of
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span

CONSISTENT = 0.8
"""Share of a name's occurrences that must be labelled, and with the same type."""

BELIEVED = 0.75
"""Least share of the names found in passages left out that must be right."""

SUPPORT = (1, 2, 3)
"""How often a name must be labelled: the least number that is right often enough is taken."""


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
    def learn(cls, passages: Iterable[Labelled], embedder: Embedder | None = None) -> Self:
        """Return the names that labelled passages can be believed about; perhaps none.

        Args:
            passages: Labelled with every entity that they name.
            embedder: Of no use here; others who learn from a bank need it.
        """
        kept = [passage for passage in passages if passage.claims]
        counts = _Counts(kept)
        for support in SUPPORT:
            said = [right for passage in kept for right in counts.trial(passage, support)]
            if said and sum(said) / len(said) >= BELIEVED:
                return cls(counts.consistent(support))
        return cls({})

    def find(self, text: str) -> list[Known]:
        """Return the names in `text`, in order and apart, the longest at each place.

        >>> Gazetteer({("ann", "lee"): ("person", 3)}).find("Then Ann Lee left.")
        [Known(span=Span(start=5, end=12), type='person', times=3)]
        """
        places = longest(text, self.names.__contains__)
        return [Known(span, *self.names[words]) for span, words in places]


class _Counts:
    """How often each name is labelled with each type, and how often it occurs at all."""

    def __init__(self, passages: Sequence[Labelled]) -> None:
        self._labelled: dict[Words, Counter[str]] = {}
        self._occurring: Counter[Words] = Counter()
        for passage in passages:
            for words, type_ in _labels(passage):
                self._labelled.setdefault(words, Counter())[type_] += 1
        for passage in passages:
            self._occurring.update(words for _, words in longest(passage.text, self._known))

    def consistent(self, support: int) -> dict[Words, tuple[str, int]]:
        """Return the names that are labelled at least `support` times, and always so."""
        return {
            words: (type_, labels[type_])
            for words, labels in self._labelled.items()
            if (type_ := self._verdict(words, support))
        }

    def trial(self, passage: Labelled, support: int) -> Iterator[bool]:
        """Yield for each name that the other passages find in one of them whether it is right."""
        own = _Counts([passage])
        gold = set(_places(passage))
        for span, words in longest(passage.text, lambda w: self._verdict(w, support, own)):
            yield (span, self._verdict(words, support, own)) in gold

    def _known(self, words: Words) -> bool:
        return words in self._labelled

    def _verdict(self, words: Words, support: int, less: "_Counts | None" = None) -> str:
        """Return the type that `words` can be believed to be of; nothing for none.

        Args:
            words: The name.
            support: How often it must be labelled.
            less: Counts of a passage that is left out.
        """
        labels, seen = self._labelled.get(words, Counter()), self._occurring[words]
        if less and labels:
            labels = labels - less._labelled.get(words, Counter())
            seen -= less._occurring[words]
        if not labels:
            return ""
        type_, times = max(labels.items(), key=lambda item: (item[1], item[0]))
        return type_ if times >= support and times >= CONSISTENT * seen else ""


def _places(passage: Labelled) -> Iterator[tuple[Span, str]]:
    for claim in passage.claims:
        span = claim.arguments[0].mention.span
        if claim.kind == "entity" and span:
            yield span, claim.type


def _labels(passage: Labelled) -> Iterator[tuple[Words, str]]:
    for span, type_ in _places(passage):
        if words := words_of(passage.text[slice(*span)]):
            yield words, type_
