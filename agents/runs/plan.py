"""What is asked of which text: everything that decides it, but the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from questgraph.agents.stages.base import Recipe
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue
from questgraph.retrieval.entailment import Entailment
from questgraph.tools.chunking import split
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Document, Unit, digest, within
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import schema_to_yaml

CHUNK_SIZE = 1200
"""Most characters of a passage, when nobody says otherwise."""

SHARED = 8
"""Neighbouring passages share one of so many characters, about."""

Asked = tuple[Unit, tuple[Labelled, ...]]
"""A unit and the demonstrations that go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides what is asked, but the text and the model that is asked."""

    schema: Schema
    recipe: Recipe
    bank: Bank | None = None
    catalogue: Catalogue | None = None
    """Known names, for recipes that check names by them."""

    entailment: Entailment | None = None
    """Who says what follows from what; the model itself when it is left out."""

    chunk_size: int = CHUNK_SIZE
    """Most characters of a passage."""

    proposer: str = ""
    """Name of the small language model that reads first, where there is one."""

    @property
    def overlap(self) -> int:
        """Characters that neighbouring passages share, about."""
        return self.chunk_size // SHARED

    def digest(self, model: str) -> str:
        """Return a hash of all that decides what `model` is asked and how it is understood."""
        return digest(
            *(_code(), model, repr(_shape(self.recipe)), schema_to_yaml(self.schema)),
            *(self.bank.digest if self.bank else "", str(self.chunk_size), str(self.overlap)),
            self.catalogue.digest if self.catalogue else "",
            self.entailment.name if self.entailment else "",
            *([self.proposer] if self.proposer else []),
        )

    def units(self, document: Document, given: Sequence[Claim] = ()) -> list[Unit]:
        """Cut a document into units.

        Args:
            document: What is cut.
            given: What is known of it before anything is asked.
        """
        chunks = split(document, size=self.chunk_size, overlap=self.overlap)
        return [
            Unit(chunk, document_text=document.text, given=within(given, chunk.span))
            for chunk in chunks
        ]

    def prepare(self, units: Sequence[Unit], *, avoid: str) -> list[Asked]:
        """Find demonstrations for units, none of them from the document `avoid`."""
        demos: Sequence[Sequence[Labelled]] = [()] * len(units)
        if self.bank and self.recipe.demos and units:
            demos = self.bank.search(
                [unit.chunk.text for unit in units],
                k=self.recipe.demos,
                selection=self.recipe.selection,
                tokens=self.recipe.demo_tokens,
                avoid=avoid,
            )
        return [(unit, tuple(some)) for unit, some in zip(units, demos, strict=True)]


def _shape(recipe: Recipe) -> object:
    stages = [(stage.name, stage.summary, stage.session) for stage in recipe.stages]
    settings = replace(recipe, stages=())
    return settings, stages


@cache
def _code() -> str:
    """Return a hash of questgraph itself: another version may ask or understand otherwise."""
    parts = []
    for folder in ("agents", "retrieval", "tools"):
        parts += [file.read_text("utf-8") for file in _files(files(f"questgraph.{folder}"))]
    return digest(*parts)


def _files(folder: Traversable) -> Iterable[Traversable]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _files(item)
        elif item.name.endswith((".py", ".md")):
            yield item
