"""Noun phrases of English without a parser: runs of words between closed-class words.

The candidates of RAKE (Rose et al. 2010, "Automatic keyword extraction from individual documents"),
with names and common words kept apart: `Ann Lee works` holds the phrases `Ann Lee` and `works`. So
verbs slip in, which a tagger would leave out; where that or another language matters, put a
real parser in the same place.
"""

import json
import re
from itertools import pairwise

from questgraph.tools.records import Span

MOST_PHRASES = 40
LONGEST = 6
"""Words of a phrase at most: what is longer is a clause."""

_CLOSED_CLASS = """
a about above across after again against all along also although am among an and another any are
around as at be became because become been before behind being below beside between both but by
can cannot could did do does doing done down during each either enough even ever every few for
from further had has have having he her here hers him himself his how however i if in into is it
its itself just least less many may me might mine more most much must my near neither never no
nor not now of off often on once one only onto or other our out over own per quite rather same
several shall she should since so some still such than that the their them themselves then there
these they this those though through to too toward under until up upon us very was we were what
when where whether which while who whom whose why will with within without would yet you your
"""
_CLOSED = frozenset(_CLOSED_CLASS.split())
_JOINING = frozenset({"of", "and", "the", "de", "von", "van", "la", "&"})
"""Words that stand within names."""

_WORD = re.compile(r"[^\W_](?:[\w'’.-]*\w)?|&")


def noun_phrases(text: str) -> list[str]:
    """Return the phrases of `text`, each once, in order.

    >>> noun_phrases("Ann Lee of the Bank of Lagos wrote a long letter, in vain.")
    ['Ann Lee', 'Bank of Lagos', 'wrote', 'long letter', 'vain']
    """
    words = [Span(*found.span()) for found in _WORD.finditer(text)]
    runs: list[list[Span]] = []
    for i, word in enumerate(words):
        joins = _joins(words, i, text)
        if not joins and text[slice(*word)].casefold() in _CLOSED:
            runs.append([])
        elif runs and runs[-1] and (joins or _together(runs[-1][-1], word, text)):
            runs[-1].append(word)
        else:
            runs.append([word])
    phrases = (text[run[0].start : run[-1].end] for run in runs if 0 < len(run) <= LONGEST)
    return list(dict.fromkeys(phrases))[:MOST_PHRASES]


def told_phrases(text: str) -> str:
    """Return the noun phrases of `text` as a line to show beside it; empty when there are none.

    >>> told_phrases("Ann Lee left.")
    'Noun phrases of the passage, found by a program: ["Ann Lee", "left"]'
    """
    phrases = noun_phrases(text)
    told = json.dumps(phrases, ensure_ascii=False)
    return f"Noun phrases of the passage, found by a program: {told}" if phrases else ""


def _joins(words: list[Span], i: int, text: str) -> bool:
    """Say whether a word stands between two names and belongs to both."""
    if text[slice(*words[i])] not in _JOINING or not 0 < i < len(words) - 1:
        return False
    before, after = words[i - 1], words[i + 1]
    return all(text[word.start].isupper() for word in (before, after)) and all(
        not text[a.end : b.start].strip() for a, b in pairwise(words[i - 1 : i + 2])
    )


def _together(word: Span, other: Span, text: str) -> bool:
    """Say whether a word goes on with the phrase of the one before it."""
    spaced = not text[word.end : other.start].strip()
    small = text[slice(*word)] in _JOINING
    return spaced and (small or text[word.start].islower() == text[other.start].islower())
