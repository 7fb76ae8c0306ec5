"""What a run keeps besides its calls: documents, units with their outcomes, claims and turns.

It lives in the ledger's file, `run.db`, and can be made again from the ledger at any time by
running the same command: so a killed run loses nothing here that matters.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import TypeAdapter

from questgraph.tools.errors import DocumentError, RunError
from questgraph.tools.records import (
    Chunk,
    Claim,
    Document,
    Outcome,
    Result,
    Span,
    Turn,
    Unit,
)

_TABLES = """
create table if not exists facts_of_run (name text primary key, value text not null);
create table if not exists documents (
    position integer primary key, id text not null unique, source text not null,
    metadata text not null, text text not null
);
create table if not exists unreadable (
    position integer primary key, source text not null, problem text not null
);
create table if not exists units (
    id text primary key, document_id text not null, position integer not null,
    start integer not null, end integer not null,
    status text, reason text not null default '', claims text, turns text
);
create index if not exists units_in_order on units (document_id, position);
"""

_BUFFER = 200
"""Results that wait to be written together. They are few and replayable, while the file's only
write lock is needed by the ledger all the time."""

_CLAIMS = TypeAdapter(tuple[Claim, ...])
_TURNS = TypeAdapter(tuple[Turn, ...])
_METADATA = TypeAdapter(dict[str, object])


class RunStore:
    """The tables of one run folder.

    Args:
        path: `run.db` of the folder, or `:memory:`.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        try:
            # Documents are prepared in a thread of their own; calls never overlap.
            self._db = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
            # A run can be made again from its calls: it need not outlive a power cut.
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=off")
            self._db.executescript(_TABLES)
        except sqlite3.Error as error:
            raise RunError(f"{path} cannot be used as a run: {error}") from error
        self._waiting: list[Result] = []
        self.planned = 0
        """How many units were noted since `begin`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()
        self._db.close()

    def begin(self, facts: Mapping[str, str]) -> None:
        """Forget documents and units, and note how this run is made; calls are kept."""
        with self._db:
            for table in ("documents", "unreadable", "units", "facts_of_run"):
                self._db.execute(f"delete from {table}")
            self._db.executemany("insert into facts_of_run values (?, ?)", facts.items())

    def fact(self, name: str) -> str:
        """Return one of the facts that `begin` noted; empty when there is none."""
        row = self._db.execute("select value from facts_of_run where name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def note(self, name: str, value: str) -> None:
        """Note one more fact about the run."""
        with self._db:
            self._db.execute("insert or replace into facts_of_run values (?, ?)", (name, value))

    def add(self, position: int, document: Document, units: Iterable[Unit]) -> None:
        """Note a document and what will be asked about it."""
        metadata = _METADATA.dump_json(dict(document.metadata), fallback=str).decode()
        row = (position, document.id, document.source, metadata, document.text)
        rows = [(unit.id, document.id, unit.chunk.index, *unit.chunk.span) for unit in units]
        self.planned += len(rows)
        with self._db:
            self._db.execute("insert into documents values (?, ?, ?, ?, ?)", row)
            self._db.executemany(
                "insert into units (id, document_id, position, start, end) values (?, ?, ?, ?, ?)",
                rows,
            )

    def add_unreadable(self, position: int, error: DocumentError) -> None:
        """Note an input that is no document: the run is not complete without it."""
        with self._db:
            row = (position, error.source, error.problem)
            self._db.execute("insert into unreadable values (?, ?, ?)", row)

    def save(self, result: Result) -> None:
        """Keep how a unit ended; written at the next `flush`, or with some more."""
        self._waiting.append(result)
        if len(self._waiting) >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        rows = [
            (
                result.outcome.status,
                result.outcome.reason,
                _CLAIMS.dump_json(result.claims),
                _TURNS.dump_json(result.turns),
                result.unit.id,
            )
            for result in self._waiting
        ]
        with self._db:
            self._db.executemany(
                "update units set status = ?, reason = ?, claims = ?, turns = ? where id = ?", rows
            )
        self._waiting.clear()

    def documents(self) -> Iterator[Document]:
        """Yield the documents in the order they were given."""
        query = "select id, text, source, metadata from documents order by position"
        for id_, text, source, metadata in self._rows(query):
            yield Document(id_, text, source=source, metadata=_METADATA.validate_json(metadata))

    def unreadable(self) -> list[DocumentError]:
        """Return the inputs that were no documents, in the order they were given."""
        query = "select source, problem from unreadable order by position"
        return [DocumentError(*row) for row in self._rows(query)]

    def results(self) -> Iterator[Result]:
        """Yield the units that have ended, in reading order."""
        query = """
            select u.document_id, u.position, u.start, u.end, d.text,
                   u.status, u.reason, u.claims, u.turns
            from units u join documents d on d.id = u.document_id
            where u.status is not null order by d.position, u.position
        """
        for document, index, start, end, text, status, reason, claims, turns in self._rows(query):
            chunk = Chunk(document, text[start:end], span=Span(start, end), index=index)
            yield Result(
                unit=Unit(chunk),
                outcome=Outcome(status, reason),
                claims=_CLAIMS.validate_json(claims),
                turns=_TURNS.validate_json(turns),
            )

    def waiting(self) -> dict[str, int]:
        """Return how many units of each document have not ended."""
        query = """
            select document_id, count(*) from units where status is null
            group by document_id order by document_id
        """
        return dict(self._rows(query))

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        self.flush()
        with closing(self._db.execute(query)) as cursor:
            yield from cursor
