"""The entities of a graph as resolution looks at them."""

from collections import defaultdict
from typing import Any

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.resolution.links import Thing
from questgraph.tools.records import Span

Place = tuple[str, Span]


def things_of(graph: KnowledgeGraph) -> list[Thing]:
    """Return the entities of a graph in which nothing is merged, in the order of their ids."""
    joined: defaultdict[str, set[str]] = defaultdict(set)
    support: defaultdict[str, set[str]] = defaultdict(set)
    places: defaultdict[str, set[Place]] = defaultdict(set)
    entities = {id_: node for id_, node in graph.nodes(data=True) if node["kind"] == "entity"}
    for node in entities.values():
        _note(node, support, places)
    for head, tail, edge in graph.edges(data=True):
        _note(edge, support, places)
        joined[head].add(tail)
        joined[tail].add(head)
    return [
        Thing(
            id_,
            node["type"],
            (node["name"], *node["aliases"]),
            support=len(support[id_]),
            joined=frozenset(joined[id_] - {id_}),
            places=tuple(sorted(places[id_])),
        )
        for id_, node in sorted(entities.items())
    ]


def _note(
    part: dict[str, Any],
    support: defaultdict[str, set[str]],
    places: defaultdict[str, set[Place]],
) -> None:
    """Note which claims name which things, and where."""
    for record in part["support"]:
        for mention in record["mentions"]:
            support[mention["node"]].add(record["claim"])
            places[mention["node"]].add(
                (record["document"], Span(mention["start"], mention["end"]))
            )
