"""Who is *she*, and which is *the company*? A cheap pass, and doubts for what it leaves.

What a pronoun or a description names was said shortly before. Where the sentence itself up to
there, and the one before it, have one thing of a type that fits, and a claim does not tell of both
together, it is that thing; where they have several, it is a doubt. *I*, *we* and *you* name whoever
speaks or listens, and are left alone.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from questgraph.graphs.resolution.links import Link, Thing
from questgraph.graphs.resolution.names import UNTYPED, Lineage, agree, is_pronoun
from questgraph.graphs.resolution.shorts import people_in
from questgraph.graphs.resolution.spelling import normalize
from questgraph.tools.chunking import sentences
from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema

BEFORE = 1
"""Sentences before its own in which what a pronoun names is looked for."""

LIKELY = 0.8
"""Score of what is the only one that fits."""

_PEOPLE = frozenset(("he", "him", "his", "she", "her", "hers"))
_THINGS = frozenset(("it", "its"))
_ANY = frozenset(("they", "them", "their", "theirs"))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mention that may name several things."""

    thing: Thing
    document: str
    passage: Span
    """The sentences in which it was looked for, up to the end of its own."""

    candidates: tuple[Thing, ...]
    """The nearest before it first."""


def antecedents(
    things: Sequence[Thing], documents: Mapping[str, Document], schema: Schema, lineage: Lineage
) -> tuple[list[Link], list[Doubt]]:
    """Return what pronouns and descriptions name by rule, and what stays in doubt.

    Args:
        things: All of a graph in which nothing is merged.
        documents: The texts by id.
        schema: Says which types are people.
        lineage: Says which types agree.
    """
    people = people_in(schema)
    by_document: defaultdict[str, list[tuple[Span, Thing]]] = defaultdict(list)
    for thing in things:
        for document, span in thing.places if not thing.local else ():
            by_document[document].append((span, thing))
    links, doubts = [], []
    for document, local in _by_first_place(things).items():
        named = sorted(by_document[document], key=lambda place: place[0])
        all_ = sentences(documents[document].text)
        borders = [sentence.start for sentence in all_]
        for span, thing in local:
            own = max(0, bisect_right(borders, span.start) - 1)
            since = borders[max(0, own - BEFORE)]
            before = [t for s, t in named if since <= s.start and s.end <= span.start]
            fitting = [t for t in reversed(before) if _fits(thing, t, people, lineage)]
            match list(dict.fromkeys(fitting)):
                case []:
                    pass
                case [only]:
                    links.append(Link(thing.id, only.id, True, _why(thing, only), score=LIKELY))
                case several:
                    passage = Span(since, max(all_[own].end, span.end))
                    doubts.append(Doubt(thing, document, passage, tuple(several)))
    return links, doubts


def _by_first_place(things: Iterable[Thing]) -> dict[str, list[tuple[Span, Thing]]]:
    """Return the local things of each document that name something said before."""
    local: defaultdict[str, list[tuple[Span, Thing]]] = defaultdict(list)
    for thing in things:
        if thing.local and thing.places and any(map(_points_back, thing.names)):
            document, span = thing.places[0]
            local[document].append((span, thing))
    return dict(local)


def _points_back(name: str) -> bool:
    return not is_pronoun(name) or normalize(name) in _PEOPLE | _THINGS | _ANY


def _fits(local: Thing, named: Thing, people: frozenset[str], lineage: Lineage) -> bool:
    """Say whether a name may be what a pronoun or a description means."""
    if named.id in local.joined or not agree(local.type, named.type, lineage):
        return False
    form = normalize(local.names[0])
    if form in _PEOPLE:
        return named.type in people
    if form in _THINGS:
        return named.type not in people
    # A description without a type could be anything.
    return form in _ANY or local.type != UNTYPED


def _why(local: Thing, named: Thing) -> str:
    return f"{local.names[0]!r} follows {named.names[0]!r}, the only one that fits"
