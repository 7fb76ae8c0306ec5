"""Which things of a graph may be one, although their names are not equal? Rules, and doubts.

Measured on labelled clusters (`benchmarks/graph_quality.py`), likeness of characters tells little:
*World War I* and *World War II*, *Australia* and *Australian*, *quinine* and *quinidine* are as
alike as two spellings of one name. So a rule joins only what is equal in a coarser form (hyphens,
plurals of common nouns, order of words); whatever else is alike is a doubt, for a model or a
person.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from rapidfuzz.distance import Indel

from questgraph.graphs.resolution.links import Link, Thing
from questgraph.graphs.resolution.names import UNTYPED, Lineage, agree
from questgraph.graphs.resolution.shorts import initials
from questgraph.graphs.resolution.spelling import normalize, squeezed

ALIKE = 0.85
"""Share of characters in common from which two names are a doubt; below, more than nine pairs in
ten are two things."""

CROWD = 50
"""Things that share a word at most for the word to say anything."""

LONGEST = 200
"""Characters of a name that is compared by characters, at most."""

STEM = 6
"""Letters at the beginning of a word that things must share to be looked at together."""

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")

Near: TypeAlias = Callable[[Sequence[str]], Iterable[tuple[int, int, float]]]
"""Yields pairs of names that mean something alike, by position, with how alike from 0 to 1."""


def sure_links(things: Iterable[Thing], lineage: Lineage) -> Iterator[Link]:
    """Yield what is one thing by rule: its names are equal in a coarser form."""
    forms: defaultdict[str, dict[str, Thing]] = defaultdict(dict)
    for thing in _everywhere(things):
        for name in thing.names:
            forms[_sorted(squeezed(name))][thing.id] = thing
    for group in forms.values():
        for one, other in _agreeing(list(group.values()), lineage):
            if _kept_apart(one, other):
                continue
            reason = f"{one.names[0]!r} and {other.names[0]!r} differ in hyphens, plural or order"
            yield Link(one.id, other.id, same=True, reason=reason)


def doubtful_links(
    things: Sequence[Thing], lineage: Lineage, near: Near | None = None
) -> list[Link]:
    """Return what may be one thing and may be two, the likeliest first, once each.

    Args:
        things: All there are.
        lineage: Says which types agree.
        near: Finds names of alike meaning; without it only characters are looked at.
    """
    things = _everywhere(things)
    found: dict[tuple[str, str], Link] = {}
    for one, other, score, why in (*_by_characters(things), *_by_meaning(things, near)):
        if one.id == other.id or other.id in one.joined or not agree(one.type, other.type, lineage):
            continue
        if _kept_apart(one, other) or _other_numbers(one, other):
            continue
        first, second = sorted((one, other))
        reason = f"{first.names[0]!r} and {second.names[0]!r} {why}"
        link = Link(first.id, second.id, same=True, reason=reason, score=score)
        if link.score > found.get((first.id, second.id), link._replace(score=0.0)).score:
            found[first.id, second.id] = link
    return sorted(found.values(), key=lambda link: (-link.score, link))


def _by_characters(things: Iterable[Thing]) -> Iterator[tuple[Thing, Thing, float, str]]:
    """Yield things with a word in common, or the beginning of one, whose characters are alike."""
    blocks: defaultdict[str, dict[tuple[str, str], Thing]] = defaultdict(dict)
    shorts: defaultdict[str, dict[str, Thing]] = defaultdict(dict)
    for thing in things:
        for name in (name for name in thing.names if len(name) <= LONGEST):
            form = _unaccented(squeezed(name))
            for word in _WORD.findall(form):
                blocks[word[:STEM]][form, thing.id] = thing
            for short in initials(name) | ({name} if name.isupper() else set()):
                shorts[short][thing.id] = thing
    for block in blocks.values():
        yield from _spelled_alike(list(block.items())) if len(block) <= CROWD else ()
    for group in shorts.values():
        for one, other in combinations(group.values(), 2) if len(group) <= CROWD else ():
            yield one, other, ALIKE, "may be a name and its initials"


def _spelled_alike(
    block: Sequence[tuple[tuple[str, str], Thing]],
) -> Iterator[tuple[Thing, Thing, float, str]]:
    for ((form, _), one), ((far, _), other) in combinations(block, 2):
        score = Indel.normalized_similarity(form, far, score_cutoff=ALIKE)
        if score:
            yield one, other, score, "are spelled alike"


def _by_meaning(
    things: Sequence[Thing], near: Near | None
) -> Iterator[tuple[Thing, Thing, float, str]]:
    if near:
        for i, j, score in near([thing.names[0] for thing in things]):
            yield things[i], things[j], score, "mean something alike"


def _agreeing(group: Sequence[Thing], lineage: Lineage) -> Iterator[tuple[Thing, Thing]]:
    """Yield the pairs of types that agree; what has no type only where all others agree."""
    typed = [thing for thing in group if thing.type != UNTYPED]
    pairs = [(a, b, agree(a.type, b.type, lineage)) for a, b in combinations(typed, 2)]
    yield from ((one, other) for one, other, fits in pairs if fits)
    if all(fits for *_, fits in pairs):
        for thing in group:
            if thing.type == UNTYPED:
                yield from ((thing, other) for other in group if other is not thing)


def _everywhere(things: Iterable[Thing]) -> list[Thing]:
    """Return the things that are the same thing in all documents."""
    return [thing for thing in things if not thing.local]


def _kept_apart(one: Thing, other: Thing) -> bool:
    """Say whether things have a name in common, and yet are two: somebody split them."""
    return not {*map(normalize, one.names)}.isdisjoint(map(normalize, other.names))


def _sorted(form: str) -> str:
    return " ".join(sorted(form.split()))


def _other_numbers(one: Thing, other: Thing) -> bool:
    """Say whether two things are told apart by numbers: 1970 is not 1974."""
    mine, theirs = ({n for name in thing.names if (n := _numbers(name))} for thing in (one, other))
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _numbers(name: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(name))


def _unaccented(form: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))
