"""Hits among what was said and what was meant, by type, and what follows from them.

Where nothing was said, precision is 0, and where nothing was meant, recall is 0: so a corpus
without labels of a kind scores 0 and not 1, and no score is ever undefined.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple


class Scores(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


class Counts(NamedTuple):
    """How much was said, how much was meant, and how much of it is the same."""

    hits: float = 0.0
    """What was said and meant; a fraction where a metric gives credit for parts."""

    said: int = 0
    meant: int = 0

    # Counts add up; they are not joined, as other tuples are.
    def __add__(self, other: "Counts", /) -> "Counts":  # type: ignore[override]
        return Counts(self.hits + other.hits, self.said + other.said, self.meant + other.meant)

    @property
    def precision(self) -> float:
        """Share of what was said that is right; 0.0 where nothing was said."""
        return self.hits / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Share of what was meant that was said; 0.0 where nothing was meant."""
        return self.hits / self.meant if self.meant else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0.0 where nothing was said and meant.

        >>> Counts(1, said=2, meant=4).f1 == 1 / 3
        True
        """
        return 2 * self.hits / (self.said + self.meant) if self.said + self.meant else 0.0


Tally = Mapping[str, Counts]
"""Counts of a passage or a corpus, by type."""


def total(tallies: Iterable[Tally]) -> dict[str, Counts]:
    """Return the tally of a corpus, given those of its passages."""
    sums: dict[str, Counts] = {}
    for tally in tallies:
        for type_, counts in tally.items():
            sums[type_] = sums.get(type_, Counts()) + counts
    return sums


def micro(tally: Tally) -> Counts:
    """Return the counts over all types: every claim weighs the same."""
    return sum(tally.values(), Counts())


def macro(tally: Tally) -> Scores:
    """Return the mean over types: every type weighs the same, also one that only was said.

    Types without a count are left out, so the F1 is that of seqeval and scikit-learn.
    """
    seen = [counts for counts in tally.values() if counts.said or counts.meant]
    if not seen:
        return Scores(0.0, 0.0, 0.0)
    sums = map(sum, zip(*((c.precision, c.recall, c.f1) for c in seen), strict=True))
    precision, recall, f1 = (value / len(seen) for value in sums)
    return Scores(precision, recall, f1)


def tally_sets(
    meant: Iterable[tuple[str, Hashable]], said: Iterable[tuple[str, Hashable]]
) -> dict[str, Counts]:
    """Return the counts of two sets of (type, thing); repeats count once on either side.

    >>> tally_sets([("PER", "Ann")], [("PER", "Ann"), ("PER", "Ann"), ("PER", "Bob")])
    {'PER': Counts(hits=1, said=2, meant=1)}
    """
    ours, theirs = set(said), set(meant)
    hits, of_said, of_meant = (
        Counter(type_ for type_, _ in things) for things in (ours & theirs, ours, theirs)
    )
    return {
        type_: Counts(hits[type_], of_said[type_], of_meant[type_])
        for type_ in sorted(of_said | of_meant)
    }
