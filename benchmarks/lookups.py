"""Measures how fast a graph answers lookups.

    .venv/bin/python benchmarks/lookups.py --nodes 100000

The graph is made up: three relations for each entity, of which many run to few. Each lookup is made
20 times about different things; the table has processor time, in milliseconds.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import networkx as nx

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.lookup import Lookups

SYLLABLES = ["ka", "lo", "mi", "ra", "ten", "bur", "go", "sha", "pel", "vin", "dor", "est", "qui"]
TIMES = 20


def made_up(nodes: int, draw: random.Random) -> KnowledgeGraph:
    """Return a graph of so many entities."""
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="made up")
    for number in range(nodes):
        name = " ".join(_word(draw) for _ in range(2))
        told = {"kind": "entity", "type": draw.choice(["person", "place", "firm"])}
        aliases = [_word(draw)] if number % 5 == 0 else []
        graph.add_node(_id(number), name=name, aliases=aliases, support=_support(name), **told)
    for number in range(3 * nodes):
        tail = min(int(draw.paretovariate(1.0) * 20), nodes - 1)
        type_ = draw.choice(["works_for", "knows", "located_in"])
        told = {"kind": "relation", "type": type_, "qualifiers": {}}
        graph.add_edge(
            _id(draw.randrange(nodes)), _id(tail), f"r:{number}", support=_support("…"), **told
        )
    return graph


def measured(
    lookups: Lookups, graph: KnowledgeGraph, draw: random.Random
) -> dict[str, list[float]]:
    """Return the milliseconds that each lookup took, time after time."""
    names = [data["name"] for _, data in graph.nodes(data=True)]
    hub = max(graph.nodes, key=graph.degree)

    def any_id() -> str:
        return _id(draw.randrange(len(names)))

    calls: dict[str, Callable[[], Any]] = {
        "card": lambda: lookups.card(any_id()),
        "card of the largest hub": lambda: lookups.card(hub),
        "find by name": lambda: lookups.find(draw.choice(names)),
        "find by a word of it": lambda: lookups.find(draw.choice(names).split()[0]),
        "find misspelled": lambda: lookups.find(f"{draw.choice(names)[:-1]}z"),
        "neighbours, 2 away": lambda: lookups.neighbours(any_id(), depth=2),
        "paths, up to 4 long": lambda: lookups.paths(any_id(), any_id()),
        "facts by type": lambda: lookups.facts(types=["works_for"]),
        "facts by type and time": lambda: lookups.facts(types=["knows"], time="2019"),
    }
    return {name: [_milliseconds(call) for _ in range(TIMES)] for name, call in calls.items()}


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--nodes", type=int, default=100_000)
    nodes: int = options.parse_args().nodes
    draw = random.Random(1)
    graph = made_up(nodes, draw)
    start = time.process_time()
    lookups = Lookups(graph)
    built = time.process_time() - start
    print(f"{nodes} entities, {graph.number_of_edges()} relations; index in {built:.1f} s")
    print("\n| lookup | median ms | most ms |\n|---|--:|--:|")
    for name, took in measured(lookups, graph, draw).items():
        print(f"| {name} | {statistics.median(took):.1f} | {max(took):.1f} |")


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return 1000 * (time.process_time() - start)


def _id(number: int) -> str:
    return f"e:{number:012x}"


def _word(draw: random.Random) -> str:
    return "".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))).title()


def _support(quote: str) -> list[dict[str, Any]]:
    place = {"document": "d", "start": 0, "end": len(quote), "quote": quote}
    return [{"claim": "c", "mentions": [], "verdict": "sound", **place}]


if __name__ == "__main__":
    main()
