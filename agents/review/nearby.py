"""A node and what stands around it, as plain data for the drawing: always a bounded part."""

from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx

from questgraph.agents.review.queue import clipped
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.viewer.layout import layout

NODES, EDGES = 40, 120
"""Nodes and edges of a drawing at most."""


def nearby(graph: KnowledgeGraph, centres: Sequence[str]) -> dict[str, Any]:
    """Return the neighbourhood of some nodes, those with most edges first.

    Keys: `nodes` (`id`, `label`, `type`, `x`, `y`, `size`, `centre`), `edges` (`id`, `head`,
    `tail`, `label`), `left_out` (how many neighbours there are besides).

    Args:
        graph: All of it.
        centres: Ids; those that are not there are passed over.
    """
    middle = [node for node in dict.fromkeys(centres) if node in graph][:NODES]
    around = {near for node in middle for near in nx.all_neighbors(graph, node)} - {*middle}
    ranked = sorted(around, key=lambda node: (-graph.degree(node), node))
    chosen = [*middle, *ranked[: NODES - len(middle)]]
    # A copy: the drawing leaves edges out, the graph does not.
    part: KnowledgeGraph = nx.MultiDiGraph()
    part.add_nodes_from(chosen)
    edges = list(_edges(graph, middle, chosen))[:EDGES]
    for head, tail, key, _ in edges:
        part.add_edge(head, tail, key)
    places = layout(part)
    return {
        "nodes": [_node(graph, node, places[node], centre=node in middle) for node in chosen],
        "edges": [
            {"id": key, "head": head, "tail": tail, "label": clipped(type_, 40)}
            for head, tail, key, type_ in edges
        ],
        "left_out": len(around) + len(middle) - len(chosen),
    }


def _edges(
    graph: KnowledgeGraph, middle: Sequence[str], chosen: Sequence[str]
) -> Iterable[tuple[str, str, str, str]]:
    """Yield edges between chosen nodes, those at the middle first."""
    some = graph.subgraph(chosen).edges(keys=True, data=True)
    edges = [(head, tail, key, str(data["type"])) for head, tail, key, data in some]
    return sorted(edges, key=lambda edge: (not {*edge[:2]} & {*middle}, edge[2]))


def _node(
    graph: KnowledgeGraph, node: str, place: tuple[float, float], *, centre: bool
) -> dict[str, Any]:
    data = graph.nodes[node]
    return {
        "id": node,
        "label": clipped(data["name"], 60),
        "type": data["type"],
        "x": place[0],
        "y": place[1],
        "size": round(min(18.0, 6 + 2 * graph.degree(node) ** 0.5), 1),
        "centre": centre,
    }
