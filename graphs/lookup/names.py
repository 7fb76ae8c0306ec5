"""Names → the things that have them, found again in other spellings."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz, process

from questgraph.graphs.lookup.answers import How
from questgraph.graphs.resolution import normalize

LONGEST = 300
"""Characters of a name that are compared."""

ALIKE = 75.0
"""Per cent of two spellings that must agree."""

MOST_ALIKE = 200
"""Spellings that are looked at, of those alike."""


class Match(NamedTuple):
    """A node that a name may mean."""

    node: str
    how: How
    wording: str
    likeness: float


class NameIndex:
    """The names of all nodes, folded as `normalize` does.

    Args:
        names: For each node its name, then its other names.
    """

    def __init__(self, names: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._forms: dict[str, int] = {}
        self._having: list[list[tuple[str, How, str]]] = []
        words: defaultdict[str, array[int]] = defaultdict(lambda: array("l"))
        for node, wordings in names:
            for number, wording in enumerate(wordings):
                self._add(node, "alias" if number else "name", wording)
        for form, place in self._forms.items():
            for word in dict.fromkeys(form.split()):
                words[word].append(place)
        self._words: Mapping[str, array[int]] = words
        self._spelled = list(self._forms)

    def exactly(self, name: str) -> list[Match]:
        """Return what has this very name, by name before by alias."""
        place = self._forms.get(_form(name))
        return [] if place is None else sorted(self._at(place, 1.0), key=_rank)

    def like(self, name: str, *, spelling: bool = True) -> list[Match]:
        """Return each node that `name` may mean once, the likeliest first.

        Args:
            name: As somebody writes it.
            spelling: Whether names count that are spelled much like it.
        """
        best: dict[str, Match] = {}
        for match in sorted(self._all(_form(name), spelling), key=_rank):
            best.setdefault(match.node, match)
        return list(best.values())

    def _all(self, form: str, spelling: bool) -> Iterator[Match]:
        if form in self._forms:
            yield from self._at(self._forms[form], 1.0)
        for place in self._with_words(form):
            spelled = self._spelled[place]
            if spelled != form:
                yield from self._at(place, len(form) / len(spelled), "words")
        if spelling:
            for spelled, likeness, place in process.extract(
                form, self._spelled, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE
            ):
                if spelled != form:
                    yield from self._at(place, likeness / 100, "spelling")

    def _with_words(self, form: str) -> Iterable[int]:
        """Return where the names are that have all words of `form`."""
        words = list(dict.fromkeys(form.split()))
        if not words or any(word not in self._words for word in words):
            return ()
        rarest, *others = sorted((self._words[word] for word in words), key=len)
        return set(rarest).intersection(*others) if others else rarest

    def _at(self, place: int, likeness: float, how: How | None = None) -> Iterator[Match]:
        for node, own, wording in self._having[place]:
            yield Match(node, how or own, wording, round(likeness, 3))

    def _add(self, node: str, how: How, wording: str) -> None:
        place = self._forms.setdefault(_form(wording), len(self._having))
        if place == len(self._having):
            self._having.append([])
        self._having[place].append((node, how, wording))


def _form(name: str) -> str:
    return normalize(name[:LONGEST])


def _rank(match: Match) -> tuple[float, bool, str, str, str]:
    return -match.likeness, match.how != "name", match.how, match.wording, match.node
