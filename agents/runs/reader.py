"""What a run folder tells: documents, results, and how everything stands."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from pydantic import TypeAdapter

from questgraph.tools.database import Database
from questgraph.tools.decoding import encodable
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import (
    COMPLETE,
    Chunk,
    Claim,
    Document,
    Outcome,
    Result,
    Span,
    Turn,
    Unit,
    Usage,
    digest,
)

T = TypeVar("T")

WAITING = "waiting"
"""How a unit stands that has not ended."""

TABLES = """
create table if not exists facts_of_run (name text primary key, value text not null);
create table if not exists documents (
    id text primary key, position integer not null, source text not null, metadata text not null,
    text text not null, hash text not null, config text not null, generation integer not null
);
create index if not exists documents_in_order on documents (position);
create table if not exists unreadable (
    position integer primary key, source text not null, problem text not null
);
create table if not exists units (
    id text primary key, document_id text not null, position integer not null,
    start integer not null, end integer not null, hash text not null, config text not null,
    status text, reason text not null default '', attempts integer not null default 0,
    calls integer not null default 0, prompt_tokens integer not null default 0,
    cached_tokens integer not null default 0, completion_tokens integer not null default 0,
    admitted integer not null default 0, claims text, turns text
);
create index if not exists units_in_order on units (document_id, position);
create index if not exists units_by_status on units (status);
"""

CLAIMS = TypeAdapter(tuple[Claim, ...])
TURNS = TypeAdapter(tuple[Turn, ...])
METADATA = TypeAdapter(dict[str, object])


def dumped(adapter: TypeAdapter[T], value: T) -> str:
    """Return `value` as JSON that every file can hold.

    Models write halves of characters, which no encoding of Unicode has.
    """
    try:
        return adapter.dump_json(value, fallback=str).decode()
    except ValueError:
        plain = json.dumps(adapter.dump_python(value), ensure_ascii=False, default=str)
        return encodable(plain)


DONE = ", ".join(f"'{status}'" for status in sorted(COMPLETE))
"""The statuses of complete units, as SQL lists them."""


class Ending(NamedTuple):
    """How many units ended in one way, for one reason."""

    status: str
    reason: str
    units: int


class Standing(NamedTuple):
    """How one unit stands."""

    id: str
    status: str
    reason: str
    attempts: int
    """How often it was questioned."""

    usage: Usage


class Part(NamedTuple):
    """What must not have changed of a unit for its result to stand."""

    id: str
    start: int
    end: int
    hash: str

    @classmethod
    def of(cls, unit: Unit) -> "Part":
        """Return what a unit is known by."""
        return cls(unit.id, *unit.chunk.span, digest(unit.chunk.text))


class RunReader:
    """Reads the tables of one run folder.

    Args:
        database: The file, shared with the ledger; a path opens one that is closed with this.
    """

    def __init__(self, database: Database | Path | str) -> None:
        self._owned = not isinstance(database, Database)
        self._database = database if isinstance(database, Database) else Database(database)
        self._reads = self._database.reader()
        _make_room(self._database, self._reads)
        self._database.create(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._owned:
            self._database.close()
        else:
            self._database.flush()

    def flush(self) -> None:
        """Wait until everything is written.

        Raises:
            StorageError: When it cannot be.
        """
        self._database.flush()

    @property
    def database(self) -> Database:
        """The run's file, for what else is kept in it."""
        return self._database

    def fact(self, name: str) -> str:
        """Return one of the facts that were noted; empty when there is none."""
        self.flush()
        row = self._one("select value from facts_of_run where name = ?", name)
        return str(row[0]) if row else ""

    def documents(self) -> Iterator[Document]:
        """Yield the documents in the order they were given."""
        self.flush()
        query = "select id, text, source, metadata from documents order by position"
        yield from map(_document, self._rows(query))

    def document(self, id_: str) -> Document:
        """Return the document of that id."""
        self.flush()
        query = "select id, text, source, metadata from documents where id = ?"
        return _document(self._one(query, id_))

    def unreadable(self) -> list[DocumentError]:
        """Return the inputs that were no documents, in the order they were given."""
        self.flush()
        query = "select source, problem from unreadable order by position"
        return [DocumentError(*row) for row in self._rows(query)]

    def results(self) -> Iterator[Result]:
        """Yield the units that have ended, in reading order."""
        self.flush()
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
                claims=CLAIMS.validate_json(claims),
                turns=TURNS.validate_json(turns),
            )

    def standing_at(self, statuses: Collection[str]) -> list[tuple[str, set[str]]]:
        """Return documents in order, each with the ids of its units that stand so."""
        self.flush()
        query = f"""
            select d.id, u.id from units u join documents d on d.id = u.document_id
            where coalesce(u.status, '{WAITING}') in ({_marks(statuses)})
            order by d.position, u.position
        """
        by_document = groupby(self._rows(query, *statuses), itemgetter(0))
        return [(document, {unit for _, unit in rows}) for document, rows in by_document]

    def unreadable_calls(self, statuses: Collection[str]) -> Iterator[str]:
        """Yield the keys of answers that could not be read, of units that ended in `statuses`."""
        self.flush()
        query = f"select turns from units where status in ({_marks(statuses)})"
        for (turns,) in self._rows(query, *statuses):
            yield from (turn.call for turn in TURNS.validate_json(turns) if not turn.parsed)

    def whole(self, document: Document, config: str) -> int | None:
        """Return how many units a document has that was met before as it is and is complete.

        `None` for any other document: there is something to ask about it.

        Args:
            document: As it is now.
            config: Digest of everything but the text that decides what is found.
        """
        query = f"""
            select count(u.id), coalesce(sum(u.status in ({DONE})), 0)
            from documents d left join units u on u.document_id = d.id
            where d.id = ? and d.hash = ? and d.config = ? group by d.id
        """
        row = self._one(query, document.id, document.hash, config)
        return int(row[0]) if row and row[0] == row[1] else None

    def parts(self, document: Document, config: str) -> set[Part]:
        """Return the units of a document that are complete, whatever else of it has changed."""
        query = f"""
            select id, start, end, hash from units
            where document_id = ? and config = ? and status in ({DONE})
        """
        return {Part(*row) for row in self._rows(query, document.id, config)}

    def count(self) -> tuple[int, int]:
        """Return how many documents there are, and how many of them are not complete."""
        self.flush()
        query = f"""
            select (select count(*) from documents), (
                select count(distinct document_id) from units
                where status is null or status not in ({DONE})
            )
        """
        documents, incomplete = self._one(query)
        return int(documents), int(incomplete)

    def endings(self) -> list[Ending]:
        """Return how many units ended how and why, the most frequent first."""
        self.flush()
        query = f"""
            select coalesce(status, '{WAITING}') as how,
                   case when status in ({DONE}) then '' else reason end as why, count(*)
            from units group by how, why order by 3 desc, how, why
        """
        return [Ending(*row) for row in self._rows(query)]

    def by_document(self) -> Iterator[tuple[str, Counter[str], int]]:
        """Yield each document's id, how many of its units stand how, and its admitted claims."""
        self.flush()
        query = f"""
            select d.id, coalesce(u.status, '{WAITING}') as how, count(u.id), total(u.admitted)
            from documents d left join units u on u.document_id = d.id
            group by d.position, d.id, how order by d.position
        """
        for id_, rows in groupby(self._rows(query), itemgetter(0)):
            standing = list(rows)
            units = Counter({how: number for _, how, number, _ in standing if number})
            yield id_, units, int(sum(admitted for *_, admitted in standing))

    def missing(self) -> Iterator[tuple[str, Standing]]:
        """Yield the units that are not complete, each with its document's id."""
        self.flush()
        query = f"""
            select d.id, u.id, coalesce(u.status, '{WAITING}'), u.reason, u.attempts, u.calls,
                   u.prompt_tokens, u.cached_tokens, u.completion_tokens
            from units u join documents d on d.id = u.document_id
            where u.status is null or u.status not in ({DONE})
            order by d.position, u.position
        """
        for row in self._rows(query):
            document, id_, status, reason, attempts, calls, prompt, cached, completion = row
            usage = Usage(
                calls=calls,
                prompt_tokens=prompt,
                cached_tokens=cached,
                completion_tokens=completion,
            )
            yield document, Standing(id_, status, reason, attempts, usage)

    def _one(self, query: str, *values: object) -> Any:
        return next(self._rows(query, *values), None)

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        with closing(self._reads.execute(query, values)) as cursor:
            yield from cursor


def _document(row: Any) -> Document:
    id_, text, source, metadata = row
    return Document(id_, text, source=source, metadata=METADATA.validate_json(metadata))


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _make_room(database: Database, reads: sqlite3.Connection) -> None:
    """Drop tables of an older form: they are made again from the calls."""
    try:
        columns = {row[1] for row in reads.execute("pragma table_info(units)")}
    except sqlite3.Error:
        # No database at all: whoever makes the tables says so.
        return
    if columns and "config" not in columns:
        database.create("drop table units; drop table documents; drop table unreadable;")
