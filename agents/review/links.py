"""What a model said about doubtful pairs of things, kept in the run that it is about."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing

from questgraph.graphs.resolution.links import Link
from questgraph.tools.database import Database

TABLES = """
create table if not exists links (
    one text not null, other text not null, same integer not null, reason text not null,
    score real not null, primary key (one, other)
);
"""


class StoredLinks:
    """The model's links of one run.

    Args:
        database: The run's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._database.create(TABLES)
        self._reads = database.reader()

    def replace(self, links: Iterable[Link]) -> None:
        """Keep `links` in place of those that were there."""
        rows = [(link.one, link.other, link.same, link.reason, link.score) for link in links]

        def write(db: sqlite3.Connection) -> None:
            db.execute("delete from links")
            db.executemany("insert into links values (?, ?, ?, ?, ?)", rows)

        self._database.do(write)

    def all(self) -> list[Link]:
        """Return the links, in the order of their things."""
        self._database.flush()
        query = "select one, other, same, reason, score from links order by one, other"
        with closing(self._reads.execute(query)) as rows:
            return [Link(o, p, bool(same), why, "model", score) for o, p, same, why, score in rows]
