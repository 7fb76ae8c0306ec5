"""Which things of a graph are entries of a catalogue? By the same forms as merging, with NIL.

What two names have in common with one entry they have in common with each other, so things that are
the same entry are one thing. A name that fits several entries, or none, is nobody's: NIL.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from questgraph.graphs.resolution.links import Link, Thing
from questgraph.graphs.resolution.names import Lineage, agree
from questgraph.graphs.resolution.spelling import squeezed
from questgraph.tools.catalogues import Entry
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.schema import Schema


class Linked(NamedTuple):
    """What a catalogue knows of a thing."""

    entry: Entry | None
    """`None` for NIL."""

    reason: str


def entries_of(
    things: Iterable[Thing], entries: Sequence[Entry], schema: Schema, lineage: Lineage
) -> dict[str, Linked]:
    """Return for each thing, by id, the one entry that has its name and a type that agrees.

    Args:
        things: What is looked for.
        entries: The catalogue. A type that the schema does not know agrees with all.
        schema: Whose types the things have.
        lineage: Says which types agree.
    """
    known = by_folded(type_.name for type_ in schema.entities)
    forms: defaultdict[str, dict[Entry, None]] = defaultdict(dict)
    for entry in entries:
        for name in (entry.name, *entry.aliases):
            forms[squeezed(name)][entry] = None
    return {thing.id: _linked(thing, forms, known, lineage) for thing in things}


def entry_links(found: Mapping[str, Linked]) -> Iterator[Link]:
    """Yield that things which are one entry are one thing."""
    same: defaultdict[Entry, list[str]] = defaultdict(list)
    for id_, linked in sorted(found.items()):
        if linked.entry:
            same[linked.entry].append(id_)
    for entry, ids in same.items():
        for one, other in pairwise(ids):
            yield Link(one, other, True, f"both are {entry.id or entry.name!r} in the catalogue")


def _linked(
    thing: Thing,
    forms: Mapping[str, Mapping[Entry, None]],
    known: Mapping[str, str],
    lineage: Lineage,
) -> Linked:
    fitting = {
        entry: name
        for name in reversed(thing.names)
        for entry in forms.get(squeezed(name), {})
        if _fits(thing, known.get(fold(entry.type)), lineage)
    }
    match list(fitting.items()):
        case []:
            return Linked(None, "no entry has this name and type")
        case [(entry, name)]:
            return Linked(entry, f"{name!r} is a name of it in the catalogue")
        case several:
            ids = ", ".join(sorted(entry.id or entry.name for entry, _ in several))
            return Linked(None, f"several entries have this name: {ids}")


def _fits(thing: Thing, type_: str | None, lineage: Lineage) -> bool:
    return type_ is None or agree(thing.type, type_, lineage)
