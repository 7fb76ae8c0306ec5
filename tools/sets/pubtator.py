"""PubTator, as sets of biomedical abstracts come in (BC5CDR, BioRED).

    123|t|Title of the paper
    123|a|Its abstract
    123<TAB>0<TAB>5<TAB>Title<TAB>Chemical<TAB>D001241
    123<TAB>CID<TAB>D001241<TAB>D006471

Mentions of one concept form a cluster, and relations between concepts go from first mention to
first mention. A mention of several concepts (`D1|D2`) belongs to no cluster, and stands for one of
them only where nothing else does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import entity, naming, text_of

TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)")
_CONCEPTS = re.compile(r"[|;,]")
_NONE = frozenset({"", "-", "-1"})


def read_pubtator(path: Path) -> Iterator[Labelled]:
    """Yield the abstracts of a file, with title and abstract on a line each.

    Raises:
        ConfigError: When a line is wrong; names file and line.
    """
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text_of(path).split("\n"), ""], 1):
        if line.strip():
            block.append((number, line.rstrip("\r")))
        elif block:
            yield _passage(path, block)
            block = []


def _passage(path: Path, block: Sequence[tuple[int, str]]) -> Labelled:
    parts = [(number, found) for number, line in block if (found := TEXT.fullmatch(line))]
    first = block[0][0]
    with naming(f"{path}:{first}"):
        if not parts:
            raise ValueError("begin with a line such as 123|t|Title")
        id_, text = parts[0][1][1], "\n".join(found[3] for _, found in parts)
    abstract = _Abstract(text)
    texts = {number for number, _ in parts}
    for number, line in block:
        if number not in texts:
            with naming(f"{path}:{number}"):
                abstract.take(line.split("\t"))
    with naming(f"{path}:{first}"):
        return labelled({"id": id_, "text": text, **abstract.record()})


class _Abstract:
    """The annotations of an abstract, as they are read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._entities: list[dict[str, Any]] = []
        self._mentions: dict[str, list[int]] = {}
        """Indices of a concept's mentions."""

        self._shared: dict[str, int] = {}
        """Index of the first mention that a concept shares with others."""

        self._relations: list[tuple[str, str, str]] = []

    def take(self, columns: Sequence[str]) -> None:
        """Take in a line.

        Raises:
            ValueError: When it is of another form.
        """
        if len(columns) >= 5 and columns[1].isdecimal():
            self._mention(columns)
        elif len(columns) >= 4:
            self._relations.append((columns[1], self._known(columns[2]), self._known(columns[3])))
        else:
            raise ValueError("write a mention in 5 columns or more, a relation in 4")

    def record(self) -> Mapping[str, object]:
        """Return the annotations as a labelled passage has them."""
        return {
            "entities": self._entities,
            "relations": [
                {"type": type_, "head": self._first(head), "tail": self._first(tail)}
                for type_, head, tail in self._relations
            ],
            "clusters": [places for places in self._mentions.values() if len(places) > 1],
        }

    def _mention(self, columns: Sequence[str]) -> None:
        _, start, end, said, type_, *rest = columns
        found = entity(self._text, (int(start), int(end)), type_)
        if found["text"] != said:
            raise ValueError(f"characters {start} to {end} are {found['text']!r}, not {said!r}")
        concepts = [c for c in _CONCEPTS.split(rest[0] if rest else "") if c not in _NONE]
        for concept in concepts:
            if len(concepts) == 1:
                self._mentions.setdefault(concept, []).append(len(self._entities))
            else:
                self._shared.setdefault(concept, len(self._entities))
        self._entities.append(found)

    def _known(self, concept: str) -> str:
        if concept not in self._mentions and concept not in self._shared:
            raise ValueError(f"no mention of the concept {concept!r} comes before")
        return concept

    def _first(self, concept: str) -> int:
        places = self._mentions.get(concept)
        return places[0] if places else self._shared[concept]
