"""How entities compare."""

from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Span
from questgraph.tools.scoring.counts import Counts, Tally
from questgraph.tools.scoring.matching import match
from questgraph.tools.scoring.sides import Side, place

ALIKE = 0.5
"""Ratio of difflib above which a wording may pass for another that holds it or lies in it."""


def spans(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield where each entity is: the same span and type count once."""
    return ((type_, place(mention)) for type_, mention in side.entities())


def strings(side: Side) -> Iterator[tuple[str, str]]:
    """Yield what each entity is called: the same name and type count once in a passage."""
    return ((type_, side.words(mention)) for type_, mention in side.entities())


def single_strings(side: Side) -> Iterator[tuple[str, str]]:
    """Yield what each entity is called, with one type for each name.

    Where a name has several types, that of its last mention counts, and of several there the last
    in the alphabet; so a dictionary from name to type ends up when filled in the order of the text.
    """
    named = sorted((place(m), type_, side.words(m)) for type_, m in side.entities())
    return ((type_, name) for name, type_ in {name: type_ for _, type_, name in named}.items())


def soft(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
    """Count entities as right that are called alike, whatever their place (Han et al. 2023).

    Two of a type are alike when one name holds the other and their difflib ratio is above 0.5.
    Each mention is used once. The same span and type count once.
    """
    meant, ours = (_names(Side(gold.text, claims)) for claims in (gold.claims, said))
    return {
        type_: Counts(
            len(match(wanted := meant.get(type_, []), found := ours.get(type_, []), _alike)),
            said=len(found),
            meant=len(wanted),
        )
        for type_ in sorted({*meant, *ours})
    }


def _names(side: Side) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    distinct = {(type_, place(mention)): side.words(mention) for type_, mention in side.entities()}
    for type_, span in sorted(distinct):
        names.setdefault(type_, []).append(distinct[type_, span])
    return names


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    return (a in b or b in a) and SequenceMatcher(None, a, b, autojunk=False).ratio() > ALIKE
