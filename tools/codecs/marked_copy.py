"""The passage once more, with marks around what is found (GPT-NER).

    @@Ann Lee## works for Acme.

A copy drifts: words are left out, spelled otherwise, added. So it is aligned with the passage, and
what is read are the passage's own words where the marks stand. The released parser counts tokens
from the left and loses its place with the first that is missing.
"""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from questgraph.tools.codecs.alignment import Alignment, align
from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.grounding import locate
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame, Span
from questgraph.tools.schema import AnyType

MARKS = (("@@", "##"), ("<<", ">>"), ("[[", "]]"), ("{{", "}}"), ("⟦", "⟧"))
"""The first of which the passage has no character is used."""

COPIED = 0.6
"""Share of the passage that an answer must have: what it leaves out may have held names."""

SAME_WORDS = 75
"""Per cent of likeness from which the words of a copy are those of the passage, misspelt."""


class MarkedCopy:
    """Entities of one type, marked in a copy of `passage`.

    Args:
        passage: What is to be copied.
    """

    def __init__(self, passage: str) -> None:
        self.passage = passage
        free = (pair for pair in MARKS if not set("".join(pair)) & set(passage))
        self.left, self.right = next(free, MARKS[0])

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            f"Answer with the text of the passage, copied word by word, with {self.left} before and"
            f" {self.right} after each. Where there is none, copy it as it is."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: a copy is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Return the passage with marks around every occurrence, the longest where they overlap."""
        places = [
            match.span for frame in value for match in locate(frame.fillers[0][1], self.passage)
        ]
        copy, before = "", 0
        for start, end in _apart(places):
            copy += f"{self.passage[before:start]}{self.left}{self.passage[start:end]}{self.right}"
            before = end
        return copy + self.passage[before:]

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return what is marked, in the passage's words where the copy agrees with it.

        Raises:
            AnswerError: When the answer is no copy, or a mark has no partner; what is marked
                properly is in `partial`.
        """
        if is_nothing(answer):
            return []
        copy, marked = self._unmarked(answer)
        alignment = align(copy, self.passage)
        wordings = (self._wording(copy, span, alignment) for span in marked)
        said = [Frame("entity", types[0].name, ((MENTION, words),)) for words in wordings if words]
        frames = list(dict.fromkeys(said))
        if any(copy.count(mark) > self.passage.count(mark) for mark in (self.left, self.right)):
            raise AnswerError(
                f"Each {self.left} needs its {self.right}. {self.instruct(types)}", frames
            )
        if alignment.coverage < COPIED:
            raise AnswerError(self.instruct(types), frames if marked else None)
        return frames

    def _unmarked(self, answer: str) -> tuple[str, list[Span]]:
        """Return the answer without paired marks, and what in it they stood around."""
        left, right = re.escape(self.left), re.escape(self.right)
        pattern = re.compile(rf"{left}((?:(?!{left}).)+?){right}", re.DOTALL)
        copy, spans, before = "", list[Span](), 0
        for match in pattern.finditer(answer):
            copy += answer[before : match.start()]
            spans.append(Span(len(copy), len(copy) + len(match[1])))
            copy += match[1]
            before = match.end()
        return copy + answer[before:], spans

    def _wording(self, copy: str, marked: Span, alignment: Alignment) -> str:
        said = copy[slice(*marked)].strip()
        own = self.passage[slice(*alignment.span(*marked))].strip()
        # What the passage does not say stays as it was said: it will not be found there.
        alike = fuzz.ratio(said.casefold(), own.casefold()) >= SAME_WORDS
        return own if alike else said


def _apart(places: Sequence[Span]) -> Iterator[Span]:
    """Yield the places in order; of those that overlap the longest."""
    taken: list[Span] = []
    for place in sorted(set(places), key=lambda span: (span.start - span.end, span)):
        if not any(place.overlaps(other) for other in taken):
            taken.append(place)
    yield from sorted(taken)
