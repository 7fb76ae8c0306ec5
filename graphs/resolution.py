"""Which mentions name the same thing? Names only, so far.

Two mentions are one thing when their types agree and their wordings are equal once `normalize` has
folded them, or when the text itself introduces one as short for the other, as in "World Health
Organization (WHO)". The rules give each mention a key, and equal keys are one thing: the order of
mentions cannot matter, and no chain of small likenesses joins what is unlike.

In doubt things stay apart: "he" is another one each time, "the company" another one in each
document, and homonyms of different types never meet.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeAlias

from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema

UNTYPED = "thing"
"""Type of what only relations and events name, where nothing says what it is."""

_OUTER = "\"'‘“”„«»()[] "
_DASHES = re.compile("[‐-―−]")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=\w)(\.?)['’]s?$")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
# Only before a full name: "Mr Lee" and "Mrs Lee" are two people.
_TITLE = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|sir|dame)\.?\s+)+(?=\S+\s+\S)")
_LEGAL_FORM = re.compile(r"(?<=\w),?\s+(?:inc|ltd|llc|plc|gmbh)\.?$")
# Not where they belong to a number: 3.5 is not 3-5, and -5 is not 5.
_SEPARATORS = re.compile(r"(?:(?!(?<![^\W\d_])[.,:-]\d)[\s.,:;!?\"'‘’“”„«»()\[\]-])+")

_PRONOUN = re.compile(r"i|me|my|we|us|our|you|your|he|him|his|she|hers?|it|its|they|them|theirs?")
_POINTING = re.compile(
    r"(?:the|this|that|these|those|my|our|your|his|her|its|their)\s\D+", re.IGNORECASE
)
_BRACKET = re.compile(r"\s{0,2}[(（]\s*([^()（）]{2,120}?)\s*[)）]")
_SHORT = re.compile(r"[^\W_](?:[.&-]?[^\W_]){1,9}\.?")


class Name(NamedTuple):
    """A mention as resolution sees it: a type, a wording as it stands in the text, and where."""

    type: str
    text: str
    document: str
    span: Span


class Identity(NamedTuple):
    """What a mention names: mentions with equal `type` and `key` name one thing."""

    type: str
    """The narrowest type that anything of this name was given."""

    key: tuple[str, ...]
    """The normalized name; then document and place, for what is a name only there."""

    reason: str
    """Why the mention has this key, in words for a person."""


Resolve = Callable[[Collection[Name], Schema, Mapping[str, Document]], dict[Name, Identity]]
"""A policy: says of each mention what it names, whatever their order."""

Longs: TypeAlias = Mapping[str, Collection[tuple[str, str]]]
"""Long names, normalized, and their types, by the short form."""

Lineage: TypeAlias = Callable[[str], list[str]]
"""Returns a type and its wider types, narrowest first."""


class Introduction(NamedTuple):
    """A long name that a text gives a short form, or the other way round."""

    short: str
    long: str
    """Normalized."""

    type: str
    """Of the mention that the bracket stands behind."""

    document: str


class Place(NamedTuple):
    """A mention by itself: what it names depends on what else has its key."""

    key: tuple[str, ...]
    type: str
    """Its own, or the narrowest that anything at its place was given."""

    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What all documents say about names, for whoever has only some of them at hand."""

    longs: Longs | None = None
    """What short forms are introduced for in any of them; `None` where all are at hand."""

    types: Mapping[tuple[str, ...], Collection[str]] = field(default_factory=dict)
    """All types by key; a key that everywhere has one type need not be here."""


def resolve_names(
    names: Collection[Name],
    schema: Schema,
    documents: Mapping[str, Document],
    corpus: Corpus | None = None,
) -> dict[Name, Identity]:
    """Return what each of `names` names, by wording and type.

    A mention of a wide type, or of none, joins what has the same name and a narrower type, as
    long as there is only one such type.

    Args:
        names: All mentions in `documents`.
        schema: Says which types are wider.
        documents: The texts by id.
        corpus: What more documents than these say, so that all of them agree.
    """
    corpus, lineage = corpus or Corpus(), lineages(schema)
    places = place_names(names, schema, documents, corpus)
    types: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, place in places.items():
        types[place.key].add(name.type)
    identities = {}
    for name, (key, type_, reason) in places.items():
        others = corpus.types.get(key) or types[key]
        identities[name] = Identity(narrowest(type_, others, lineage), key, reason)
    return identities


def place_names(
    names: Collection[Name], schema: Schema, documents: Mapping[str, Document], corpus: Corpus
) -> dict[Name, Place]:
    """Return of each of `names` what its wording and its neighbours tell; types come later."""
    lineage = lineages(schema)
    found = introductions(names, documents)
    inside: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for short, long, type_, document in found:
        inside[short, document].add((long, type_))
    anywhere = longs_of(found) if corpus.longs is None else corpus.longs
    by_place: defaultdict[tuple[str, Span], set[str]] = defaultdict(set)
    for name in names:
        by_place[name.document, name.span].add(name.type)
    places = {}
    for name in names:
        key, reason = _key(name, inside, anywhere, lineage)
        here = narrowest(name.type, by_place[name.document, name.span], lineage)
        places[name] = Place(key, here, reason)
    return places


def normalize(name: str) -> str:
    """Return the form in which two spellings of one name are equal.

    Folds case, width, white space, punctuation, a leading article, a possessive, dots between
    initials, titles before a full name, and legal forms. Accents stay: they tell names apart.

    >>> normalize("The  Acme, Inc.'s"), normalize("Dr. J. R. Lee"), normalize("Dr. Lee")
    ('acme', 'jr lee', 'dr lee')
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    bare = _DASHES.sub("-", " ".join(seen.split())).strip(_OUTER)
    bare = _POSSESSIVE.sub(r"\1", _ARTICLE.sub("", bare))
    bare = _LEGAL_FORM.sub("", _TITLE.sub("", bare))
    joined = _INITIALS.sub(lambda found: re.sub(r"\W", "", found[0]) + " ", bare)
    return _SEPARATORS.sub(" ", joined).strip() or seen.strip()


def abbreviates(short: str, long: str) -> bool:
    """Say whether the letters of `short` are initials of `long`, in order, from the first word on.

    >>> abbreviates("WHO", "the World Health Organization"), abbreviates("DoD", "Dept of Defense")
    (True, True)
    >>> abbreviates("SA", "World Bank in South Africa"), abbreviates("UK", "Germany")
    (False, False)
    """
    initials = [word[0] for word in re.findall(r"[^\W_]+", _ARTICLE.sub("", long).casefold())]
    letters = [c for c in short.casefold() if c.isalnum()]
    if not _SHORT.fullmatch(short) or short.islower() or initials[:1] != letters[:1]:
        return False
    ahead = iter(initials)
    return all(letter in ahead for letter in letters)


def introductions(names: Collection[Name], documents: Mapping[str, Document]) -> set[Introduction]:
    """Return what the texts introduce short forms for.

    Only what stands in brackets right behind a mention counts.
    """
    found = set()
    for name in names:
        if not (bracket := _BRACKET.match(documents[name.document].text, name.span.end)):
            continue
        for short, long in ((bracket[1], name.text), (name.text, bracket[1])):
            if abbreviates(bare := _ARTICLE.sub("", short), long):
                found.add(Introduction(bare, normalize(long), name.type, name.document))
    return found


def longs_of(found: Iterable[Introduction]) -> dict[str, set[tuple[str, str]]]:
    """Return what each short form stands for."""
    longs: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for short, long, type_, _ in found:
        longs[short].add((long, type_))
    return dict(longs)


def lineages(schema: Schema) -> Lineage:
    """Return the lineage of types, `UNTYPED` the widest of all."""

    @cache
    def lineage(type_: str) -> list[str]:
        return [*schema.lineage(type_), UNTYPED]

    return lineage


def narrowest(type_: str, others: Collection[str], lineage: Lineage) -> str:
    """Return the narrowest of the types below `type_`, or itself where they part ways."""
    below = {other for other in others if type_ in lineage(other)}
    wider = {above for other in below for above in lineage(other) if above != other}
    ends = below - wider
    return ends.pop() if len(ends) == 1 else type_


def _key(
    name: Name,
    inside: Mapping[tuple[str, str], Collection[tuple[str, str]]],
    anywhere: Longs,
    lineage: Lineage,
) -> tuple[tuple[str, ...], str]:
    """Return the key of a mention, by its wording, and the reason for it."""
    form = normalize(name.text)
    if _PRONOUN.fullmatch(form) and (len(form) == 1 or not name.text.isupper()):
        return (form, name.document, str(name.span.start)), "a pronoun, which may be anyone"
    if _POINTING.fullmatch(name.text) and name.text[1:].islower():
        return (form, name.document), "a description, which holds in this document only"
    # As it is written: "The Who" is not short for what "WHO" is short for.
    short = _ARTICLE.sub("", name.text)
    known = inside.get((short, name.document)) or anywhere.get(short, ())
    longs = {long for long, type_ in known if _agree(type_, name.type, lineage)}
    if len(longs) == 1:
        (long,) = longs
        return (long,), f"the text introduces it as short for {long!r}"
    return (form,), f"reads {form!r} without case, punctuation, articles and titles"


def _agree(one: str, other: str, lineage: Lineage) -> bool:
    return one in lineage(other) or other in lineage(one)
