"""Documents in passages that end at sentence borders, overlap, and know their offsets."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import regex
from syntok import segmenter
from syntok.tokenizer import Tokenizer

from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Chunk, Document, Span

_GAP = re.compile(r"\n[^\S\n]*\n\s*|\n(?=[^\S\n]*[-*•]\s)")
"""What parts paragraphs: empty lines, and the line end before an item of a list."""

_TERMINATOR = re.compile(
    # Where a script has no capitals, its own terminators and line ends part sentences, and ASCII
    # ones before white space; closing quotes and brackets belong to the sentence.
    r"(?:[。！？．｡؟۔।॥։።၊။។]+[.!?]*|[.!?]+(?=[」』”’）)\]】》»\"']*(?:\s|$)))[」』”’）)\]】》»\"']*|\n"
)
_LETTER = re.compile(r"[^\W\d_]")
_CAPITALISED_SCRIPT = re.compile(r"[A-Za-zÀ-ʯͰ-ԯԱ-֏Ḁ-῿]")
"""Letters of Latin, Greek, Cyrillic and Armenian: syntok reads capitals as signs of a new start."""

_CLAUSE = re.compile(r"[,;:–—][\s]+|[，、；：،؛]\s*")
_SPACE = re.compile(r"\s+")
_GRAPHEME = regex.compile(r"\X")

_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_EXTENDING = frozenset({"Mn", "Mc", "Me", "Cf", "Sk"})
"""Categories of what may continue a character: marks, joiners, skin colours."""

_TOKENIZER = Tokenizer(emit_hyphen_or_underscore_sep=True)


def split(document: Document, *, size: int = 1200, overlap: int = 150) -> list[Chunk]:
    """Return the document's passages in order, each at most `size` characters long.

    Whole sentences are taken up to `size`, or up to the end of a paragraph in the last quarter
    of it; the next passage begins with the last sentences of the one before, as many as fit in
    `overlap`. A sentence that is longer than `size` is cut between clauses, else words, else
    characters as a person counts them. Only one such character can make a passage longer than
    `size`. Every character that is not white space lies in some passage.

    Raises:
        ConfigError: When `size` is less than one, or `overlap` not less than `size`.
    """
    if size < 1 or not 0 <= overlap < size:
        raise ConfigError(
            f"passages of {size} characters cannot share {overlap}: "
            "size must be at least 1, and overlap from 0 to less than size"
        )
    text = document.text
    pieces = [piece for span in sentences(text) for piece in _cut(span, text, size)]
    return [
        _chunk(document, run, index)
        for index, run in enumerate(_gather(pieces, text, size, overlap))
    ]


def halves(chunk: Chunk) -> list[Chunk]:
    """Return the passage in two or three shorter ones; itself when it is one character long.

    They keep its index, and their spans are the document's.
    """
    size = len(chunk.text) * 3 // 5
    if not size:
        return [chunk]
    parts = split(Document(chunk.document_id, chunk.text), size=size, overlap=size // 8)
    start = chunk.span.start
    return [replace(part, span=part.span.shift(start), index=chunk.index) for part in parts]


def sentences_of(chunk: Chunk) -> Sequence[Span]:
    """Return where in a passage its sentences are, looked for where whoever cut it did not say."""
    return chunk.sentences or sentences(chunk.text)


def sentences(text: str) -> Sequence[Span]:
    """Return the sentences of `text`: in order, apart, without outer white space.

    Together they hold every character that is not white space. An empty line ends a sentence.
    Scripts with capitals are split by syntok, which reads on over line ends; others at their
    own terminators and at line ends.
    """
    return tuple(
        span.shift(paragraph.start)
        for paragraph in _paragraphs(text)
        for span in _in_paragraph(text[slice(*paragraph)])
    )


def joined(text: str, i: int) -> bool:
    """Say whether the characters before and after index `i` make one that a person sees.

    Combining marks, emoji of several parts and the two letters of a flag are not cut apart
    (extended grapheme clusters of Unicode, UAX 29). White space is never part of a cluster here,
    so that stripping it cuts none.
    """
    if not 0 < i < len(text):
        return False
    before, after = text[i - 1], text[i]
    # Below the combining marks nothing joins but a line end of two characters.
    if (before < "\u0300" and after < "\u0300") or before.isspace():
        return before == "\r" and after == "\n"
    if before in _FLAG_LETTERS and after in _FLAG_LETTERS:
        return (i - len(text[:i].rstrip(_FLAG_LETTERS))) % 2 == 1
    start = i - 1
    while start > 0 and unicodedata.category(text[start]) in _EXTENDING:
        start -= 1
    return _character_end(text, start) > i


def _character_end(text: str, start: int) -> int:
    cluster = _GRAPHEME.match(text, start)
    return cluster.end() if cluster else start


def _paragraphs(text: str) -> Iterator[Span]:
    """Yield runs of text between empty lines, without outer white space."""
    start = 0
    for gap in _GAP.finditer(text):
        yield from _stripped(text, start, gap.start())
        start = gap.end()
    yield from _stripped(text, start, len(text))


def _in_paragraph(part: str) -> Iterator[Span]:
    starts = _starts_by_syntok(part) if _has_capitals(part) else _starts_by_terminators(part)
    borders = [0, *(i for i in starts if 0 < i < len(part) and not joined(part, i)), len(part)]
    for start, end in pairwise(borders):
        yield from _stripped(part, start, end)


def _has_capitals(part: str) -> bool:
    """Say whether most letters at the beginning are of a script that has capitals."""
    letters = _LETTER.findall(part[:500])
    return sum(map(bool, map(_CAPITALISED_SCRIPT.match, letters))) * 2 > len(letters)


def _starts_by_syntok(part: str) -> list[int]:
    return [next(iter(each)).offset for each in segmenter.split(iter(_TOKENIZER.tokenize(part)))]


def _starts_by_terminators(part: str) -> list[int]:
    return [match.end() for match in _TERMINATOR.finditer(part)]


def _cut(span: Span, text: str, size: int) -> Iterator[Span]:
    """Yield a sentence in pieces of at most `size` characters."""
    start, end = span
    while end - start > size:
        border = _border(text, start, start + size)
        yield from _stripped(text, start, border)
        start = border
    yield from _stripped(text, start, end)


def _border(text: str, start: int, limit: int) -> int:
    """Return the last good place to cut before `limit`: after a clause, a word or a character."""
    half = (start + limit + 1) // 2
    for pattern, earliest in ((_CLAUSE, half), (_SPACE, start + 1)):
        ends = [match.end() for match in pattern.finditer(text, earliest, limit)]
        if good := [end for end in ends if not joined(text, end)]:
            return good[-1]
    # One more than fits, to see whether the last one ends there; a copy, since the pattern looks
    # back over whole runs of flags.
    ends = [start + match.end() for match in _GRAPHEME.finditer(text[start : limit + 1])]
    if ends[0] <= limit:
        return next(end for end in reversed(ends) if end <= limit)
    # One character of more parts than a passage may hold: taken whole all the same.
    return _character_end(text, start)


def _chunk(document: Document, pieces: Sequence[Span], index: int) -> Chunk:
    span = Span(pieces[0].start, pieces[-1].end)
    return Chunk(
        document.id,
        document.text[slice(*span)],
        span=span,
        index=index,
        sentences=tuple(piece.shift(-span.start) for piece in pieces),
    )


def _gather(pieces: Sequence[Span], text: str, size: int, overlap: int) -> Iterator[Sequence[Span]]:
    """Yield runs of pieces that fit in `size`, each beginning with the end of the one before."""
    first = 0
    while first < len(pieces):
        following = _after_last(pieces, first, text, size)
        yield pieces[first:following]
        if following == len(pieces):
            return
        first = _shared(pieces, first, following, size, overlap)


def _after_last(pieces: Sequence[Span], first: int, text: str, size: int) -> int:
    """Return the piece after those that a passage takes, of which `first` is the first."""
    start, after = pieces[first].start, first + 1
    paragraph_end = None
    while after < len(pieces) and pieces[after].end - start <= size:
        end = pieces[after - 1].end
        if (end - start) * 4 >= size * 3 and _GAP.search(text, end, pieces[after].start):
            paragraph_end = after
        after += 1
    if after == len(pieces) or _GAP.search(text, pieces[after - 1].end, pieces[after].start):
        return after
    return paragraph_end or after


def _shared(pieces: Sequence[Span], first: int, following: int, size: int, overlap: int) -> int:
    """Return where the next run begins: at most `overlap` characters before `following`."""
    begin = following
    while (
        begin - 1 > first
        and pieces[following - 1].end - pieces[begin - 1].start <= overlap
        and pieces[following].end - pieces[begin - 1].start <= size
    ):
        begin -= 1
    return begin


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span without outer white space; nothing when nothing is left."""
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    right = len(part.rstrip())
    if left < right:
        yield Span(start + left, start + right)
