"""Which types are meant by the names that somebody writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal, TypeAlias

from rapidfuzz import process

from questgraph.graphs.lookup.answers import clipped
from questgraph.graphs.lookup.index import GraphIndex
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.schema import Schema, Type

What = Literal["relation", "role", "entity", "event"]
Chosen: TypeAlias = Mapping[What, Collection[str]]

MOST_KNOWN = 20
"""Types that an error names."""


class Types:
    """The types that a graph has; letter case, and spaces for `_`, do not matter.

    Args:
        index: The graph.
        schema: Says which types are wider: who asks for one means the narrower ones, too.
    """

    def __init__(self, index: GraphIndex, schema: Schema) -> None:
        self._index, self._schema = index, schema

    def chosen(self, names: Collection[str], *kinds: What) -> Chosen:
        """Return the types that are meant, by what they are of.

        Args:
            names: As somebody writes them.
            kinds: What they may be of; the first that has such a type is meant.

        Raises:
            ConfigError: When a name is no such type.
        """
        found: dict[What, set[str]] = {kind: set() for kind in kinds}
        for name in names:
            kind = next((kind for kind in kinds if _folded(name) in self._known[kind]), None)
            if kind is None:
                raise self._unknown(name, kinds)
            found[kind] |= self._known[kind][_folded(name)]
        return found

    def is_one(self, name: str, *kinds: What) -> bool:
        """Say whether there is such a type."""
        return any(_folded(name) in self._known[kind] for kind in kinds)

    @cached_property
    def _known(self) -> Mapping[What, Mapping[str, set[str]]]:
        """For each folded name, the types that are meant by it; those of the schema, too."""
        parts, schema = (self._index.told, self._index.untold), self._schema
        relations = chain(
            (type_.name for type_ in schema.relations), *(part.relations.types for part in parts)
        )
        known: dict[What, Mapping[str, set[str]]] = {
            "relation": _by_name((type_, type_) for type_ in relations),
            "role": _by_name((type_, type_) for part in parts for type_ in part.roles.types),
        }
        own: Mapping[What, Iterable[Type]] = {"entity": schema.entities, "event": schema.events}
        for kind, types in own.items():
            names = chain((type_.name for type_ in types), *(part.types(kind) for part in parts))
            known[kind] = _by_name((wider, n) for n in names for wider in schema.lineage(n))
        return known

    def _unknown(self, name: str, kinds: Collection[What]) -> ConfigError:
        others = [kind for kind, names in self._known.items() if _folded(name) in names]
        if others:
            return ConfigError(
                f"{clipped(name)!r} is a type of {others[0]}: here only types of"
                f" {' and '.join(kinds)} can be named"
            )
        known = sorted(
            {type_ for kind in kinds for some in self._known[kind].values() for type_ in some}
        )
        near = process.extract(name, known, limit=MOST_KNOWN)
        return UnknownNameError("type", clipped(name), [clipped(type_) for type_, *_ in near])


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, type_ in pairs:
        found[_folded(name)].add(type_)
    return dict(found)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())
