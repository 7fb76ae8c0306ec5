"""Questions to a graph: lookups that read, and change nothing."""

from questgraph.graphs.lookup.answers import (
    Card,
    Fact,
    Found,
    Listed,
    Neighbour,
    Part,
    Path,
    Quote,
    Step,
    Thing,
    Time,
    TypeCount,
    to_json,
)
from questgraph.graphs.lookup.index import Direction
from questgraph.graphs.lookup.lookups import Lookups
from questgraph.graphs.lookup.plain import Answer, Wanted, answer

__all__ = [
    "Answer",
    "Card",
    "Direction",
    "Fact",
    "Found",
    "Listed",
    "Lookups",
    "Neighbour",
    "Part",
    "Path",
    "Quote",
    "Step",
    "Thing",
    "Time",
    "TypeCount",
    "Wanted",
    "answer",
    "to_json",
]
