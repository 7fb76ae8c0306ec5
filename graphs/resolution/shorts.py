"""Which names does a document use short forms of?

What stands in brackets right behind a name introduces a short form, in its own document and, where
only one document does, in all that say nothing else (after Schwartz and Hearst 2003). What no
bracket introduces is short for a longer name only in the document that has it, and only where there
is one such name: initials of all its words, and the last or first part of a person's name.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from questgraph.graphs.resolution.spelling import ARTICLE, normalize
from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema

_BRACKET = re.compile(r"\s{0,2}[(（]\s*([^()（）]{2,120}?)\s*[)）]")
_SHORT = re.compile(r"[^\W_](?:[.&-]?[^\W_]){1,9}\.?")
_SMALL = re.compile(r"an?|and|at|by|for|in|of|on|the|to|de|der|des|di|du|für|und|von")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_PEOPLE = re.compile(r"\b(?:person|people|per|humans?|individuals?)\b", re.IGNORECASE)


_LONGEST = 12
"""Words of a name that has short forms, at most."""


class Name(NamedTuple):
    """A mention as resolution sees it: a type, a wording as it stands in the text, and where."""

    type: str
    text: str
    document: str
    span: Span


Meanings: TypeAlias = Collection[tuple[str, str]]
"""Long names, normalized, and their types: what a short form may stand for."""

Longs: TypeAlias = Mapping[str, Meanings]
"""Meanings by short form."""


class Introduction(NamedTuple):
    """A long name that a text gives a short form, or the other way round."""

    short: str
    long: str
    """Normalized."""

    type: str
    """Of the mention that the bracket stands behind."""

    document: str


def introductions(names: Collection[Name], documents: Mapping[str, Document]) -> set[Introduction]:
    """Return what the texts introduce short forms for.

    Only what stands in brackets right behind a mention counts.
    """
    found = set()
    for name in names:
        if not (bracket := _BRACKET.match(documents[name.document].text, name.span.end)):
            continue
        for short, long in ((bracket[1], name.text), (name.text, bracket[1])):
            if abbreviates(bare := ARTICLE.sub("", short), long):
                found.add(Introduction(bare, normalize(long), name.type, name.document))
    return found


def longs_of(found: Iterable[Introduction]) -> dict[str, set[tuple[str, str]]]:
    """Return what each short form stands for."""
    longs: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for short, long, type_, _ in found:
        longs[short].add((long, type_))
    return dict(longs)


def abbreviates(short: str, long: str) -> bool:
    """Say whether the letters of `short` stand in `long`, in order, from its first letter on.

    >>> abbreviates("WHO", "the World Health Organization"), abbreviates("DoD", "Dept of Defense")
    (True, True)
    >>> abbreviates("MTHFR", "methylenetetrahydrofolate reductase")
    True
    >>> abbreviates("SA", "World Bank in South Africa"), abbreviates("UK", "Germany")
    (False, False)
    """
    letters = [c for c in short.casefold() if c.isalnum()]
    capitals = sum(c.isupper() or c.isdigit() for c in short)
    bare = [c for c in ARTICLE.sub("", long).casefold() if c.isalnum()]
    if not _SHORT.fullmatch(short) or 2 * capitals < len(letters) or letters[:1] != bare[:1]:
        return False
    ahead = iter(bare)
    return len(letters) < len(bare) and all(letter in ahead for letter in letters)


def short_forms(names: Collection[Name], schema: Schema) -> Mapping[tuple[str, str], Meanings]:
    """Return meanings by short form and document.

    Only those that a reader of the document takes for short without being told.

    Args:
        names: All mentions in their documents.
        schema: Says which types are people.
    """
    people = people_in(schema)
    by_document: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for name in names:
        by_document[name.document].add((ARTICLE.sub("", name.text), name.type))
    found: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for document, wordings in by_document.items():
        longs: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for text, type_ in wordings:
            for short in _shorts(text, person=type_ in people):
                longs[short].add((normalize(text), type_))
        for text, type_ in wordings:
            for short in _as_short(text, person=type_ in people):
                found[text, document] |= longs.get(short, set())
    return dict(found)


def people_in(schema: Schema) -> frozenset[str]:
    """Return the entity types that are people, by their names, their wider types or guidelines."""
    return frozenset(type_.name for type_ in schema.entities if _is_people(type_.name, schema))


def _is_people(name: str, schema: Schema) -> bool:
    types = map(schema.__getitem__, schema.lineage(name))
    return any(_PEOPLE.search(f"{type_.words}: {type_.guideline[:80]}") for type_ in types)


def initials(name: str) -> set[str]:
    """Return the initials of a name of several words, numbers whole, small words in and out.

    >>> sorted(initials("Department of Defense")), initials("fibroblast growth factor 23")
    (['DD', 'DOD'], {'FGF23'})
    """
    parts = _PARTS.findall(name.casefold())
    kept = [part for part in parts if not _SMALL.fullmatch(part)]
    some = (parts, kept) if 1 < len(parts) <= _LONGEST else ()
    return {"".join(p if p.isdigit() else p[0] for p in each).upper() for each in some}


def _shorts(text: str, *, person: bool) -> Iterator[str]:
    """Yield the short forms of a name: initials, and for people the parts of it."""
    yield from initials(text)
    words = normalize(text).split()
    if person and len(words) <= _LONGEST and not any(c.isdigit() for c in text):
        yield from (" ".join(words[i:]) for i in range(1, len(words)))
        yield from words[:1] if len(words) > 1 else ()


def _as_short(text: str, *, person: bool) -> Iterator[str]:
    """Yield what of `_shorts` a wording may be, if it is a short form."""
    if _SHORT.fullmatch(text) and not text.islower() and not text.istitle():
        yield "".join(c for c in text if c.isalnum()).upper()
    if person and len(text) > 1:
        yield normalize(text)
