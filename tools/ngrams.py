"""Words of a text, and the runs of words that a name may be."""

import re
from collections.abc import Iterator

from questgraph.tools.records import Span

# Han, Kana, Hangul, Thai, Lao, Burmese, Khmer: a name may begin and end at any sign.
_SIGN = "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]"
_LETTERS = rf"(?:(?!{_SIGN})\w)+"
_WORD = re.compile(rf"{_LETTERS}(?:[-'’.&/]{_LETTERS})*|(?:{_SIGN})")
_PIECE = re.compile(rf"{_LETTERS}|.", re.DOTALL)


def words(text: str) -> list[Span]:
    """Return the words of `text`; each sign of a script without spaces is one.

    >>> [("AT&T's new 5-inch phone")[slice(*word)] for word in words("AT&T's new 5-inch phone")]
    ["AT&T's", 'new', '5-inch', 'phone']
    """
    return [Span(*word.span()) for word in _WORD.finditer(text)]


def pieces(text: str) -> list[str]:
    """Return the parts that `text` consists of: letters that belong together, and other signs.

    >>> pieces("5-inch phone")
    ['5', '-', 'inch', ' ', 'phone']
    """
    return _PIECE.findall(text)


def ngrams(text: str, longest: int) -> Iterator[Span]:
    """Yield the runs of up to `longest` words, whatever stands between the words.

    >>> text = "Ann left."
    >>> [text[slice(*run)] for run in ngrams(text, 2)]
    ['Ann', 'Ann left', 'left']
    """
    found = words(text)
    for i, first in enumerate(found):
        for last in found[i : i + longest]:
            yield Span(first.start, last.end)
