"""Parts of a graph → what an answer tells of them."""

from collections.abc import Sequence

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.lookup.answers import (
    Fact,
    Listed,
    Part,
    Quote,
    Thing,
    Time,
    clipped,
    first,
    quote_of,
)
from questgraph.graphs.lookup.index import Data, Edge, GraphIndex
from questgraph.graphs.lookup.times import Times
from questgraph.tools.records import HEAD, TAIL

MOST_QUOTES = 3
"""Quotes that an answer has for one fact."""

MOST_PARTS = 20
"""Fillers, times, wordings of a qualifier, and conflicts, likewise."""


class Teller:
    """Makes answers of nodes and edges.

    Args:
        index: The graph.
        times: Reads when facts are true.
    """

    def __init__(self, index: GraphIndex, times: Times) -> None:
        self._index, self._times = index, times

    def thing(self, node: str) -> Thing:
        """Return a node as answers name it."""
        data = self._index.nodes[node]
        return Thing(
            id=node, kind=data["kind"], type=clipped(data["type"]), name=clipped(data["name"])
        )

    def edge(self, edge: Edge) -> Fact:
        """Return a relation, or one role of an event."""
        parts = [(HEAD, edge.head), (TAIL, edge.tail)]
        times = self._times.of(edge.data) if edge.data["kind"] == "relation" else []
        return self._fact(edge.key, edge.data, parts, times)

    def event(self, node: str) -> Fact:
        """Return an event with all that takes part in it."""
        data = self._index.nodes[node]
        parts = [(edge.type, edge.tail) for edge in self._index.told.roles.of(node, "out")]
        return self._fact(node, data, sorted(parts), self._times.of(data))

    def quotes(self, support: Sequence[Evidence], most: int = MOST_QUOTES) -> Listed[Quote]:
        """Return the first of the words that state something."""
        return first(support, most, quote_of)

    def _fact(
        self, id_: str, data: Data, parts: Sequence[tuple[str, str]], times: Sequence[Time]
    ) -> Fact:
        return Fact(
            id=id_,
            kind=data["kind"],
            type=clipped(data["type"]),
            parts=first(parts, MOST_PARTS, self._part),
            qualifiers={
                clipped(role): first(wordings, MOST_PARTS, clipped)
                for role, wordings in data.get("qualifiers", {}).items()
            },
            times=first(times, MOST_PARTS, lambda time: time),
            shown=data.get("shown", True) is not False,
            conflicts=first(data.get("conflict", ()), MOST_PARTS, _in_words),
            score=data.get("score"),
            evidence=self.quotes(data["support"]),
        )

    def _part(self, part: tuple[str, str]) -> Part:
        role, node = part
        return Part(role=clipped(role), thing=self.thing(node))


def _in_words(conflict: Data) -> str:
    return clipped(f"{conflict.get('why', '')}; {conflict.get('decided', '')}".strip("; "))
