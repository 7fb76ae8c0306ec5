"""Where words and numbers begin and end, in scripts with and without spaces between them."""

import re
import unicodedata

from questgraph.tools.chunking import joined
from questgraph.tools.records import Span

_UNSPACED = re.compile(
    # Thai, Lao; Burmese; Khmer; Kana, also of half width; Han; Hangul, whose particles follow
    # without a space.
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\uff66-\uff9f"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u1100-\u11ff\uac00-\ud7ff]"
)
_NUMBER = re.compile(r"\d+\.\d+|\d{1,3},\d{1,3}|\d{1,3}([.,]\d{3})+([.,]\d+)?")
_NUMERIC = "0123456789.,"
_LONGEST_NUMBER = 32
_IN_WORDS = frozenset("\u00ad\u200c\u200d\u2060")
"""Soft hyphens and joiners, which stand between letters of one word."""


def whole(span: Span, text: str) -> bool:
    """Say whether a span cuts no word, no number and no character in two.

    >>> whole(Span(0, 3), "Ann's"), whole(Span(0, 3), "Annual"), whole(Span(0, 1), "3.5")
    (True, False, False)
    """
    return not (_within(text, span.start) or _within(text, span.end))


def _within(text: str, i: int) -> bool:
    """Say whether the characters before and after index `i` belong to one word or number."""
    if not 0 < i < len(text):
        return False
    before, after = text[i - 1], text[i]
    if before in ".,-\u2212" or after in ".,":
        return _within_number(text, i) or joined(text, i)
    if _in_word(before) and _in_word(after):
        unspaced = _UNSPACED.match(before) or _UNSPACED.match(after)
        return not unspaced or joined(text, i)
    return joined(text, i)


def _in_word(c: str) -> bool:
    return c.isalnum() or c in _IN_WORDS or unicodedata.category(c).startswith("M")


def _within_number(text: str, i: int) -> bool:
    """Say whether index `i`, beside a sign, a point or a comma, lies inside a number.

    The parts of a date, of a range or of a list without spaces are numbers of their own.
    """
    if text[i - 1] in "-\u2212":
        return text[i].isdecimal() and not text[max(0, i - 2) : i - 1].strip()
    left, right = text[max(0, i - _LONGEST_NUMBER) : i], text[i : i + _LONGEST_NUMBER]
    head = left[len(left.rstrip(_NUMERIC)) :].lstrip(".,")
    tail = right[: len(right) - len(right.lstrip(_NUMERIC))].rstrip(".,")
    return bool(head and tail and _NUMBER.fullmatch(head + tail))
