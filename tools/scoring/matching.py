"""Who is compared with whom, where more than one fits: nothing is used twice."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import networkx as nx

A = TypeVar("A")
B = TypeVar("B")


def match(meant: Sequence[A], said: Sequence[B], fits: Callable[[A, B], bool]) -> dict[int, int]:
    """Return a largest one-to-one matching: the index in `meant` of an index in `said`.

    How many match does not depend on the order of either side.

    >>> match([4, 6], [2, 3], lambda a, b: a % b == 0)
    {0: 0, 1: 1}
    """
    # Nodes are numbers, those of `meant` below 0: networkx keeps them in sets, which hold numbers,
    # unlike strings, in the same order each time.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(said)))
    graph.add_edges_from(
        (j, ~i) for j, b in enumerate(said) for i, a in enumerate(meant) if fits(a, b)
    )
    pairs = nx.bipartite.hopcroft_karp_matching(graph, top_nodes=range(len(said)))
    return {j: ~i for j, i in sorted(pairs.items()) if j >= 0}


def credit(meant: Sequence[A], said: Sequence[B], likeness: Callable[[A, B], float]) -> float:
    """Return the summed likeness of a one-to-one matching that takes the most alike first."""
    rated = [(likeness(a, b), i, j) for i, a in enumerate(meant) for j, b in enumerate(said)]
    free_meant, free_said = set(range(len(meant))), set(range(len(said)))
    sum_ = 0.0
    for value, i, j in sorted(rated, key=lambda each: (-each[0], *each[1:])):
        if i in free_meant and j in free_said:
            free_meant.remove(i)
            free_said.remove(j)
            sum_ += value
    return sum_
