"""Databases that speak Bolt as a store, such as Neo4j and ArcadeDB, through the `neo4j` driver.

Entities and events are nodes with three labels: `Questgraph`, `Entity` or `Event`, and their type.
Relations are relationships of their type, parallel ones with an `id` each; a role is a relationship
from the event. Types become names of words only, those of relationships in capitals (`born in` is
`:BORN_IN`), and are exact in the property `type`; everything else is a parameter. Nothing beyond
openCypher is used, but for Neo4j's constraint that ids are unique. Nodes without the label
`Questgraph`, and nodes and relationships without a `digest`, are somebody else's.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from questgraph.graphs.exports.cypher import (
    ABOUT,
    CONSTRAINT,
    LABEL,
    label,
    labels,
    properties,
    relationship,
)
from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows
from questgraph.graphs.stores.addresses import Address
from questgraph.graphs.stores.base import Held
from questgraph.tools.errors import MissingPackageError, RunError, StorageError

if TYPE_CHECKING:
    from neo4j import Session

Statement = tuple[str, list[dict[str, object]]]
"""A query, and the rows that it is run with."""

_NODE = f"(n:`{LABEL}` {{id: r.id}})"
_HEAD, _TAIL = f"(a:`{LABEL}` {{id: r.head}})", f"(b:`{LABEL}` {{id: r.tail}})"
_EDGES = f"MATCH (a:`{LABEL}`)-[e]->(b:`{LABEL}`) WHERE e.digest IS NOT NULL RETURN"
_NODES = f"MATCH (n:`{LABEL}`) WHERE n.digest IS NOT NULL RETURN"


class BoltStore:
    """Keeps rows as nodes and relationships.

    Raises:
        MissingPackageError: When the driver is not installed.
        RunError: When the server cannot be reached, or refuses the user.
    """

    def __init__(self, address: Address) -> None:
        try:
            import neo4j
            from neo4j.exceptions import DriverError, Neo4jError
        except ImportError as error:
            command = "pip install 'questgraph[neo4j]'"
            raise MissingPackageError("neo4j", "a store behind Bolt", command) from error
        self._name, self._database = address.name, address.database or None
        self._trouble = (DriverError, Neo4jError, OSError)
        try:
            self._driver = neo4j.GraphDatabase.driver(
                address.url, auth=(address.user, address.password) if address.user else None
            )
            # Without this, a server that is not there is tried again for half a minute.
            self._driver.verify_connectivity()
            self._write([(CONSTRAINT, [])])
        except (*self._trouble, StorageError, ValueError) as error:
            self.close()
            raise RunError(
                f"{self._name} cannot be used: {_reason(error)}. Check that the server runs, and"
                " that address, user, password and database are right"
            ) from error

    def held(self) -> Held:
        """Return what is there."""
        nodes = self._read(f"{_NODES} n.id, n.digest")
        edges = self._read(f"{_EDGES} a.id, e.type, b.id, e.id, e.digest")
        return Held(dict(nodes), {EdgeKey(*key): digest for *key, digest in edges})

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes; properties and labels that others gave them stay."""
        ids: list[dict[str, object]] = [{"id": row.id} for row in rows]
        found = self._read(f"UNWIND $rows AS r MATCH {_NODE} RETURN n.id, n.kind, n.type", ids)
        there = {id_: (kind, type_) for id_, kind, type_ in found}
        # Each on its own: ArcadeDB cannot move a node twice in a transaction.
        for statement in relabelled(rows, there):
            self._write([statement])
        self._write(kept_nodes(rows, there))

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges."""
        self._write(merged_edges(rows))

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes; one that others tied something to stays, without a digest."""
        rows: list[dict[str, object]] = [{"id": id_} for id_ in ids]
        self._write(
            [
                (f"UNWIND $rows AS r MATCH {_NODE} WHERE NOT (n)--() DELETE n", rows),
                (f"UNWIND $rows AS r MATCH {_NODE} REMOVE n.digest, n.data", rows),
            ]
        )

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        self._write(deleted_edges(keys))

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself."""
        self._write([(f"UNWIND $rows AS r {ABOUT} SET g.about = r.about", [{"about": about}])])

    def rows(self) -> Rows:
        """Return everything."""
        nodes = self._read(f"{_NODES} {_columns('n', NodeRow._fields)}")
        columns = _columns("e", EdgeRow._fields).replace("e.head, e.tail", "a.id, b.id")
        edges = self._read(f"{_EDGES} {columns}")
        about = self._read(f"MATCH (g:`{LABEL}Graph` {{id: 'graph'}}) RETURN g.about")
        return Rows(
            [NodeRow._make(row) for row in nodes],
            [EdgeRow._make(row) for row in edges],
            next(about, [""])[0],
        )

    def close(self) -> None:
        """Let go of the server."""
        if hasattr(self, "_driver"):
            self._driver.close()

    def _write(self, statements: Sequence[Statement]) -> None:
        """Run statements in one transaction; the driver tries again what may pass."""

        def work(transaction: Any) -> None:
            for query, rows in statements:
                transaction.run(query, rows=rows).consume()

        if statements:
            with self._session() as session:
                session.execute_write(work)

    def _read(self, query: str, rows: Sequence[Mapping[str, object]] = ()) -> Iterator[list[Any]]:
        with self._session() as session:
            # Names in it are made of words, see `label`; all else is a parameter.
            for record in session.run(query, rows=list(rows)):
                yield record.values()

    @contextmanager
    def _session(self) -> "Iterator[Session]":
        try:
            with self._driver.session(database=self._database) as session:
                yield session
        except self._trouble as error:
            raise StorageError(
                f"{self._name}: {_reason(error)}. Later the same command continues"
            ) from error


def relabelled(
    rows: Sequence[NodeRow], there: Mapping[str, tuple[str, str]]
) -> Iterator[Statement]:
    """Yield what gives nodes the labels of a new kind or type, for those that have others."""
    for row in rows:
        old = there.get(row.id, (row.kind, row.type))
        if labels(*old) != labels(row.kind, row.type):
            ids: list[dict[str, object]] = [{"id": row.id}]
            ours = f"{label(old[0].capitalize())}:{label(old[1])}"
            yield f"UNWIND $rows AS r MATCH {_NODE} REMOVE n:{ours}", ids
            yield f"UNWIND $rows AS r MATCH {_NODE} SET n:{labels(row.kind, row.type)}", ids


def kept_nodes(rows: Sequence[NodeRow], there: Container[str]) -> list[Statement]:
    """Return what keeps nodes, a statement for those there, and one for new ones of each labels.

    New ones are created and not merged: to look for several labels and an id at once, ArcadeDB
    reads all nodes.
    """
    groups: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        new = f"CREATE (n:{labels(row.kind, row.type)} {{id: r.id}})"
        groups[f"MATCH {_NODE}" if row.id in there else new].append(
            {"id": row.id, "told": properties(row)}
        )
    return [(f"UNWIND $rows AS r {of} SET n += r.told", group) for of, group in groups.items()]


def merged_edges(rows: Sequence[EdgeRow]) -> list[Statement]:
    """Return what keeps edges, a statement for all of the same type."""
    groups: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        ends = {"id": row.id, "head": row.head, "tail": row.tail}
        groups[relationship(row.type)].append({**ends, "told": properties(row)})
    ends_found = f"UNWIND $rows AS r MATCH {_HEAD} MATCH {_TAIL}"
    return [
        (f"{ends_found} MERGE (a)-[e:{of} {{id: r.id}}]->(b) SET e += r.told", group)
        for of, group in groups.items()
    ]


def deleted_edges(keys: Sequence[EdgeKey]) -> list[Statement]:
    """Return what deletes edges, a statement for all of the same type."""
    groups: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for key in keys:
        groups[relationship(key.type)].append(key._asdict())
    return [
        (f"UNWIND $rows AS r MATCH {_HEAD}-[e:{of} {{id: r.id}}]->{_TAIL} DELETE e", group)
        for of, group in groups.items()
    ]


def _columns(variable: str, names: Sequence[str]) -> str:
    return ", ".join(f"{variable}.{name}" for name in names)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300].removesuffix(".")
