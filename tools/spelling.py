"""Where a text says the same but for slips of spelling.

Most words have neighbours that mean something else: county and country, contract and contrast,
sulfate and sulfite, hyper- and hypotension; and so have names: Stafford and Stanford, Antonio and
Antonia. So two words pass for one only where hardly any other is near: in plural, in the
spellings of British and American English, with a letter doubled in a long word, and in names
with two letters that changed places.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from questgraph.tools.folding import fold
from questgraph.tools.records import Span

SHORTEST = 5
"""Letters that a word needs to be recognised when misspelt."""

SHORTEST_NAME = 6
"""Letters that a name needs to be recognised with two of them swapped."""

SHORTEST_DOUBLED = 8
"""Letters that a word needs for a doubled one not to matter: starring is not staring."""

KEPT = 3
"""Letters at the beginning of a name that must agree: United is not Untied."""

_RUN = re.compile(r"\S+")
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_AROUND_NUMBERS = ".,;:!?()[]{}\"'"
_LOOSE = frozenset({" ", "-", ", ", ". ", "."})
"""What stands between two words and may be said in another way."""

_SENTENCE_ENDS = ".!?:"
_EITHER_WAY = [
    (re.compile(r"(?<=\w\wo)u(?=r)|[ao](?=e)"), ""),  # colour, anaemia
    (re.compile(r"(?<=[iy])z(?=[aei])"), "s"),  # organize, analyze
    (re.compile(r"(?<=en)ce$"), "se"),  # defence
]
_DOUBLED = re.compile(r"(.)\1(?=.)")


class Run(NamedTuple):
    """Words of a text that spell something with slips."""

    span: Span
    """Characters of the folded text."""

    score: float
    """Share of characters that agree."""


class _Word(NamedTuple):
    span: Span
    text: str
    is_name: bool


def misspelt(said: str, text: str) -> Iterator[Run]:
    """Yield the runs of words of `text`, folded, that are the folded `said` but for slips.

    There are as many words, in the same order, at most one in three misspelt. A word that the
    text writes elsewhere is no misspelling of another. Numbers agree to the sign, and so does
    what stands beside them; between words, hyphens, commas and points may differ. Scripts without
    capitals have no slips: a sign there is a syllable or a word.
    """
    folded = fold(text)
    mine, theirs = _words(said), _words(text)
    if sum(len(word.text) for word in mine) < SHORTEST or not all(map(_is_comparable, mine)):
        return
    known = {word.text for word in theirs}
    for i in range(len(theirs) - len(mine) + 1):
        run = theirs[i : i + len(mine)]
        if _words_agree(mine, run, known) and _gaps_agree(said, mine, folded.text, run):
            span = Span(run[0].span.start, run[-1].span.end)
            score = Levenshtein.normalized_similarity(said, folded.text[slice(*span)])
            yield Run(span, score)


def is_slip(said: str, written: str, *, is_name: bool = False) -> bool:
    """Say whether two folded words are the same but for the spelling.

    >>> is_slip("turbine", "turbines"), is_slip("colour", "color"), is_slip("county", "country")
    (True, True, False)
    >>> [is_slip("solhiem", "solheim", is_name=flag) for flag in (True, False)]
    [True, False]
    """
    if min(len(said), len(written)) < SHORTEST:
        return False
    plural = said + "s" == written or written + "s" == said
    if (plural and not is_name) or _spelling(said) == _spelling(written):
        return True
    swapped = sorted(said) == sorted(written) and OSA.distance(said, written) == 1
    return is_name and swapped and len(said) >= SHORTEST_NAME and said[:KEPT] == written[:KEPT]


@lru_cache(maxsize=65536)
def _spelling(word: str) -> str:
    """Return a word as all its spellings have it.

    Among the 19 000 words of 14 corpora of news, encyclopedias and medicine, 115 pairs share one;
    each is a word and its other spelling, or a slip of it.
    """
    for pattern, same in _EITHER_WAY:
        word = pattern.sub(same, word)
    return _DOUBLED.sub(r"\1", word) if len(word) >= SHORTEST_DOUBLED else word


def _words_agree(mine: Sequence[_Word], theirs: Sequence[_Word], known: Collection[str]) -> bool:
    allowed = (len(mine) + 2) // 3
    for said, written in zip(mine, theirs, strict=True):
        if said.text == written.text:
            continue
        allowed -= 1
        if allowed < 0 or said.text in known:
            return False
        if not is_slip(said.text, written.text, is_name=written.is_name):
            return False
    return True


def _gaps_agree(said: str, mine: Sequence[_Word], text: str, theirs: Sequence[_Word]) -> bool:
    """Say whether the same stands between words, or what makes no difference."""
    for (a, b), (c, d) in zip(pairwise(mine), pairwise(theirs), strict=True):
        ours, written = said[a.span.end : b.span.start], text[c.span.end : d.span.start]
        if ours == written:
            continue
        beside_number = _DIGIT.search(a.text + b.text)
        # A point may end an abbreviation, which is short, but not a sentence.
        ends_sentence = "." in written and len(c.text) >= SHORTEST
        if beside_number or ends_sentence or not {ours, written} <= _LOOSE:
            return False
    return True


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[_Word, ...]:
    folded = fold(text)
    spans = [each for run in _RUN.finditer(folded.text) for each in _split(folded.text, run)]
    return tuple(
        _Word(span, folded.text[slice(*span)], _is_name(text, folded.starts[span.start]))
        for span in spans
    )


def _split(text: str, run: re.Match[str]) -> Iterator[Span]:
    """Yield the words of a run without white space; one with digits stays whole with its signs."""
    if not _DIGIT.search(run[0]):
        yield from (Span(*word.span()) for word in _WORD.finditer(text, *run.span()))
    elif bare := run[0].strip(_AROUND_NUMBERS):
        start = run.start() + run[0].index(bare)
        yield Span(start, start + len(bare))


def _is_name(text: str, start: int) -> bool:
    """Say whether the word at `start` has a capital that no beginning of a sentence explains."""
    before = text[max(0, start - 20) : start].rstrip()
    capital = text[start].isupper() and text[start + 1 : start + 2].islower()
    return capital and before != "" and before[-1] not in _SENTENCE_ENDS


def _is_comparable(word: _Word) -> bool:
    """Say whether a word is a number, or of a script with capitals."""
    cased = all(c.isalpha() and c.upper() != c for c in word.text)
    return cased or _DIGIT.search(word.text) is not None
