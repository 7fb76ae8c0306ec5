"""Which mentions name the same thing, by their wording and their document?

Two mentions are one thing when their types agree and their wordings are equal once `normalize` has
folded them, or when one is short for the other in its document (`shorts`). The rules give each
mention a key, and equal keys are one thing: the order of mentions cannot matter, and no chain of
small likenesses joins what is unlike.

In doubt things stay apart: "he" is another one each time, "the company" another one in each
document, and homonyms of different types never meet.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeAlias

from questgraph.graphs.resolution.shorts import (
    Longs,
    Meanings,
    Name,
    introductions,
    longs_of,
    short_forms,
)
from questgraph.graphs.resolution.spelling import ARTICLE, normalize
from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema

UNTYPED = "thing"
"""Type of what only relations and events name, where nothing says what it is."""

_PRONOUN = re.compile(r"i|me|my|we|us|our|you|your|he|him|his|she|hers?|it|its|they|them|theirs?")
_POINTING = re.compile(
    r"(?:the|this|that|these|those|my|our|your|his|her|its|their)\s\D+", re.IGNORECASE
)


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

Lineage: TypeAlias = Callable[[str], list[str]]
"""Returns a type and its wider types, narrowest first."""


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
    implied = short_forms(names, schema)
    by_place: defaultdict[tuple[str, Span], set[str]] = defaultdict(set)
    for name in names:
        by_place[name.document, name.span].add(name.type)
    places = {}
    for name in names:
        short = ARTICLE.sub("", name.text)
        told = inside.get((short, name.document)) or anywhere.get(short, ())
        key, reason = _key(name, told, implied.get((short, name.document), ()), lineage)
        here = narrowest(name.type, by_place[name.document, name.span], lineage)
        places[name] = Place(key, here, reason)
    return places


def is_pronoun(wording: str) -> bool:
    """Say whether a wording may be anyone.

    >>> is_pronoun("He"), is_pronoun("IT"), is_pronoun("I")
    (True, False, True)
    """
    form = normalize(wording)
    return bool(_PRONOUN.fullmatch(form)) and (len(form) == 1 or not wording.isupper())


def is_description(wording: str) -> bool:
    """Say whether a wording points at something in its document.

    >>> is_description("The company"), is_description("The Hague")
    (True, False)
    """
    return bool(_POINTING.fullmatch(wording)) and wording[1:].islower()


def lineages(schema: Schema) -> Lineage:
    """Return the lineage of types, `UNTYPED` the widest of all."""

    @cache
    def lineage(type_: str) -> list[str]:
        return list(dict.fromkeys((*schema.lineage(type_), UNTYPED)))

    return lineage


def agree(one: str, other: str, lineage: Lineage) -> bool:
    """Say whether two types may be of one thing: one of them is the other, or wider."""
    return one in lineage(other) or other in lineage(one)


def narrowest(type_: str, others: Collection[str], lineage: Lineage) -> str:
    """Return the narrowest of the types below `type_`, or itself where they part ways."""
    below = {other for other in others if type_ in lineage(other)}
    wider = {above for other in below for above in lineage(other) if above != other}
    ends = below - wider
    return ends.pop() if len(ends) == 1 else type_


def _key(
    name: Name, told: Meanings, implied: Meanings, lineage: Lineage
) -> tuple[tuple[str, ...], str]:
    """Return the key of a mention, by its wording, and the reason for it.

    Args:
        name: The mention.
        told: Long names that some text gives it for a short form.
        implied: Long names that its document has, and that it may be short for.
        lineage: Says which types agree.
    """
    form = normalize(name.text)
    if is_pronoun(name.text):
        return (form, name.document, str(name.span.start)), "a pronoun, which may be anyone"
    if is_description(name.text):
        return (form, name.document), "a description, which holds in this document only"
    if long := _only(told, name.type, lineage):
        return (long,), f"the text introduces it as short for {long!r}"
    if long := _only(implied, name.type, lineage):
        return (long,), f"short for {long!r}, the only such name in its document"
    return (form,), f"reads {form!r} without case, punctuation, articles and titles"


def _only(longs: Meanings, type_: str, lineage: Lineage) -> str:
    """Return the one long name of a type that agrees; empty where there are none, or several."""
    found = {long for long, of in longs if agree(of, type_, lineage)}
    return found.pop() if len(found) == 1 else ""
