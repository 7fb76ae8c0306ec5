"""A Ladybug database, an embedded one that speaks openCypher, as a store.

Entities and events are nodes of the table `GraphNode`; relations and roles are in `GraphEdge`, of
which any number join the same two nodes. Types are properties, not tables, so that no word of a
document is ever part of a statement:

    MATCH (a:GraphNode)-[e:GraphEdge {type: 'born in'}]->(b:GraphNode) RETURN a.name, b.name

Other tables of the database are left alone. Rows come as Arrow tables, which have types: a
parameter that is null in all rows would be taken for text. One process at a time may have it open.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from questgraph.graphs.exports.parquet import edge_table, key_table, node_table
from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows
from questgraph.graphs.stores.base import Held
from questgraph.tools.errors import MissingPackageError, RunError, StorageError

T = TypeVar("T")

_TOLD = "score DOUBLE, support INT64, document STRING, quote STRING, data STRING, digest STRING"
_OF_NODES = (
    f"id STRING PRIMARY KEY, kind STRING, type STRING, name STRING, aliases STRING[], {_TOLD}"
)
_OF_EDGES = f"id STRING, kind STRING, type STRING, qualifiers STRING, {_TOLD}"
TABLES = (
    f"CREATE NODE TABLE IF NOT EXISTS GraphNode({_OF_NODES})",
    f"CREATE REL TABLE IF NOT EXISTS GraphEdge(FROM GraphNode TO GraphNode, {_OF_EDGES})",
    "CREATE NODE TABLE IF NOT EXISTS GraphAbout(id STRING PRIMARY KEY, about STRING)",
)

_NODES = "MATCH (n:GraphNode) WHERE n.digest IS NOT NULL RETURN"
_EDGES = "MATCH (a:GraphNode)-[e:GraphEdge]->(b:GraphNode) WHERE e.digest IS NOT NULL RETURN"


def _assigned(variable: str, columns: Sequence[str]) -> str:
    names = [name for name in columns if name not in ("id", "head", "tail")]
    return ", ".join(f"{variable}.{name} = {name}" for name in names)


_PUT_NODES = f"LOAD FROM $rows MERGE (n:GraphNode {{id: id}}) SET {_assigned('n', NodeRow._fields)}"
# Four times as fast where nothing of it is there yet. It wants columns in the order of the table,
# ends first, and may be in no transaction of several statements: to roll one back ends the process.
_COPY_NODES, _COPY_EDGES = "COPY GraphNode FROM $rows", "COPY GraphEdge FROM $rows"
_COPIED = ("head", "tail", *(name for name in EdgeRow._fields if name not in ("head", "tail")))
# With the ids in the pattern instead, the planner goes through all nodes for each row.
_PUT_EDGES = (
    "LOAD FROM $rows MATCH (a:GraphNode) WHERE a.id = head MATCH (b:GraphNode) WHERE b.id = tail"
    f" MERGE (a)-[e:GraphEdge {{id: id}}]->(b) SET {_assigned('e', EdgeRow._fields)}"
)
_DROP_EDGES = (
    "LOAD FROM $rows MATCH (a:GraphNode)-[e:GraphEdge]->(b:GraphNode)"
    " WHERE a.id = head AND b.id = tail AND e.id = id DELETE e"
)
_DROPPED = "UNWIND $ids AS i MATCH (n:GraphNode) WHERE n.id = i"
_DROP_NODES = (
    f"{_DROPPED} AND NOT EXISTS {{ MATCH (n)-[]-() }} DELETE n",
    f"{_DROPPED} SET n.digest = NULL, n.data = NULL",
)
_NOTE = "MERGE (g:GraphAbout {id: 'graph'}) SET g.about = $about"


class LadybugStore:
    """Keeps rows in two tables of a property graph.

    Args:
        path: The database file; it is made when it is not there.

    Raises:
        MissingPackageError: When Ladybug is not installed.
        RunError: When the file is something else, or another process has it open.
    """

    def __init__(self, path: str) -> None:
        try:
            import ladybug
            import pyarrow as pa  # noqa: F401
        except ImportError as error:
            command = "pip install 'questgraph[ladybug]'"
            raise MissingPackageError("ladybug", "a Ladybug database", command) from error
        self._path = path
        try:
            self._database: Any = ladybug.Database(path)
            self._connection: Any = ladybug.Connection(self._database)
            for table in TABLES:
                self._done(table, {})
        except RuntimeError as error:
            raise RunError(
                f"{path} cannot be used: {_reason(error)}. Give a file that no other process has"
                " open, in a folder that is there"
            ) from error

    def held(self) -> Held:
        """Return what is there."""
        nodes = self._all(f"{_NODES} n.id, n.digest")
        edges = self._all(f"{_EDGES} a.id, e.type, b.id, e.id, e.digest")
        return Held(dict(nodes), {EdgeKey(*key): digest for *key, digest in edges})

    @cached_property
    def _there(self) -> Held:
        """What was ever there while this process has the file: nobody else can change it."""
        nodes = self._all("MATCH (n:GraphNode) RETURN n.id, n.digest")
        return Held(dict(nodes), self.held().edges)

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes."""
        table, there = node_table(rows), self._there.nodes
        if any(row.id in there for row in rows):
            self._write((_PUT_NODES, {"rows": table}))
        else:
            self._tried(lambda: self._done(_COPY_NODES, {"rows": table}))
        there.update({row.id: row.digest for row in rows})

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges."""
        table, there = edge_table(rows), self._there.edges
        if any(row.key in there for row in rows):
            self._write((_PUT_EDGES, {"rows": table}))
        else:
            self._tried(lambda: self._done(_COPY_EDGES, {"rows": table.select(_COPIED)}))
        there.update({row.key: row.digest for row in rows})

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes; one that others tied something to stays, without its digest."""
        self._write(*((query, {"ids": list(ids)}) for query in _DROP_NODES))

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        self._write((_DROP_EDGES, {"rows": key_table(keys)}))

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself."""
        self._write((_NOTE, {"about": about}))

    def rows(self) -> Rows:
        """Return everything."""
        columns = _columns("e", EdgeRow._fields).replace("e.head, e.tail", "a.id, b.id")
        about = self._all("MATCH (g:GraphAbout) RETURN g.about")
        return Rows(
            [NodeRow._make(row) for row in self._all(f"{_NODES} {_columns('n', NodeRow._fields)}")],
            [EdgeRow._make(row) for row in self._all(f"{_EDGES} {columns}")],
            about[0][0] if about else "",
        )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._database.close()

    def _all(self, query: str) -> list[list[Any]]:
        return self._tried(lambda: self._done(query, {}))

    def _write(self, *statements: tuple[str, Mapping[str, object]]) -> None:
        """Execute statements in one transaction."""

        def write() -> None:
            self._done("BEGIN TRANSACTION", {})
            try:
                for query, parameters in statements:
                    self._done(query, parameters)
                self._done("COMMIT", {})
            except BaseException:
                self._done("ROLLBACK", {})
                raise

        self._tried(write)

    def _done(self, query: str, parameters: Mapping[str, object]) -> list[list[Any]]:
        result: Any = self._connection.execute(query, dict(parameters))
        try:
            return list(result.get_all())
        finally:
            result.close()

    def _tried(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except RuntimeError as error:
            raise StorageError(
                f"{self._path}: {_reason(error)}. Later the same command continues"
            ) from error


def _columns(variable: str, names: Sequence[str]) -> str:
    return ", ".join(f"{variable}.{name}" for name in names)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300].removesuffix(".")
