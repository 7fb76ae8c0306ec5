"""The decisions about a run, in its folder: appended, undone, never lost.

They live in `run.db` beside what they are about, in a table that no new run touches.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import TypeAdapter

from questgraph.graphs.decisions import Decision
from questgraph.tools.database import Database
from questgraph.tools.errors import ConfigError

TABLES = """
create table if not exists decisions (
    id integer primary key, decision text not null, undone integer not null default 0
);
"""

DECISION = TypeAdapter(Decision)


class Entry(NamedTuple):
    """A decision and its number in the log."""

    id: int
    decision: Decision
    undone: bool


class DecisionLog:
    """What people decided about one run.

    Args:
        database: The run's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._database.create(TABLES)
        self._reads = database.reader()

    def add(self, decision: Decision) -> int:
        """Note a decision, with the time where it has none; return its number."""
        at = decision.at or datetime.now(UTC).isoformat(timespec="seconds")
        value = DECISION.dump_json(replace(decision, at=at)).decode()

        def write(db: sqlite3.Connection) -> int:
            cursor = db.execute("insert into decisions (decision) values (?)", (value,))
            return int(cursor.lastrowid or 0)

        return self._database.do(write)

    def undo(self, id_: int) -> None:
        """Leave a decision out from now on.

        Raises:
            ConfigError: When there is no such decision, or it is undone already.
        """
        self._mark(id_, undone=True)

    def redo(self, id_: int) -> None:
        """Let an undone decision count again.

        Raises:
            ConfigError: When there is no such decision, or it was not undone.
        """
        self._mark(id_, undone=False)

    def entries(self) -> list[Entry]:
        """Return all decisions in the order they were made, those that were undone too."""
        return list(self._entries())

    def standing(self) -> list[Decision]:
        """Return the decisions that count, in the order they were made."""
        return [entry.decision for entry in self._entries() if not entry.undone]

    def _entries(self) -> Iterator[Entry]:
        self._database.flush()
        query = "select id, decision, undone from decisions order by id"
        with closing(self._reads.execute(query)) as rows:
            for id_, value, undone in rows:
                yield Entry(id_, DECISION.validate_json(value), bool(undone))

    def _mark(self, id_: int, *, undone: bool) -> None:
        query = "update decisions set undone = ? where id = ? and undone = ?"
        values = (undone, id_, not undone)
        if not self._database.do(lambda db: db.execute(query, values).rowcount):
            state = "was not undone" if not undone else "is undone already"
            raise ConfigError(f"decision {id_} is not there or {state}: look at the list")
