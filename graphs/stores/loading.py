"""Loading a graph into a store, and reading it back: the same for every store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from questgraph.graphs.exports.rows import graph_of, in_batches, rows_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.stores.base import Store

BATCH = 2_000
"""Rows in a transaction."""

T = TypeVar("T")


class Loaded(NamedTuple):
    """What loading changed in a store, and what it left as it was."""

    nodes: int
    """Written: new or changed."""

    edges: int
    dropped: int
    """Nodes and edges that are not in the graph any more."""

    unchanged: int


def load(graph: KnowledgeGraph, store: Store, *, batch: int = BATCH) -> Loaded:
    """Make a store hold exactly `graph`, and whatever others keep there.

    Only what changed is written, `batch` rows in a transaction: a load that was killed is finished
    by loading again, which goes on where it ended.

    Raises:
        ConfigError: When the graph cannot be stored.
        StorageError: When the store cannot do it.
    """
    rows, held = rows_of(graph), store.held()
    nodes = [row for row in rows.nodes if held.nodes.get(row.id) != row.digest]
    edges = [row for row in rows.edges if held.edges.get(row.key) != row.digest]
    gone_edges = _gone(held.edges, (row.key for row in rows.edges))
    gone_nodes = _gone(held.nodes, (row.id for row in rows.nodes))
    # In this order no edge is ever without its ends.
    for keys in _parts(gone_edges, batch):
        store.drop_edges(keys)
    for some in in_batches(nodes, batch):
        store.put_nodes(some)
    for some in in_batches(edges, batch):
        store.put_edges(some)
    for ids in _parts(gone_nodes, batch):
        store.drop_nodes(ids)
    store.note(rows.about)
    written = len(nodes) + len(edges)
    unchanged = len(rows.nodes) + len(rows.edges) - written
    return Loaded(len(nodes), len(edges), len(gone_edges) + len(gone_nodes), unchanged)


def read(store: Store) -> KnowledgeGraph:
    """Return the graph that a store holds, with all its evidence."""
    return graph_of(store.rows())


def _gone(held: Mapping[T, str], present: Iterable[T]) -> list[T]:
    there = set(present)
    return [key for key in held if key not in there]


def _parts(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (some[start : start + size] for start in range(0, len(some), size))
