"""A model's wording → characters of the text, with the level of the match.

`exact`: the wording stands in the text as it is. `normalized`: it does after folding case, width,
diacritics, quotes, dashes and white space, and without outer punctuation or a leading article.
`fuzzy`: every word agrees but for a slip of spelling.

Published aligners pin most invented strings to something (langextract 1.7.1: 8 of 10), so fuzzy is
strict here: as many words, the same digits, each word within one edit for five letters and
with the same first letter.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from questgraph.tools.chunking import joined
from questgraph.tools.records import Level, Span

MOST_PLACES = 50
"""Occurrences of one wording that `pin` weighs; a wording that stands more often is vague."""

_ARTICLE = re.compile(r"^(the|a|an)\s+", re.IGNORECASE)
_WORD = re.compile(r"\w+", re.UNICODE)
_SAME = str.maketrans(
    "\u2018\u2019\u201a\u201b\u2032`\u00b4"
    "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    "'" * 7 + '"' * 7 + "-" * 7,
)
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Soft hyphens and zero-width characters, which nobody sees."""


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
    return list(_similar(wording, text))


def pin(wordings: Sequence[str], text: str) -> list[Match | None]:
    """Choose one place for each wording so that they stand together most closely.

    The wording with the fewest places anchors the others; equal distances go to the earlier
    place. Wordings do not share a place while they have others.
    """
    places = [locate(wording, text)[:MOST_PLACES] for wording in wordings]
    order = sorted((i for i, found in enumerate(places) if found), key=lambda i: len(places[i]))
    best: dict[int, Match] = {}
    for anchor in places[order[0]] if order else ():
        chosen = _around(anchor, order, places)
        if not best or _spread(chosen) < _spread(best):
            best = chosen
    return [best.get(i) for i in range(len(wordings))]


def evidence(spans: Sequence[Span], sentences: Sequence[Span]) -> Span:
    """Return the smallest run of whole sentences that holds all `spans`."""
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    whole = Span(start, end)
    touched = [sentence for sentence in sentences if sentence.overlaps(whole)]
    return Span(
        min([start, *(sentence.start for sentence in touched)]),
        max([end, *(sentence.end for sentence in touched)]),
    )


def _around(anchor: Match, order: Sequence[int], places: Sequence[list[Match]]) -> dict[int, Match]:
    """Choose for each wording the place nearest to `anchor`, a free one where there is one."""
    chosen = {order[0]: anchor}
    for i in order[1:]:
        taken = [match.span for match in chosen.values()]
        chosen[i] = min(
            places[i],
            key=lambda match: (match.span in taken, match.span.distance(anchor.span), match.span),
        )
    return chosen


def _spread(chosen: dict[int, Match]) -> tuple[int, int]:
    starts = [match.span.start for match in chosen.values()]
    ends = [match.span.end for match in chosen.values()]
    shared = len(chosen) - len({match.span for match in chosen.values()})
    return shared, max(ends) - min(starts)


def _occurrences(wording: str, text: str) -> Iterator[Span]:
    """Yield where `wording` stands in `text` as whole words."""
    start = text.find(wording)
    while start >= 0:
        span = Span(start, start + len(wording))
        if _whole(span, text):
            yield span
        start = text.find(wording, start + 1 if not _whole(span, text) else span.end)


def _whole(span: Span, text: str) -> bool:
    """Say whether a span cuts no word and no character in two."""
    return not (_joined(text, span.start) or _joined(text, span.end))


def _joined(text: str, i: int) -> bool:
    """Say whether the characters before and after index `i` belong together."""
    if not 0 < i < len(text):
        return False
    before, after = text[i - 1], text[i]
    within_word = before.isalnum() and after.isalnum()
    return joined(text, i) or (within_word and not (_unspaced(before) or _unspaced(after)))


def _unspaced(c: str) -> bool:
    """Say whether `c` is of a script that writes no spaces between words."""
    return (
        "\u0e00" <= c <= "\u0eff"  # Thai, Lao
        or "\u1000" <= c <= "\u109f"  # Burmese
        or "\u1780" <= c <= "\u17ff"  # Khmer
        or "\u3040" <= c <= "\u30ff"  # Kana
        or "\u3400" <= c <= "\u9fff"  # Han
        or "\uac00" <= c <= "\ud7af"  # Hangul: particles follow without a space
        or "\U00020000" <= c <= "\U0003ffff"
    )


class _Folded(NamedTuple):
    """A text in folded form, and where each of its characters came from."""

    text: str
    origins: tuple[int, ...]
    """Index of the original character; one more for the end."""


@lru_cache(maxsize=64)
def _fold(text: str) -> _Folded:
    folded: list[str] = []
    origins: list[int] = []
    for i, c in enumerate(text):
        for d in _plain(c):
            if d == " " and folded and folded[-1] == " ":
                continue
            folded.append(d)
            origins.append(i)
    return _Folded("".join(folded), (*origins, len(text)))


@lru_cache(maxsize=65536)
def _plain(c: str) -> str:
    """Return a character without case, width and diacritics; nothing for one that nobody sees."""
    if c in _DROPPED:
        return ""
    if c.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", c.translate(_SAME)).casefold()
    return "".join(d for d in decomposed if not unicodedata.combining(d))


def _folded_occurrences(wording: str, text: str) -> Iterator[Span]:
    folded = _fold(text)
    for variant in _variants(wording):
        found = False
        for span in _occurrences(variant, folded.text):
            original = Span(folded.origins[span.start], folded.origins[span.end - 1] + 1)
            original = _with_marks(original, text)
            if _whole(original, text):
                found = True
                yield original
        if found:
            return


def _with_marks(span: Span, text: str) -> Span:
    """Stretch a span over the combining marks that belong to its last character."""
    end = span.end
    while end < len(text) and (unicodedata.combining(text[end]) or text[end] in _DROPPED):
        end += 1
    while end > span.start and text[end - 1] in _DROPPED:
        end -= 1
    return Span(span.start, end)


def _variants(wording: str) -> list[str]:
    """Return the folded wording, and forms of it with less around."""
    whole = _fold(wording).text.strip()
    bare = whole.strip(" .,;:!?\"'()[]{}")
    bare = bare.removesuffix("'s")
    forms = [whole, bare, _ARTICLE.sub("", bare)]
    return [form for form in dict.fromkeys(forms) if form]


def _similar(wording: str, text: str) -> Iterator[Match]:
    """Yield runs of words that spell `wording` with slips."""
    said = _WORD.findall(_variants(wording)[-1]) if _variants(wording) else []
    if not said or sum(map(len, said)) < 5:
        return
    folded = _fold(text)
    words = list(_WORD.finditer(folded.text))
    for i in range(len(words) - len(said) + 1):
        run = words[i : i + len(said)]
        if all(_slip(a, b[0]) for a, b in zip(said, run, strict=True)):
            span = Span(folded.origins[run[0].start()], folded.origins[run[-1].end() - 1] + 1)
            span = _with_marks(span, text)
            if _whole(span, text):
                score = Levenshtein.normalized_similarity(
                    " ".join(said), " ".join(word[0] for word in run)
                )
                yield Match(span, "fuzzy", score)


def _slip(said: str, written: str) -> bool:
    """Say whether two words are the same but for a slip of spelling.

    >>> _slip("solhiem", "solheim"), _slip("increase", "decrease"), _slip("2018", "2019")
    (True, False, False)
    """
    if said == written:
        return True
    if said[0] != written[0] or any(c.isdigit() for c in said + written):
        return False
    # Two letters that changed places count as one slip, as typists make it.
    allowed = min(len(said), len(written)) // 5
    distance = Levenshtein.distance(said, written, score_cutoff=allowed + 1)
    swapped = len(said) == len(written) and sorted(said) == sorted(written)
    return allowed > 0 and distance <= allowed + swapped
