"""Text without what writers vary freely (case, width, accents, quotes, white space), with offsets.

Folding is for finding, not for keeping: every folded character knows where it came from.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from questgraph.tools.records import Span

_SAME: dict[int, int | str | None] = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032`\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    # Soft hyphens and characters without width.
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None),
    # Strokes, which Unicode does not count as accents.
    **str.maketrans("łŁøØđĐı", "lLoOdDi"),
}
_BROKEN_WORD = r"(?<=\p{L})-[^\S\n]*\n\s*(?=\p{Ll})"
_BROKEN = regex.compile(_BROKEN_WORD)
_PIECE = regex.compile(
    rf"(?P<broken>{_BROKEN_WORD})|(?P<space>\s[\s\p{{Cf}}]*)"
    # Nearly all there is of most texts: ASCII but for the hyphen and the backtick, taken at once.
    r"|(?P<ascii>[!-,.-_a-~]+(?!\p{M}))|.\p{M}*",
    regex.DOTALL,
)
_ACCENTED = "\u0400"
"""Below it lie the scripts (Latin, Greek) where marks above and below can go unsaid."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in folded form; character `i` stands for `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> Span | None:
        """Return where folded characters `start` to `end` came from.

        `None` when they begin or end within an original character, as the `1` of `½` does.
        """
        cut_before = start > 0 and self.starts[start - 1] == self.starts[start]
        cut_behind = end < len(self.text) and self.starts[end] == self.starts[end - 1]
        return None if cut_before or cut_behind else Span(self.starts[start], self.ends[end - 1])


def foldings(text: str) -> Iterator[Folded]:
    """Yield `text` folded; twice when lines end in hyphens, which may belong to the word or not."""
    yield fold(text)
    if _BROKEN.search(text):
        yield fold(text, hyphen="-")


@lru_cache(maxsize=256)
def fold(text: str, *, hyphen: str = "") -> Folded:
    """Return `text` folded; a hyphen at the end of a line within a word becomes `hyphen`.

    >>> fold("The  Straße: “H₂O”").text
    'the strasse: "h2o"'
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        match piece.lastgroup:
            case "ascii":
                folded += piece[0].lower()
                starts += range(start, end)
                ends += range(start + 1, end + 1)
                continue
            case "broken":
                plain = hyphen
            case "space":
                plain = " "
            case _:
                plain = _plain(piece[0], after_digit=bool(folded) and folded[-1].isdigit())
        folded += plain
        starts += [start] * len(plain)
        ends += [end] * len(plain)
    return Folded("".join(folded), tuple(starts), tuple(ends))


@lru_cache(maxsize=65536)
def _plain(character: str, *, after_digit: bool) -> str:
    """Return a character, with its marks, without case, width and accents.

    >>> [_plain(c, after_digit=False) for c in "É²Ł\u00ad"]
    ['e', '2', 'l', '']
    """
    # 10² is not 102, and 2½ not 21/2.
    if after_digit and character.isnumeric() and not character.isdecimal():
        return character
    parts = unicodedata.normalize("NFKD", character.translate(_SAME)).casefold()
    kept = "".join(c for c in parts if not _is_accent(c, on=parts[0]))
    return unicodedata.normalize("NFKC", kept)


def _is_accent(c: str, *, on: str) -> bool:
    """Say whether a mark can go unsaid.

    Vowel points of Hebrew and Arabic can (combining classes 10 to 36), and what stands above or
    below letters of Latin and Greek, or makes the Cyrillic ё. Others make another letter: й, が.
    """
    kind = unicodedata.combining(c)
    return 10 <= kind <= 36 or (kind >= 200 and (on < _ACCENTED or on == "е"))
