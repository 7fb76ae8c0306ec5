"""What a store is: somewhere to keep a graph where others query it.

A store has four things to do with rows: say which it holds, put some, drop some, give all back.
When to do what is the same for all of them and stands in `questgraph.graphs.stores.loading`.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows


class Held(NamedTuple):
    """What a store holds: the digest of every row."""

    nodes: dict[str, str]
    """By id."""

    edges: dict[EdgeKey, str]


class Store(Protocol):
    """Where a graph is kept.

    What every store promises, and `tests/graphs/stores/test_conformance.py` checks:

    * Each call that changes something is done wholly or not at all, also when the process is
      killed; what was done before stays.
    * To put a row again changes nothing; to put one with the same id replaces it.
    * What others keep in the same place stays as it is, and is not in what is read.
    * Text is kept exactly, whatever it is made of, and never read as a query.

    Every method raises `StorageError` when the store cannot do it.
    """

    def held(self) -> Held:
        """Return what is there."""
        ...

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes; those that are there already are replaced."""
        ...

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges, of which both ends are there; those there already are replaced."""
        ...

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes that have no edges left.

        One that others tied something to stays, and only loses what makes it part of the graph.
        """
        ...

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        ...

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself, as JSON."""
        ...

    def rows(self) -> Rows:
        """Return everything, in any order."""
        ...

    def close(self) -> None:
        """Let go of the file or server."""
        ...
