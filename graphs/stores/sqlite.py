"""SQLite tables as a store: in the run's own file, or any other.

`graph_nodes` has a row for each entity and event, `graph_edges` one for each relation and each role
of an event: parallel edges are rows with the same ends. `aliases`, `qualifiers` and `data`, which
has the evidence, are JSON: `json_extract(data, '$.support[0].quote')`. Other tables of the file are
left alone.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows
from questgraph.graphs.stores.base import Held
from questgraph.tools.database import Database
from questgraph.tools.errors import ConfigError

TABLES = """
create table if not exists graph_nodes (
    id text primary key, kind text not null, type text not null, name text not null,
    aliases text not null, score real, support integer not null, document text not null,
    quote text not null, data text not null, digest text not null
) without rowid;
create index if not exists graph_nodes_by_name on graph_nodes (name);
create table if not exists graph_edges (
    id text primary key, head text not null, tail text not null, kind text not null,
    type text not null, qualifiers text not null, score real, support integer not null,
    document text not null, quote text not null, data text not null, digest text not null
) without rowid;
create index if not exists graph_edges_by_head on graph_edges (head, type);
create index if not exists graph_edges_by_tail on graph_edges (tail, type);
create table if not exists graph_about (about text not null);
"""


class SqliteStore:
    """Keeps rows in two tables.

    Args:
        path: The file; it is made when it is not there.

    Raises:
        ConfigError: When its folder is not there.
        RunError: When it is something else than a SQLite file, or cannot be opened.
    """

    def __init__(self, path: str) -> None:
        if not Path(path).absolute().parent.is_dir():
            raise ConfigError(f"{path}: there is no such folder; make it first")
        self._database = Database(path, ballast=0)
        try:
            self._database.create(TABLES)
        except BaseException:
            self._database.close()
            raise
        self._reads = self._database.reader()

    def held(self) -> Held:
        """Return what is there."""
        nodes = dict(self._reads.execute("select id, digest from graph_nodes"))
        edges = self._reads.execute("select head, type, tail, id, digest from graph_edges")
        return Held(nodes, {EdgeKey(*key): digest for *key, digest in edges})

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes."""
        values = [row._replace(aliases=_json(row.aliases)) for row in rows]  # type: ignore[arg-type]
        self._many(_put("graph_nodes", NodeRow._fields), values)

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges."""
        self._many(_put("graph_edges", EdgeRow._fields), rows)

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes."""
        self._many("delete from graph_nodes where id = ?", [(id_,) for id_ in ids])

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        self._many("delete from graph_edges where id = ?", [(key.id,) for key in keys])

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself."""

        def write(db: sqlite3.Connection) -> None:
            db.execute("delete from graph_about")
            db.execute("insert into graph_about values (?)", (about,))

        self._database.do(write)

    def rows(self) -> Rows:
        """Return everything."""
        nodes = self._reads.execute(f"select {', '.join(NodeRow._fields)} from graph_nodes")
        edges = self._reads.execute(f"select {', '.join(EdgeRow._fields)} from graph_edges")
        about = self._reads.execute("select about from graph_about").fetchone()
        return Rows(
            [
                row._replace(aliases=json.loads(str(row.aliases)))
                for row in map(NodeRow._make, nodes)
            ],
            [EdgeRow._make(row) for row in edges],
            about[0] if about else "",
        )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _many(self, query: str, values: Sequence[Sequence[object]]) -> None:
        self._database.do(lambda db: db.executemany(query, values).rowcount)


def _put(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"insert or replace into {table} ({', '.join(columns)}) values ({marks})"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
