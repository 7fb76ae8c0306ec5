"""Known names: what they are of and what they mean, found by exact or nearly equal wording.

A catalogue comes from a file (`tools/catalogues.py`) or from labelled passages, whose names are the
dictionary that VerifiNER uses where there is no knowledge base.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from rapidfuzz import fuzz, process

from questgraph.tools.catalogues import Entry, read_entries
from questgraph.tools.folding import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.ngrams import words
from questgraph.tools.records import Span, digest

ALIKE = 92
"""Likeness in per cent from which a name is found although it is spelled otherwise."""

SHORTEST = 6
"""Letters from which a name is recognised in another spelling."""

MOST_ALIKE = 3
"""Names that are found for one in another spelling."""


class Found(NamedTuple):
    """A run of words that a catalogue knows."""

    span: Span
    entry: Entry


class Catalogue:
    """Entries that are found by name, each once.

    Args:
        entries: What is known; a name may have several entries.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in dict.fromkeys(entries):
            for name in dict.fromkeys((entry.name, *entry.aliases)):
                self._entries.setdefault(fold(name.strip()).text, []).append(entry)

    @classmethod
    def of(cls, passages: Iterable[Labelled]) -> Self:
        """Return the names that labelled passages have, with their types."""
        return cls(
            Entry(claim.arguments[0].mention.text, claim.type)
            for passage in passages
            for claim in passage.claims
            if claim.kind == "entity"
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a catalogue from a file.

        Raises:
            ConfigError: When there is no such file, or an entry is wrong; names file and entry.
        """
        return cls(read_entries(path))

    def __len__(self) -> int:
        return len({id(entry) for some in self._entries.values() for entry in some})

    @cached_property
    def digest(self) -> str:
        """Hash of all that it knows."""
        return digest(*(repr(entry) for some in self._entries.values() for entry in some))

    def search(self, wording: str) -> list[Entry]:
        """Return the entries of a name: as it is spelled, else as it is nearly spelled.

        >>> known = Catalogue([Entry("Ann Lee", "person"), Entry("World Bank", "organization")])
        >>> [entry.name for entry in known.search("the world bank")]
        []
        >>> known.search("Wold Bank") == known.search("WORLD BANK") != []
        True
        """
        folded = fold(wording.strip()).text
        if folded in self._entries or len(folded) < SHORTEST:
            return self._entries.get(folded, [])
        alike = process.extract(
            folded, self._long, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_ALIKE
        )
        return [entry for name, _, _ in alike for entry in self._entries[name]]

    def around(self, span: Span, text: str, *, window: int) -> list[Found]:
        """Return what is known of the runs of words that hold a word of `span`.

        Args:
            span: Characters of a mention.
            text: Where it stands.
            window: How many words before and behind it a run may begin or end.
        """
        near = words(text)
        inside = [i for i, word in enumerate(near) if word.overlaps(span)]
        if not inside:
            return []
        first, last = max(0, inside[0] - window), min(len(near), inside[-1] + window + 1)
        runs = (
            Span(near[i].start, near[j].end)
            for i in range(first, inside[-1] + 1)
            for j in range(max(i, inside[0]), last)
        )
        return [Found(run, entry) for run in runs for entry in self.search(text[slice(*run)])]

    @cached_property
    def _long(self) -> list[str]:
        return [name for name in self._entries if len(name) >= SHORTEST]
