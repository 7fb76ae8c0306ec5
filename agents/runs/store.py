"""What a run keeps besides its calls: documents, units with their outcomes, claims and turns.

It lives in the ledger's file, `run.db`, and can be made again from the ledger at any time by
running the same command: so a killed run loses nothing here that matters.

Every command that reads inputs is a generation. A document that it meets again unchanged keeps
what was found; one that it does not meet is gone when it has come to its end.
"""

import sqlite3
import uuid
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from questgraph.agents.runs.reader import CLAIMS, METADATA, TURNS, Part, RunReader, dumped
from questgraph.tools.database import Database
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Document, Result, Unit


class RunStore(RunReader):
    """Writes the tables of one run folder; one thread may add while another one saves.

    Args:
        database: The file, shared with the ledger; a path opens one that is closed with the
            store.
    """

    def __init__(self, database: Database | Path | str) -> None:
        super().__init__(database)
        self._generation = int(self.fact("generation") or 0)
        self._config = self.fact("config")
        self._fresh = not self.count()[0]
        """Whether there is nothing to look up, which takes as long as writing it down."""

    def begin(self, facts: Mapping[str, str], config: str) -> None:
        """Begin a generation and note how it is made.

        Args:
            facts: By name, for whoever looks at the run or goes on with it.
            config: Digest of everything but the text that decides what is found: units that
                were found under another one wait to be asked about again.
        """
        self._generation += 1
        self._config = config
        known = {**facts, "config": config, "generation": str(self._generation)}
        known |= {"ended": "", "met": ""}

        def write(db: sqlite3.Connection) -> None:
            db.executemany("insert or replace into facts_of_run values (?, ?)", known.items())
            db.execute("delete from unreadable")
            db.execute("update units set status = null where config != ?", (config,))

        self._database.do(write)

    @property
    def tag(self) -> str:
        """Name of this run at a provider, the same for as long as the folder lives."""
        if not (tag := self.fact("tag")):
            tag = uuid.uuid4().hex
            self.note({"tag": tag})
        return tag

    def end(self) -> None:
        """Note that all inputs were met: what was not among them is gone."""

        def write(db: sqlite3.Connection) -> None:
            gone, now = "select id from documents where generation != ?", (self._generation,)
            db.execute(f"delete from units where document_id in ({gone})", now)
            db.execute("delete from documents where generation != ?", now)
            db.execute("insert or replace into facts_of_run values ('ended', 'yes')")

        self._database.do(write)

    def note(self, facts: Mapping[str, str]) -> None:
        """Note some more facts about the run."""
        known = dict(facts)
        self._database.post(
            lambda db: db.executemany(
                "insert or replace into facts_of_run values (?, ?)", known.items()
            )
        )

    def unchanged(self, position: int, document: Document) -> int | None:
        """Return how many units need no questions, of a document that is as it was.

        It keeps its results, at its place in this generation; `None` when there is something to
        ask about it.
        """
        units = None if self._fresh else self.whole(document, self._config)
        if units is not None:
            row = (position, self._generation, document.id)
            update = "update documents set position = ?, generation = ? where id = ?"
            self._database.post(lambda db: db.execute(update, row))
        return units

    def add(self, position: int, document: Document, units: Iterable[Unit]) -> Collection[str]:
        """Note a document and its units; return the ids of those that are to be asked about.

        Not so a unit that is complete, has the same text at the same place as before and was
        found under the same configuration.
        """
        known = set[Part]() if self._fresh else self.parts(document, self._config)
        rows = [(*Part.of(unit), document.id, unit.chunk.index, self._config) for unit in units]
        waiting = [row for row in rows if row[:4] not in known]
        row = self._row(position, document)

        def write(db: sqlite3.Connection) -> None:
            db.execute("insert or replace into documents values (?, ?, ?, ?, ?, ?, ?, ?)", row)
            beyond = (document.id, len(rows))
            db.execute("delete from units where document_id = ? and position >= ?", beyond)
            db.executemany(
                """insert into units (id, start, end, hash, document_id, position, config)
                values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set
                start = excluded.start, end = excluded.end, hash = excluded.hash,
                config = excluded.config, status = null, reason = '', admitted = 0""",
                waiting,
            )

        self._database.post(write)
        return {str(row[0]) for row in waiting}

    def add_unreadable(self, position: int, error: DocumentError) -> None:
        """Note an input that is no document: the run is not complete without it."""
        row = (position, error.source, error.problem)
        self._database.post(lambda db: db.execute("insert into unreadable values (?, ?, ?)", row))

    def save(self, result: Result) -> None:
        """Keep how a unit ended; it is written soon."""
        self._database.post(lambda db: _save(db, result))

    def _row(self, position: int, document: Document) -> tuple[Any, ...]:
        metadata = dumped(METADATA, dict(document.metadata))
        made = (document.hash, self._config, self._generation)
        return (document.id, position, document.source, metadata, document.text, *made)


def _save(db: sqlite3.Connection, result: Result) -> None:
    usage = result.usage
    db.execute(
        """update units set status = ?, reason = ?, attempts = attempts + 1, calls = ?,
        prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, admitted = ?, claims = ?,
        turns = ? where id = ?""",
        (
            result.outcome.status,
            result.outcome.reason,
            usage.calls,
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.completion_tokens,
            sum(claim.admitted for claim in result.claims),
            dumped(CLAIMS, result.claims),
            dumped(TURNS, result.turns),
            result.unit.id,
        ),
    )
