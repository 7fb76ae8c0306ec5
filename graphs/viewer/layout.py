"""A place for each node: connected ones together, islands beside each other, the same each time."""

from collections.abc import Iterator, Sequence

import networkx as nx

from questgraph.graphs.knowledge import KnowledgeGraph

Places = dict[str, tuple[float, float]]

SPACE = 1.0
"""Room for a node, in the units of the layout."""

WIDE = 1.3
"""How much wider than high the whole should be."""

_MOST_BY_DISTANCE = 150
"""Nodes of an island up to which path lengths place them, which looks best and takes longest."""


def layout(graph: KnowledgeGraph) -> Places:
    """Return a place for each node; large islands come first, lone nodes last."""
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    simple.add_edges_from(sorted((a, b) for a, b in graph.edges() if a != b))
    islands = sorted(map(sorted, nx.connected_components(simple)), key=lambda i: (-len(i), i))
    blocks = [_island(simple, names) for names in islands]
    places: Places = {}
    for block, (x, y) in zip(blocks, _shelves([_size(block) for block in blocks]), strict=True):
        places |= {name: (round(a + x, 3), round(b + y, 3)) for name, (a, b) in block.items()}
    return places


def _island(simple: "nx.Graph[str]", names: Sequence[str]) -> Places:
    """Lay out connected nodes, from (0, 0) to the right and upwards."""
    part = simple.subgraph(names)
    scale = SPACE * len(names) ** 0.6
    if len(names) <= _MOST_BY_DISTANCE:
        found = nx.kamada_kawai_layout(part, scale=scale)
    else:
        found = nx.spring_layout(part, seed=7, iterations=60, scale=scale)
    left = min(float(x) for x, _ in found.values())
    low = min(float(y) for _, y in found.values())
    return {name: (float(found[name][0]) - left, float(found[name][1]) - low) for name in names}


def _size(block: Places) -> tuple[float, float]:
    # A lone name stands in a row of others, and its label beside it.
    width = SPACE if len(block) > 1 else 2 * SPACE
    return max(x for x, _ in block.values()) + width, max(y for _, y in block.values()) + SPACE


def _shelves(sizes: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield a corner for each block: side by side, on shelves that grow downwards."""
    room = sum(width * height for width, height in sizes)
    widest = max([(WIDE * room) ** 0.5 * WIDE**0.5, *(width for width, _ in sizes)], default=0.0)
    x = top = height = 0.0
    for width, high in sizes:
        if x + width > widest:
            x, top, height = 0.0, top + height, 0.0
        height = max(height, high)
        yield x, -(top + high)
        x += width
