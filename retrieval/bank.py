"""A bank of demonstrations: a folder with passages, vectors and a note of how they were made."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from questgraph.retrieval.duplicates import alike, triples
from questgraph.retrieval.embedders import Embedder, Vectors
from questgraph.retrieval.index import Index
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.retrieval.names import Names
from questgraph.retrieval.points import points
from questgraph.retrieval.selection import Candidate, selections, within_tokens
from questgraph.retrieval.views import views
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, read_labelled, write_labelled
from questgraph.tools.records import Span, digest
from questgraph.tools.schema import Schema
from questgraph.tools.settings import Settings

PASSAGES, VECTORS, NOTE = "passages.jsonl", "vectors.faiss", "bank.json"

POOL = 8
"""Candidates that a selection chooses from, for each demonstration that is wanted."""

ALIKE = 0.97
"""Likeness from which a passage counts as the one that is asked about."""

QUERIES_KEPT = 1000
"""Vectors of questions that are kept at most."""


@dataclass(frozen=True)
class Bank:
    """Labelled passages that can be searched by likeness."""

    passages: tuple[Labelled | None, ...]
    """By row group of the index; `None` for those that do not fit the schema at hand."""

    owners: tuple[int, ...]
    """For each vector the number of its passage: some views give a passage several."""

    index: Index
    embedder: Embedder
    view: str = "sentence"
    aliases: Aliases = field(default_factory=Aliases)

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides which demonstrations a passage gets."""
        return digest(self.view, self.embedder.name, *map(repr, self.passages))

    @classmethod
    def build(
        cls, passages: Iterable[Labelled], embedder: Embedder, *, view: str = "sentence"
    ) -> Self:
        """Embed passages.

        Raises:
            ConfigError: When there is none, or no such view.
        """
        kept = tuple(passages)
        if not kept:
            raise ConfigError("a bank needs at least one labelled passage")
        texts = [(i, text) for i, demo in enumerate(kept) for text in views[view].of_demo(demo)]
        index = Index.build(embedder.embed([text for _, text in texts]))
        return cls(kept, tuple(i for i, _ in texts), index, embedder, view)

    @classmethod
    def starter(cls, embedder: Embedder, settings: Settings) -> Self:
        """Return the demonstrations that ship with questgraph; vectors are made once."""
        folder = files("questgraph.retrieval.starter")
        names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".jsonl"))
        passages: list[Labelled] = []
        for name in names:
            with as_file(folder / name) as path:
                passages += read_labelled(path)
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        bank = cls.kept(passages, embedder, settings, name="starter")
        return replace(bank, aliases=Aliases.from_meta(meta))

    @classmethod
    def kept(
        cls, passages: Iterable[Labelled], embedder: Embedder, settings: Settings, *, name: str
    ) -> Self:
        """Return a bank of passages whose vectors are kept in the cache, and so made once.

        Raises:
            ConfigError: When there is no passage.
        """
        demos = tuple(passages)
        made = digest(embedder.name, *(demo.text for demo in demos))[:16]
        place = settings.cache / "banks" / f"{name}-{made}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):
            if not (place / NOTE).is_file():
                cls.build(demos, embedder).save(place)
        # Labels may be mended without new vectors: only the texts are embedded.
        return replace(cls.open(place, embedder), passages=demos)

    @classmethod
    def open(cls, folder: Path, embedder: Embedder) -> Self:
        """Open a saved bank.

        Raises:
            ConfigError: When there is none, it is broken, or it was made with another embedder.
        """
        try:
            note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
            owners, made_by, view = note["owners"], note["embedder"], note["view"]
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(
                f"{folder} is no bank: make one with `questgraph demos build`"
            ) from error
        if made_by != embedder.name:
            raise ConfigError(
                f"{folder} was made with the embedder {made_by!r}, not {embedder.name!r}:"
                " set QUESTGRAPH_EMBEDDER, or build it again"
            )
        index = Index.open(folder / VECTORS)
        if len(index) != len(owners):
            raise ConfigError(f"{folder} is broken: build the bank again")
        passages = tuple(read_labelled(folder / PASSAGES))
        return cls(passages, tuple(owners), index, embedder, view)

    def save(self, folder: Path) -> None:
        """Write the bank; its note comes last, so a folder with one is whole."""
        folder.mkdir(parents=True, exist_ok=True)
        write_labelled(folder / PASSAGES, filter(None, self.passages))
        self.index.save(folder / VECTORS)
        note = {"embedder": self.embedder.name, "view": self.view, "owners": self.owners}
        (folder / NOTE).write_text(json.dumps(note) + "\n", encoding="utf-8")

    def __len__(self) -> int:
        return sum(demo is not None for demo in self.passages)

    def fit(self, schema: Schema) -> Self:
        """Return the bank in the words of `schema`; passages that do not fit are not found."""
        fitted = (fit([demo] if demo else [], schema, self.aliases) for demo in self.passages)
        return replace(self, passages=tuple(next(iter(some), None) for some in fitted))

    def search(
        self,
        texts: Sequence[str],
        *,
        k: int,
        selection: str = "nearest",
        tokens: int | None = None,
        avoid: str = "",
        keep: Callable[[Labelled], bool] | None = None,
        about: Sequence[Sequence[Span]] = (),
    ) -> list[list[Labelled]]:
        """Return at most `k` demonstrations for each text, the most similar last.

        Never one that is, holds, or stands in the text itself, or nearly: an answer is not to
        be read off.

        Args:
            texts: What to find similar passages to.
            k: How many for each text; several names in a text share them evenly.
            selection: Which of the near ones are taken.
            tokens: How long those for one text may be together, about.
            avoid: Id of the document that is asked about: none comes from it.
            keep: Says of a passage whether it may be taken.
            about: What is asked about in each text, in views that show it: mentions, or a pair.

        Raises:
            UnknownNameError: When there is no such selection.
        """
        choose = selections[selection]
        if not texts or not len(self):
            return [[] for _ in texts]
        view = views[self.view]
        if not about:
            about = [self._names.places(text) if view.of_parts else () for text in texts]
        queries = [view.of_text(text, spans) for text, spans in zip(texts, about, strict=True)]
        vectors = self._embedded([query for some in queries for query in some])
        found, first = [], 0
        for text, some in zip(texts, queries, strict=True):
            # A passage may own several vectors, and some do not fit or are too near.
            likenesses, rows = self.index.search(
                vectors[first : first + len(some)], len(self.index)
            )
            first += len(some)
            # The nearest to each query in turn, then the next.
            near = self._near(text, likenesses.T.ravel(), rows.T.ravel(), avoid, keep)
            demos = [candidate.demo for candidate in choose(list(islice(near, POOL * k)), k)]
            found.append(within_tokens(demos, tokens) if tokens else demos)
        return found

    def points(self, n: int) -> Mapping[str, tuple[str, ...]]:
        """Return at most `n` mentions of each entity type that stand for all of its mentions."""
        if n not in self._points:
            self._points[n] = points(self.passages, self.embedder, n)
        return self._points[n]

    def viewed(self, view: str) -> Self:
        """Return the bank with what `view` shows of its passages compared; the same if it is so.

        Raises:
            UnknownNameError: When there is no such view.
        """
        if view == self.view:
            return self
        fitting = [passage for passage in self.passages if passage]
        return replace(type(self).build(fitting, self.embedder, view=view), aliases=self.aliases)

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.passages)

    def _embedded(self, queries: Sequence[str]) -> Vectors:
        """Return the vectors of `queries`; the many questions about a passage share them."""
        known = {
            query: found for query in queries if (found := self._lately.get(query)) is not None
        }
        if missing := [query for query in dict.fromkeys(queries) if query not in known]:
            if len(self._lately) > QUERIES_KEPT:
                self._lately.clear()
            known.update(zip(missing, self.embedder.embed(missing), strict=True))
            self._lately.update(known)
        return np.stack([known[query] for query in queries])

    @cached_property
    def _lately(self) -> dict[str, Vectors]:
        return {}

    @cached_property
    def _points(self) -> dict[int, Mapping[str, tuple[str, ...]]]:
        return {}

    def _near(
        self,
        text: str,
        scores: Vectors,
        rows: NDArray[np.int64],
        avoid: str,
        keep: Callable[[Labelled], bool] | None,
    ) -> Iterator[Candidate]:
        """Yield the usable passages, each once, most similar first."""
        limit = np.inf if views[self.view].of_parts else ALIKE
        known = triples(text)
        seen: set[int] = set()
        for score, row in zip(scores, rows, strict=True):
            owner = self.owners[row]
            demo = self.passages[owner]
            if owner in seen or demo is None or (keep and not keep(demo)):
                continue
            seen.add(owner)
            leaks = score >= limit or demo.text in text or text in demo.text
            if not leaks and not _from(demo, avoid) and not alike(known, triples(demo.text)):
                yield Candidate(demo, float(score), self.index.vector(int(row)))


def _from(demo: Labelled, document: str) -> bool:
    return bool(document) and demo.id.partition("#")[0] == document
