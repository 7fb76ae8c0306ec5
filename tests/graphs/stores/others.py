"""What somebody else keeps in the same place: one thing apart, and one tied to a node of ours."""

from functools import singledispatch

import pyoxigraph as ox

from questgraph.graphs.stores.base import Store
from questgraph.graphs.stores.bolt import BoltStore
from questgraph.graphs.stores.ladybug import LadybugStore
from questgraph.graphs.stores.memory import MemoryStore
from questgraph.graphs.stores.oxigraph import OxigraphStore
from questgraph.graphs.stores.sqlite import SqliteStore
from questgraph.graphs.stores.statements import part

SEEN = ox.NamedNode("urn:other:seen")


@singledispatch
def add(store: Store, node: str) -> None:
    """Keep something of somebody else's, tied to `node` where the store can tie it."""
    raise NotImplementedError(store)


@singledispatch
def found(store: Store) -> object:
    """Return what of that is there."""
    raise NotImplementedError(store)


@add.register
def _(store: MemoryStore, node: str) -> None:
    store.graph.add_edge("theirs", node, "seen", type="seen")


@found.register
def _(store: MemoryStore) -> object:
    return [key for *_, key in store.graph.edges("theirs", keys=True)]


@add.register
def _(store: SqliteStore, node: str) -> None:
    def write(db: object) -> None:
        db.execute("create table theirs (node text)")  # type: ignore[attr-defined]
        db.execute("insert into theirs values (?)", [node])  # type: ignore[attr-defined]

    store._database.do(write)


@found.register
def _(store: SqliteStore) -> object:
    return store._reads.execute("select * from theirs").fetchall()


@add.register
def _(store: LadybugStore, node: str) -> None:
    run = store._connection.execute
    run("CREATE NODE TABLE Theirs(id STRING PRIMARY KEY)")
    run("CREATE REL TABLE Seen(FROM Theirs TO GraphNode)")
    run("CREATE (:Theirs {id: 'theirs'})")
    run(
        "MATCH (a:Theirs), (b:GraphNode) WHERE a.id = 'theirs' AND b.id = $node"
        " CREATE (a)-[:Seen]->(b)",
        {"node": node},
    )


@found.register
def _(store: LadybugStore) -> object:
    return store._all("MATCH (a:Theirs)-[:Seen]->(b:GraphNode) RETURN a.id, b.id")


@add.register
def _(store: OxigraphStore, node: str) -> None:
    store._store.add(ox.Quad(ox.NamedNode("urn:other"), SEEN, part(node), ox.DefaultGraph()))
    store._store.add(ox.Quad(part(node), SEEN, ox.Literal("here"), ox.NamedNode("urn:other:graph")))


@found.register
def _(store: OxigraphStore) -> object:
    return [str(quad) for quad in store._store.quads_for_pattern(None, SEEN, None, None)]


@add.register
def _(store: BoltStore, node: str) -> None:
    query = "UNWIND $rows AS r MATCH (b:Questgraph {id: r.id}) CREATE (:Theirs)-[:seen]->(b)"
    store._write([(query, [{"id": node}])])


@found.register
def _(store: BoltStore) -> object:
    return list(store._read("MATCH (a:Theirs)-[e:seen]->(b) RETURN labels(a), type(e), b.id"))
