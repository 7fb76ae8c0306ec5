"""Which relations and events are meant by their types and by what takes part in them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeAlias

from questgraph.graphs.lookup.index import Edge, GraphIndex, Part
from questgraph.graphs.lookup.types import Chosen

AnyFact: TypeAlias = Edge | str
"""A relation, or the node of an event."""


class Ends(NamedTuple):
    """Nodes that must take part; empty for any."""

    head: str = ""
    """Where a relation runs from; an event has it in any role."""

    tail: str = ""
    about: str = ""
    """At either end."""


def facts_of(index: GraphIndex, part: Part, types: Chosen | None, ends: Ends) -> Sequence[AnyFact]:
    """Return relations, then events; the best supported of each first.

    Args:
        index: The graph.
        part: The part of it to look at.
        types: Of relations and events; `None` for any.
        ends: What takes part in them.
    """
    relations, events = (None, None) if types is None else (types["relation"], types["event"])
    found = _relations(part, relations, ends)
    told = _events(index, part, events, set(ends) - {""})
    return [*found, *told] if told else found


def _relations(part: Part, types: Collection[str] | None, ends: Ends) -> Sequence[Edge]:
    head, tail, about = ends
    if not any(ends):
        return part.relations.all if types is None else part.relations.of_types(types)
    some = part.relations.of(head or tail or about, "out" if head else "in" if tail else "both")
    return [
        edge
        for edge in some
        if (types is None or edge.type in types)
        and tail in ("", edge.tail)
        and about in ("", edge.head, edge.tail)
    ]


def _events(
    index: GraphIndex, part: Part, types: Collection[str] | None, ends: Collection[str]
) -> Sequence[str]:
    """Return the events that have all `ends`, or are one of them."""
    if not ends:
        return part.nodes_of("event", part.types("event") if types is None else sorted(types))

    def fits(event: str) -> bool:
        parts = {event, *(edge.tail for edge in part.roles.of(event, "out"))}
        return parts.issuperset(ends) and (types is None or index.type(event) in types)

    return [event for event in index.events(min(ends), part) if fits(event)]
