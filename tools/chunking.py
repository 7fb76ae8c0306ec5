"""Documents in passages that end at sentence borders, overlap, and know their offsets."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from syntok import segmenter
from syntok.tokenizer import Tokenizer

from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Chunk, Document, Span

_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_TERMINATED = re.compile(
    # Ends of sentences in scripts that syntok does not know; closing quotes belong to them.
    r"[^。！？．؟۔।॥።՝։\n]*[。！？．؟۔।॥።։]+[」』”’）)\]】》»\"']*|[^\n]+"
)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_CLAUSE = re.compile(r"[,;:，、；：]\s*|\s+")

_LONGEST = 20_000
"""Characters of a paragraph that syntok gets at once; no prose has longer ones."""

_TOKENIZER = Tokenizer(emit_hyphen_or_underscore_sep=True)


def split(document: Document, *, size: int = 1200, overlap: int = 150) -> list[Chunk]:
    """Return the document's passages in order, each at most `size` characters long.

    Whole sentences are taken up to `size`; the next passage begins with the last sentences of
    the one before, as many as fit in `overlap`. A sentence that is longer than `size` is cut
    between clauses or words. Every character that is not white space lies in some passage.

    Raises:
        ConfigError: When `size` is less than one, or `overlap` not less than `size`.
    """
    if size < 1 or not 0 <= overlap < size:
        raise ConfigError(f"passages of {size} characters cannot share {overlap}")
    pieces = [
        piece for span in sentences(document.text) for piece in _cut(span, document.text, size)
    ]
    return [
        Chunk(document.id, document.text[slice(*span)], span=span, index=index)
        for index, span in enumerate(_gather(pieces, size, overlap))
    ]


def sentences(text: str) -> list[Span]:
    """Return the sentences of `text`: in order, apart, without outer white space.

    Together they hold every character that is not white space. Latin scripts are split by
    syntok; others at their own terminators and at line ends.
    """
    found: list[Span] = []
    for paragraph in _paragraphs(text):
        found += _in_paragraph(text, paragraph)
    return found


def _paragraphs(text: str) -> Iterator[Span]:
    """Yield runs of text between empty lines, without outer white space."""
    start = 0
    for gap in _GAP.finditer(text):
        if span := _stripped(text, start, gap.start()):
            yield span
        start = gap.end()
    if span := _stripped(text, start, len(text)):
        yield span


def _in_paragraph(text: str, paragraph: Span) -> list[Span]:
    part = text[slice(*paragraph)]
    known = len(part) <= _LONGEST and _LATIN.search(part[:2000])
    offsets = _by_syntok(part) if known else None
    spans = offsets or [Span(*match.span()) for match in _TERMINATED.finditer(part)]
    stripped = (_stripped(part, *span) for span in spans)
    return [span.shift(paragraph.start) for span in stripped if span]


def _by_syntok(part: str) -> list[Span] | None:
    """Return the sentences that syntok finds; `None` when its offsets cannot be used."""
    starts: list[int] = []
    for sentence in segmenter.split(iter(_TOKENIZER.tokenize(part))):
        token = next(iter(sentence))
        starts.append(token.offset)
    if not starts or starts != sorted(set(starts)) or starts[-1] >= len(part):
        return None
    starts[0] = 0
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(part)], strict=True)]


def _cut(span: Span, text: str, size: int) -> Iterator[Span]:
    """Yield a sentence in pieces of at most `size` characters."""
    start, end = span
    while end - start > size:
        border = _border(text, start, start + size)
        if piece := _stripped(text, start, border):
            yield piece
        start = border
    if piece := _stripped(text, start, end):
        yield piece


def _border(text: str, start: int, limit: int) -> int:
    """Return the last good place to cut before `limit`, which lies after `start`."""
    ends = [match.end() for match in _CLAUSE.finditer(text, start + 1, limit)]
    if ends:
        return ends[-1]
    border = limit
    while border > start + 1 and joined(text, border):
        border -= 1
    if joined(text, border):
        # One character of more parts than a passage may hold: taken whole all the same.
        border = limit
        while border < len(text) and joined(text, border):
            border += 1
    return border


def _gather(pieces: Sequence[Span], size: int, overlap: int) -> Iterator[Span]:
    """Yield runs of pieces that fit in `size`, each beginning with the end of the one before."""
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and pieces[last + 1].end - pieces[first].start <= size:
            last += 1
        yield Span(pieces[first].start, pieces[last].end)
        following = last + 1
        if following == len(pieces):
            return
        first = _shared(pieces, first, following, size, overlap)


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


def _stripped(text: str, start: int, end: int) -> Span | None:
    """Return the span without outer white space; `None` when nothing is left."""
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    right = len(part.rstrip())
    return Span(start + left, start + right) if right > left else None


def joined(text: str, i: int) -> bool:
    """Say whether the characters before and after index `i` make one that a person sees.

    Combining marks, emoji joined or coloured, and the two letters of a flag are not cut apart.
    """
    if not 0 < i < len(text):
        return False
    before, after = text[i - 1], text[i]
    if before == "\u200d" or after in "\u200d\ufe0e\ufe0f\u20e3":
        return True
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return (
        _is_flag_letter(before)
        and _is_flag_letter(after)
        and _flag_letters_before(text, i) % 2 == 1
    )


def _is_flag_letter(c: str) -> bool:
    return "\U0001f1e6" <= c <= "\U0001f1ff"


def _flag_letters_before(text: str, i: int) -> int:
    start = i
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return i - start
