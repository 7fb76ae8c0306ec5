"""Known names: what they are of and what they mean, found by exact or nearly equal wording.

A catalogue comes from a file (CSV with the columns `name`, `type` and perhaps `definition`, or
JSONL with these keys) or from labelled passages, whose names are the dictionary that VerifiNER uses
where there is no knowledge base.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from rapidfuzz import fuzz, process

from questgraph.tools.errors import ConfigError
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


class Entry(NamedTuple):
    """What a catalogue knows of a name."""

    name: str
    type: str
    """In the words of the catalogue, which need not be those of the schema."""

    definition: str = ""


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
            self._entries.setdefault(fold(entry.name.strip()).text, []).append(entry)

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
        """Read a catalogue from a `.csv` or `.jsonl` file.

        Raises:
            ConfigError: When there is no such file, or an entry is wrong; names file and line.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: no catalogue there: {error}") from error
        records = _rows(text) if path.suffix.lower() == ".csv" else _lines(text)
        entries: list[Entry] = []
        try:
            entries.extend(map(_entry, records))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"{path}: entry {len(entries) + 1} is wrong: give each a `name` and a `type`,"
                " and perhaps a `definition`"
            ) from error
        return cls(entries)

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    @cached_property
    def digest(self) -> str:
        """Hash of all that it knows."""
        return digest(*("\t".join(entry) for some in self._entries.values() for entry in some))

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


def _rows(text: str) -> Iterator[Mapping[str, object]]:
    yield from csv.DictReader(text.splitlines())


def _lines(text: str) -> Iterator[Mapping[str, object]]:
    yield from (json.loads(line) for line in text.split("\n") if line.strip())


def _entry(record: Mapping[str, object]) -> Entry:
    name, type_ = str(record["name"] or "").strip(), str(record["type"] or "").strip()
    if not name or not type_:
        raise ValueError
    return Entry(name, type_, str(record.get("definition") or "").strip())
