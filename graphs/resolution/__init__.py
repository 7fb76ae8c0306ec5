"""Which mentions, and which nodes, name the same thing."""

from questgraph.graphs.resolution.names import (
    UNTYPED,
    Corpus,
    Identity,
    Lineage,
    Place,
    Resolve,
    is_description,
    is_pronoun,
    lineages,
    narrowest,
    place_names,
    resolve_names,
)
from questgraph.graphs.resolution.shorts import (
    Introduction,
    Longs,
    Name,
    introductions,
    longs_of,
)
from questgraph.graphs.resolution.spelling import normalize

__all__ = [
    "UNTYPED",
    "Corpus",
    "Identity",
    "Introduction",
    "Lineage",
    "Longs",
    "Name",
    "Place",
    "Resolve",
    "introductions",
    "is_description",
    "is_pronoun",
    "lineages",
    "longs_of",
    "narrowest",
    "normalize",
    "place_names",
    "resolve_names",
]
