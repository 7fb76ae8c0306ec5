"""Ways along the edges of a graph: the shortest first, in a fixed order, in bounded time."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from questgraph.graphs.lookup.index import Edge

Ways: TypeAlias = Callable[[str], Sequence[Edge]]
"""Returns the edges that one may take from a node, in a fixed order."""

Route: TypeAlias = tuple[str, ...]
"""Nodes on a way, both ends among them."""

MOST_VISITS = 50_000
"""Edges after which a search goes to no further node."""


class Reached(NamedTuple):
    """A node near another one."""

    node: str
    distance: int
    via: Edge


class Search:
    """Looks for what is near, and for ways that meet no node twice.

    Args:
        ways: Where one gets from a node.
        visits: Edges after which it goes to no further node.
    """

    def __init__(self, ways: Ways, visits: int = MOST_VISITS) -> None:
        self._ways = ways
        self._left = visits

    @property
    def exhausted(self) -> bool:
        """Whether the search was given up before it had seen everything."""
        return self._left <= 0

    def near(self, start: str, longest: int) -> Iterator[Reached]:
        """Yield what is so many steps away at most, the nearest first; `start` is not."""
        met, outermost = {start}, [start]
        for distance in range(1, longest + 1):
            fresh: list[str] = []
            for node in outermost:
                for edge in self._from(node):
                    other = edge.other(node)
                    if other not in met:
                        met.add(other)
                        fresh.append(other)
                        yield Reached(other, distance, edge)
            outermost = fresh

    def routes(self, start: str, goal: str, longest: int) -> Iterator[Route]:
        """Yield the ways with `longest` steps at most, the shortest first."""
        for length in range(1, longest + 1):
            # Looked at anew for each length: near a hub, one step more may be too many.
            reach = length // 2
            near = {each.node: each.distance for each in self.near(goal, reach)} | {goal: 0}
            yield from self._of_length(start, goal, length, near, reach)

    def _of_length(
        self, start: str, goal: str, length: int, near: dict[str, int], reach: int
    ) -> Iterator[Route]:
        """Yield the ways of so many steps; what cannot arrive any more is not followed."""
        trail, open_ = [start], [self._onwards(start)]
        while open_:
            node = next(open_[-1], None)
            left = length - len(trail)
            if node is None:
                open_.pop()
                trail.pop()
            elif node == goal:
                if not left:
                    yield *trail, goal
            elif left and node not in trail and (left > reach or near.get(node, length) <= left):
                trail.append(node)
                open_.append(self._onwards(node))

    def _onwards(self, node: str) -> Iterator[str]:
        return iter(dict.fromkeys(edge.other(node) for edge in self._from(node)))

    def _from(self, node: str) -> Sequence[Edge]:
        if self.exhausted:
            return ()
        edges = self._ways(node)
        self._left -= len(edges)
        return edges
