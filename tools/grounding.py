"""A model's wording → characters of the text, with the level of the match.

`exact`: the wording stands in the text as it is. `normalized`: it does after folding case, width,
accents, quotes, dashes and white space, and without outer punctuation, a leading article or
a trailing possessive. `fuzzy`: every word agrees but for a slip of spelling.

No level finds a wording inside a longer word or number; where a script writes no spaces between
words, it may begin and end anywhere. Aligners made to find something pin most invented strings
(langextract 1.7.1: 8 of 10), so this one is strict: `spelling` says what passes for a slip.
"""

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from questgraph.tools.chunking import joined, sentences
from questgraph.tools.folding import fold, foldings
from questgraph.tools.records import Level, Span
from questgraph.tools.spelling import misspelt
from questgraph.tools.words import whole

MOST_ANCHORS = 200
"""Occurrences of the rarest wording that `pin` weighs; what stands more often is vague."""

_NEIGHBOURS = 4
"""Occurrences on either side of the anchor that `pin` weighs for each other wording."""

_ARTICLE = re.compile(r"(?:[Tt]he|an?)\s+")
_OUTER = " .,;:!?\"'()[]{}«»“”„‘’。，、！？「」『』"


class Match(NamedTuple):
    """A place where the text says what was said."""

    span: Span
    level: Level
    score: float
    """1 for a match that is exact or normalized, else the share of characters that agree."""


def locate(wording: str, text: str) -> list[Match]:
    """Return all places of `wording` at the best level that has any, in the order of the text.

    >>> locate("ann lee", "Ann Lee met Annual Leer.")
    [Match(span=Span(start=0, end=7), level='normalized', score=1.0)]
    """
    wording = wording.strip()
    if not wording:
        return []
    if found := [Match(span, "exact", 1.0) for span in _occurrences(wording, text)]:
        return found
    if found := [Match(span, "normalized", 1.0) for span in _folded_occurrences(wording, text)]:
        return found
    return list(_misspelt_occurrences(wording, text))


def pin(
    wordings: Sequence[str], text: str, borders: Sequence[Span] | None = None
) -> list[Match | None]:
    """Choose one place for each wording so that they stand together most closely.

    Each place of the rarest wording is tried as anchor; the others go, in turn, where they do
    not overlap what is pinned already (one within the other is no clash), then to the nearest
    sentence, then to the nearest characters. Of equally close choices the first in the text wins.

    Args:
        wordings: What to find.
        text: Where.
        borders: Its sentences, from whoever knows them.
    """
    places = {wording: locate(wording, text) for wording in wordings}
    order = sorted((w for w in places if places[w]), key=lambda wording: len(places[wording]))
    if not order:
        return [None] * len(wordings)
    known = sentences(text) if borders is None else borders
    starts = [sentence.start for sentence in known]
    choices = (_around(anchor, order, places, starts) for anchor in places[order[0]][:MOST_ANCHORS])
    best = min(choices, key=lambda chosen: _spread(list(chosen.values()), starts))
    return [best.get(wording) for wording in wordings]


def evidence(spans: Sequence[Span], sentences: Sequence[Span]) -> Span:
    """Return the smallest run of whole sentences that holds all `spans`, of which there is one."""
    held = Span(min(span.start for span in spans), max(span.end for span in spans))
    touched = [held, *(sentence for sentence in sentences if sentence.overlaps(held))]
    return Span(min(span.start for span in touched), max(span.end for span in touched))


def _occurrences(wording: str, text: str) -> Iterator[Span]:
    """Yield where `wording` stands in `text` as whole words."""
    start = text.find(wording)
    while start >= 0:
        span = Span(start, start + len(wording))
        if found := whole(span, text):
            yield span
        start = text.find(wording, span.end if found else start + 1)


def _folded_occurrences(wording: str, text: str) -> list[Span]:
    """Return where the wording stands, folded; in a lesser variant only if no fuller one does."""
    for variant in _variants(wording):
        spans = [
            original
            for folded in foldings(text)
            for span in _occurrences(variant, folded.text)
            if (original := folded.original(*span)) and not _cuts_character(original, text)
        ]
        if spans:
            return sorted(set(spans))
    return []


def _misspelt_occurrences(wording: str, text: str) -> Iterator[Match]:
    variants = _variants(wording)
    for run in misspelt(variants[-1], text) if variants else ():
        original = fold(text).original(*run.span)
        if original and not _cuts_character(original, text):
            yield Match(original, "fuzzy", run.score)


@lru_cache(maxsize=4096)
def _variants(wording: str) -> tuple[str, ...]:
    """Return the folded wording, and forms of it with less around, fullest first.

    >>> _variants("(The Hague)")
    ('(the hague)', 'the hague', 'hague')
    """
    bare = fold(wording.strip(_OUTER)).text.removesuffix("'s")
    # Folding hides whether an article is one: in `An Wang` it is a name.
    article = _ARTICLE.match(wording.strip(_OUTER))
    less = bare[len(fold(article[0]).text) :] if article else bare
    forms = (form.strip() for form in (fold(wording).text, bare, less))
    return tuple(dict.fromkeys(form for form in forms if form))


def _cuts_character(span: Span, text: str) -> bool:
    return joined(text, span.start) or joined(text, span.end)


def _around(
    anchor: Match,
    order: Sequence[str],
    places: Mapping[str, list[Match]],
    starts: Sequence[int],
) -> dict[str, Match]:
    """Choose for each wording the best place beside `anchor`, which is the first one's."""
    chosen = {order[0]: anchor}
    for wording in order[1:]:
        taken = [match.span for match in chosen.values()]
        chosen[wording] = min(
            _near(places[wording], anchor),
            key=lambda match: _strain(match.span, anchor.span, taken, starts),
        )
    return chosen


def _near(places: list[Match], anchor: Match) -> list[Match]:
    middle = bisect_left(places, anchor.span, key=lambda match: match.span)
    return places[max(0, middle - _NEIGHBOURS) : middle + _NEIGHBOURS]


def _strain(
    span: Span, anchor: Span, taken: Sequence[Span], starts: Sequence[int]
) -> tuple[bool, int, bool, int, Span]:
    """Return what speaks against a place, the weightiest first."""
    return (
        any(_clash(span, other) for other in taken),
        _sentences_apart([span, anchor], starts),
        any(span.overlaps(other) for other in taken),
        span.distance(anchor),
        span,
    )


def _clash(a: Span, b: Span) -> bool:
    """Say whether two spans overlap though neither lies within the other."""
    both = Span(min(a.start, b.start), max(a.end, b.end))
    return a.overlaps(b) and (a == b or both not in (a, b))


def _spread(chosen: Sequence[Match], starts: Sequence[int]) -> tuple[int, int, int]:
    """Return how badly matches stand together: clashes, sentences and characters between."""
    spans = [match.span for match in chosen]
    clashes = sum(_clash(a, b) for i, a in enumerate(spans) for b in spans[:i])
    extent = max(span.end for span in spans) - min(span.start for span in spans)
    return clashes, _sentences_apart(spans, starts), extent


def _sentences_apart(spans: Sequence[Span], starts: Sequence[int]) -> int:
    first, last = min(span.start for span in spans), max(span.start for span in spans)
    return bisect(starts, last) - bisect(starts, first)
