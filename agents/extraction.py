"""What a run found, cost and missed."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from questgraph.agents.review.links import StoredLinks
from questgraph.agents.review.log import DecisionLog
from questgraph.agents.runs.reader import RunReader, Standing
from questgraph.agents.runs.status import DocumentStatus, Status, by_document, full_json, status
from questgraph.graphs.assembly import assemble, built
from questgraph.graphs.conflicts import Policy, PolicyName
from questgraph.graphs.exports import export
from questgraph.graphs.knowledge import KnowledgeGraph, visible
from questgraph.graphs.viewer.page import write_page
from questgraph.tools.catalogues import Entry, read_entries
from questgraph.tools.database import Database
from questgraph.tools.errors import DocumentError, RunError, StorageError
from questgraph.tools.records import Claim, Document, Result, Turn
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import schema_from_yaml

RUN_FILE = "run.db"
DISTRIBUTED = "run.json"
"""What a distributed run has in its place, about the run as a whole."""

PAGE = "graph.html"
EXPORTS = ("graphml", "jsonld", "turtle", "csv")
"""Formats that a run of moderate size writes by default."""

MODERATE = 500
"""Passages up to which a run writes its page and exports by itself: the graph is built in memory,
and a larger one is no page that anybody could read."""


def run_file(folder: Path | str) -> Path:
    """Return the database of a run folder.

    Raises:
        RunError: When there is no run in it.
    """
    path = Path(folder) / RUN_FILE
    if (Path(folder) / DISTRIBUTED).is_file():
        raise RunError(f"{folder} holds a distributed run: give its `extract` command again")
    if not path.is_file():
        raise RunError(f"there is no run in {folder}: `questgraph extract … --out {folder}`")
    return path


class Extraction:
    """What a run found, cost and missed; reads it from the run folder as it is asked for."""

    def __init__(
        self, store: RunReader, folder: Path | None = None, database: Database | None = None
    ) -> None:
        self._store, self._database = store, database
        self.folder = folder
        """The run folder; `None` for a run that is kept in memory only."""
        self.catalogue: Sequence[Entry] = ()
        """Known things that the graph's nodes are linked to."""
        self.policy = Policy()
        """Which of contradicting facts the graph shows."""

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        catalogue: Path | str | None = None,
        show: PolicyName = "all",
        trusted: Sequence[str] = (),
    ) -> Self:
        """Open a run folder.

        Args:
            folder: Where the run is.
            catalogue: File of known things to link the graph's nodes to.
            show: Which of contradicting facts the graph shows: `all`, `latest`, `most-supported`
                or `trusted`.
            trusted: Patterns of document ids or sources, the most trusted first.

        Raises:
            RunError: When there is no run in it.
            ConfigError: When the catalogue cannot be read.
        """
        found = cls(RunReader(run_file(folder)), Path(folder))
        if catalogue:
            found.catalogue = read_entries(Path(catalogue))
        found.policy = Policy(show, trusted=tuple(trusted))
        return found

    @cached_property
    def schema(self) -> Schema:
        """The types that were looked for."""
        return schema_from_yaml(self._store.fact("schema"), "the run's schema")

    @property
    def model(self) -> str:
        """The model that answered."""
        return self._store.fact("model")

    @property
    def recipe(self) -> str:
        """The recipe that asked."""
        return self._store.fact("recipe")

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents by id, in the order they were given."""
        return {document.id: document for document in self._store.documents()}

    @property
    def unreadable(self) -> list[DocumentError]:
        """The inputs that were no documents, and why."""
        return self._store.unreadable()

    @cached_property
    def results(self) -> list[Result]:
        """What each unit gave, in reading order."""
        return list(self._store.results())

    @property
    def claims(self) -> list[Claim]:
        """Everything that was said, admitted to the graph or not, in reading order."""
        return [claim for result in self.results for claim in result.claims]

    @property
    def turns(self) -> dict[str, Sequence[Turn]]:
        """Every question and answer, by unit."""
        return {result.unit.id: result.turns for result in self.results}

    @cached_property
    def status(self) -> Status:
        """What is done, what is missing and why, and what it cost."""
        return status(self._store)

    @property
    def moderate(self) -> bool:
        """Whether the run is small enough to be drawn and exported without being asked to."""
        return self.status.units.total() <= MODERATE

    def status_by_document(self) -> dict[str, object]:
        """Return the status with every document and every missing unit, as plain data."""
        return full_json(self._store)

    def document_statuses(self) -> Iterator[DocumentStatus]:
        """Yield how each document stands, in the order they were given."""
        return by_document(self._store)

    def missing(self) -> Iterator[Standing]:
        """Yield the units that are not complete, in reading order."""
        return (unit for _, unit in self._store.missing())

    @property
    def complete(self) -> bool:
        """Whether every passage of every input was answered."""
        return self.status.complete

    @cached_property
    def decisions(self) -> DecisionLog:
        """What people decided about the run."""
        return DecisionLog(self._store.database)

    @cached_property
    def links(self) -> StoredLinks:
        """What a model said about doubtful pairs of things."""
        return StoredLinks(self._store.database)

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The knowledge graph of the admitted claims, merged, and corrected by people."""
        return assemble(
            self.claims,
            self.documents,
            self.schema,
            decisions=self.decisions.standing(),
            links=self.links.all(),
            catalogue=self.catalogue,
            policy=self.policy,
        )

    @property
    def base(self) -> KnowledgeGraph:
        """The same graph before anything is merged: what merges and decisions name."""
        decisions = self.decisions.standing()
        return built(self.claims, self.documents, self.schema, decisions=decisions)

    def export(self, to: str, folder: Path | str) -> Path:
        """Write the graph into `folder` in one of `graphs.exports.exporters`, or as html.

        Returns:
            The file, or the folder of tables, that was written.

        Raises:
            UnknownNameError: When there is no such format.
        """
        if to == "html":
            return self.page(Path(folder) / PAGE)
        return export(self.graph, to, Path(folder))

    def page(self, path: Path | str) -> Path:
        """Write the graph, the documents and the dialogues as one HTML page; return its path."""
        usage = self.status.usage
        summary = {
            "documents": len(self.documents),
            "passages": ", ".join(f"{n} {how}" for how, n in self.status.units.items()),
            "complete": "yes" if self.complete else "NO",
            "model": self.model,
            "recipe": self.recipe,
            "tokens": f"{usage.prompt_tokens} read, {usage.completion_tokens} written",
        }
        title = ", ".join(self.documents) if len(self.documents) < 3 else "Knowledge graph"
        write_page(
            Path(path),
            visible(self.graph),
            self.documents,
            self.turns,
            title=title,
            summary=summary,
        )
        return Path(path)

    def write(self, folder: Path | str) -> Path:
        """Write the page and the default exports into `folder`; return the page's path.

        Raises:
            StorageError: When the disk is full, or the folder cannot be written.
        """
        folder = Path(folder)
        try:
            for format_ in EXPORTS:
                self.export(format_, folder)
            return self.page(folder / PAGE)
        except OSError as error:
            raise StorageError(
                f"{folder}: the graph could not be written: {error.strerror or error}. Free some"
                " space; then the same command continues"
            ) from error

    def close(self) -> None:
        """Let go of the run folder."""
        self._store.__exit__(None, None, None)
        if self._database:
            self._database.close()
