"""Which mentions name the same thing? Names only, so far: exact and normalized.

Pure functions of the claims: the same claims in any order give the same clusters, and another
policy is another function. Two names are one thing when they are of compatible types and equal
after folding case, width, punctuation, articles and possessives, or when the text itself
introduces one as short for the other: "World Health Organization (WHO)".
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema

_ARTICLE = re.compile(r"^(the|a|an)\s+")
_POSSESSIVE = re.compile(r"['’]s?$")
_TITLE = re.compile(r"^(dr|prof|mr|mrs|ms|sir|dame)\.?\s+")
_SHORT_FORM = re.compile(r"\s*[(（]\s*([\w.&-]{2,12})\s*[)）]")


class Name(NamedTuple):
    """A mention as resolution sees it: a type, a wording as it stands in the text, and where."""

    type: str
    text: str
    document: str
    span: Span


Resolve = Callable[[Iterable[Name], Schema, Mapping[str, Document]], dict[Name, int]]
"""Gives names of one thing the same number."""


def resolve_names(
    names: Iterable[Name], schema: Schema, documents: Mapping[str, Document]
) -> dict[Name, int]:
    """Return a number for each name, the same for names of one thing.

    Transitive and independent of order: clusters are connected components.
    """
    ordered = sorted(set(names))
    links: nx.Graph[Name] = nx.Graph()
    links.add_nodes_from(ordered)
    for group in _groups(ordered, schema):
        links.add_edges_from(pairwise(group))
    links.add_edges_from(_introduced(ordered, schema, documents))
    clusters = sorted(sorted(cluster) for cluster in nx.connected_components(links))
    return {name: number for number, cluster in enumerate(clusters) for name in cluster}


def normalize(name: str) -> str:
    """Return the form in which two spellings of one name are equal.

    >>> normalize("The  Acme Corp.'s") == normalize("acme corp")
    True
    """
    folded = "".join(
        c
        for c in unicodedata.normalize("NFKD", name).casefold()
        if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    spaced = " ".join(folded.split())
    bare = _POSSESSIVE.sub("", _ARTICLE.sub("", spaced)).strip(" .,;:!?\"'“”‘’()[]")
    bare = _TITLE.sub("", bare)
    words = re.sub(r"[\s\-‐-―.,]+", " ", bare).strip()
    return words or spaced


def _groups(names: Sequence[Name], schema: Schema) -> Iterable[list[Name]]:
    """Yield names that are equal when normalized and whose types agree."""
    groups: dict[Hashable, list[Name]] = {}
    for name in names:
        groups.setdefault((_widest(name.type, schema), normalize(name.text)), []).append(name)
    return groups.values()


def _widest(type_: str, schema: Schema) -> str:
    """Return the widest type above `type_`: a narrower name joins the wider one of its line."""
    return schema.lineage(type_)[-1] if type_ else ""


def _introduced(
    names: Sequence[Name], schema: Schema, documents: Mapping[str, Document]
) -> Iterable[tuple[Name, Name]]:
    """Yield pairs of which the text says that one is short for the other."""
    by_form = {(_widest(n.type, schema), normalize(n.text), n.document): n for n in names}
    for name in names:
        text = documents[name.document].text
        if found := _SHORT_FORM.match(text, name.span.end):
            short = found[1]
            key = (_widest(name.type, schema), normalize(short), name.document)
            if key in by_form and _abbreviates(short, name.text):
                yield name, by_form[key]


def _abbreviates(short: str, long: str) -> bool:
    """Say whether the letters of `short` are initials of `long`, in order.

    >>> _abbreviates("WHO", "World Health Organization"), _abbreviates("UK", "Germany")
    (True, False)
    """
    initials = iter(word[0].casefold() for word in re.findall(r"\w+", long))
    letters = [c for c in short.casefold() if c.isalnum()]
    return len(letters) < len(long) and all(letter in initials for letter in letters)
