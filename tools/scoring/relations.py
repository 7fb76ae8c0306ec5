"""How relations compare, from the very spans to triples of words."""

import re
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Span
from questgraph.tools.scoring.clusters import Clusters
from questgraph.tools.scoring.counts import Counts, Tally, tally_sets
from questgraph.tools.scoring.sides import Ends, Side, normal, place

NO_RELATION = frozenset({"", "na", "n/a", "none", "no_relation", "no relation", "other", "null"})
"""Names, without case, of what stands between two mentions that are not related."""

_BETWEEN_WORDS = re.compile(r"\s+|(?<=[^\W\d])-(?=[^\W\d])")


def boundaries(side: Side) -> Iterator[tuple[str, tuple[Span, Span]]]:
    """Yield the places of each relation's ends: the same type and places count once."""
    for type_, head, tail in side.relations():
        yield type_, side.pair(type_, place(head), place(tail))


def typed_boundaries(side: Side) -> Iterator[tuple[str, Hashable]]:
    """Yield the places of each relation's ends with their entity types.

    An end without a type has that of the entity which is claimed at its place, the first in the
    alphabet where there are several.
    """
    types = {place(m): type_ for type_, m in sorted(side.entities(), key=_type, reverse=True)}
    for type_, *ends in side.relations():
        head, tail = ((place(m), m.type or types.get(place(m), "")) for m in ends)
        yield type_, side.pair(type_, head, tail)


def strings(side: Side) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what each relation's ends are called: equal triples count once in a passage."""
    for type_, head, tail in side.relations():
        yield type_, side.pair(type_, side.words(head), side.words(tail))


def given_pairs(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
    """Count relations between the pairs that gold names, and no others.

    A pair without a relation is labelled with one of `NO_RELATION`, which counts neither as said
    nor as meant; a relation said of such a pair is wrong, and so is one with its ends swapped. A
    second relation of a pair counts too.
    """
    meant, ours = Side(gold.text, gold.claims, symmetric), Side(gold.text, said, symmetric)
    given = {frozenset(pair) for _, pair in boundaries(meant)}
    return tally_sets(
        (each for each in boundaries(meant) if _is_relation(each[0])),
        (
            each
            for each in boundaries(ours)
            if _is_relation(each[0]) and frozenset(each[1]) in given
        ),
    )


def clustered(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
    """Count relations between entities: an end is right that names any mention of the entity.

    Repeats collapse: what is right counts once for each relation that it says, however many
    mentions it is said of, and what is wrong once for each pair of entities. A mention of two
    entities says a relation of both.
    """
    clusters = Clusters(gold.clusters)
    meant = _distinct(Side(gold.text, gold.claims, symmetric), clusters)
    ours = _distinct(Side(gold.text, said, symmetric), clusters)
    found = [bond for bond in meant if any(other.says(bond) for other in ours)]
    wrong = [other for other in ours if not any(other.says(bond) for bond in meant)]
    hits, spurious, wanted = (Counter(bond.type for bond in each) for each in (found, wrong, meant))
    return {
        type_: Counts(hits[type_], hits[type_] + spurious[type_], wanted[type_])
        for type_ in sorted({*wanted, *spurious})
    }


def triples(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
    """Count (head, relation, tail) in words, by relation; equal ones count once.

    Words compare without the spaces and hyphens between them, as in Text2KGBench. Where no triples
    are labelled, those count that the gold relations spell.
    """
    meant = Side(gold.text, gold.claims, symmetric)
    ours = Side(gold.text, said, symmetric)

    def keys(spelled: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
        for head, type_, tail in spelled:
            yield normal(type_), ours.pair(type_, _run_together(head), _run_together(tail))

    return tally_sets(keys(gold.triples or _spelled(meant)), keys(_spelled(ours)))


@dataclass(frozen=True, slots=True)
class _Bond:
    """A relation between two entities, each with all its mentions."""

    type: str
    head: Span
    tail: Span
    heads: frozenset[Span]
    tails: frozenset[Span]
    names: Hashable
    symmetric: bool

    def says(self, other: "_Bond") -> bool:
        """Say whether `other` is said by naming these two mentions."""
        if self.type != other.type:
            return False
        there = self.head in other.heads and self.tail in other.tails
        return there or (self.symmetric and self.tail in other.heads and self.head in other.tails)


def _distinct(side: Side, clusters: Clusters) -> list[_Bond]:
    """Return each relation of entities once, whichever mentions it is said of."""
    bonds = [_bond(ends, side, clusters) for ends in side.relations()]
    return list({(bond.type, bond.names): bond for bond in bonds}.values())


def _bond(ends: Ends, side: Side, clusters: Clusters) -> _Bond:
    type_, head, tail = ends.type, place(ends.head), place(ends.tail)
    heads, tails = clusters.mentions(head), clusters.mentions(tail)
    names = clusters.name(head), clusters.name(tail)
    symmetric = type_ in side.symmetric
    key = frozenset(names) if symmetric else names
    return _Bond(type_, head, tail, heads, tails, key, symmetric)


def _spelled(side: Side) -> Iterator[tuple[str, str, str]]:
    for type_, head, tail in side.relations():
        yield side.words(head), type_, side.words(tail)


def _run_together(words: str) -> str:
    return _BETWEEN_WORDS.sub("", normal(words))


def _is_relation(type_: str) -> bool:
    return type_.casefold() not in NO_RELATION


def _type(entity: tuple[str, object]) -> str:
    return entity[0]
