"""A graph made ready to be asked: what is where, of which type, the best supported first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from questgraph.graphs.knowledge import KnowledgeGraph

Direction = Literal["out", "in", "both"]
"""Along facts that run from a thing, that run to it, or both."""

Data: TypeAlias = Mapping[str, Any]


class Edge(NamedTuple):
    """An edge of the graph; `data` is the graph's own and stays as it is."""

    type: str
    head: str
    tail: str
    key: str
    data: Data

    def other(self, node: str) -> str:
        """Return the end that is not `node`."""
        return self.tail if node == self.head else self.head


class Ends:
    """Edges of one kind by what they join, and by type; each list in the order they came."""

    def __init__(self) -> None:
        self.all: list[Edge] = []
        self._out: defaultdict[str, list[Edge]] = defaultdict(list)
        self._in: defaultdict[str, list[Edge]] = defaultdict(list)
        self._by_type: defaultdict[str, list[Edge]] = defaultdict(list)

    def add(self, edge: Edge) -> None:
        """Add an edge, behind all others."""
        self.all.append(edge)
        self._out[edge.head].append(edge)
        self._in[edge.tail].append(edge)
        self._by_type[edge.type].append(edge)

    def of(self, node: str, direction: Direction = "both") -> Sequence[Edge]:
        """Return the edges of a node; a loop once."""
        out, into = self._out.get(node, []), self._in.get(node, [])
        if direction == "both":
            return [*out, *(edge for edge in into if edge.head != node)] if out else into
        return out if direction == "out" else into

    def of_types(self, types: Collection[str]) -> Sequence[Edge]:
        """Return the edges of `types`."""
        if len(types) == 1:
            return self._by_type.get(next(iter(types)), [])
        return [edge for edge in self.all if edge.type in types]

    @property
    def types(self) -> Mapping[str, Sequence[Edge]]:
        """The edges by type."""
        return self._by_type


class Part:
    """That part of a graph which a conflict policy shows, or that which it hides."""

    def __init__(self) -> None:
        self.relations, self.roles = Ends(), Ends()
        self.nodes: list[str] = []
        self._by_type: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def add(self, node: str, kind: str, type_: str) -> None:
        """Add a node, behind all others."""
        self.nodes.append(node)
        self._by_type[kind, type_].append(node)

    def edges(self, node: str, direction: Direction = "both") -> Sequence[Edge]:
        """Return the relations and roles of a node."""
        relations, roles = self.relations.of(node, direction), self.roles.of(node, direction)
        return [*relations, *roles] if roles else relations

    def nodes_of(self, kind: str, types: Iterable[str]) -> Sequence[str]:
        """Return the nodes of a kind and of `types`, one type after the other."""
        return [node for type_ in types for node in self._by_type.get((kind, type_), ())]

    def types(self, kind: str) -> list[str]:
        """Return the types of the nodes of a kind, in order."""
        return sorted(type_ for of, type_ in self._by_type if of == kind)


class GraphIndex:
    """Nodes and edges by what they are asked for, each list in a fixed order.

    Args:
        graph: As `build` makes it; it must not change as long as it is asked.
        hidden: Whether what a conflict policy hides is told like all else.
    """

    def __init__(self, graph: KnowledgeGraph, *, hidden: bool = False) -> None:
        self._hidden = hidden
        self.nodes: Mapping[str, Data] = graph.nodes
        self.told, self.untold = Part(), Part()
        data: dict[str, Data] = dict(graph.nodes.items())
        unseen = {node for node in data if not self._seen(data[node])}
        for node in sorted(data, key=lambda node: (-len(data[node]["support"]), node)):
            part = self.untold if node in unseen else self.told
            part.add(node, data[node]["kind"], data[node]["type"])
        edges = [
            Edge(edge["type"], head, tail, key, edge)
            for head, tail, key, edge in graph.edges(keys=True, data=True)
        ]
        for edge in sorted(edges, key=_rank):
            seen = self._seen(edge.data) and not {edge.head, edge.tail} & unseen
            part = self.told if seen else self.untold
            (part.relations if edge.data["kind"] == "relation" else part.roles).add(edge)
        self._unseen = unseen

    def tells(self, node: str) -> bool:
        """Say whether answers may have a node."""
        return node not in self._unseen

    def events(self, node: str, part: Part) -> list[str]:
        """Return the events of a part that a node is, or takes part in."""
        is_one = self.nodes[node]["kind"] == "event" and (part is self.told) == self.tells(node)
        roles = (edge.head for edge in part.roles.of(node, "in"))
        return list(dict.fromkeys([node, *roles] if is_one else roles))

    def type(self, node: str) -> str:
        """Return the type of a node."""
        return str(self.nodes[node]["type"])

    def _seen(self, data: Data) -> bool:
        return self._hidden or data.get("shown", True) is not False


def _rank(edge: Edge) -> tuple[int, str, str, str, str]:
    return -len(edge.data["support"]), *edge[:4]
