"""Where a drifting copy of a passage stands in the passage itself."""

from bisect import bisect_right
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from questgraph.tools.records import Span
from questgraph.tools.words import whole


@dataclass(frozen=True, slots=True)
class Alignment:
    """The cheapest way of turning a copy into the passage, character by character."""

    passage: str
    coverage: float
    """Share of the passage's characters that the copy has."""

    _blocks: tuple[tuple[int, int, int, int], ...]
    """(start, end) in the copy, (start, end) in the passage, one after the other."""

    def span(self, start: int, end: int) -> Span:
        """Return the whole words of the passage that characters `start` to `end` are copied from.

        Empty when the passage has nothing there.
        """
        span = Span(self._position(start), self._position(end))
        return self._widened(span) if span.start < span.end else Span(span.start, span.start)

    def _position(self, at: int) -> int:
        """Return the character of the passage that stands for character `at` of the copy."""
        place = bisect_right(self._blocks, at, key=lambda block: block[0]) - 1
        if place < 0:
            return 0
        start, _, first, last = self._blocks[place]
        return min(first + at - start, last)

    def _widened(self, span: Span) -> Span:
        start, end = span
        while not whole(Span(start, len(self.passage)), self.passage):
            start -= 1
        while not whole(Span(0, end), self.passage):
            end += 1
        return Span(start, end)


def align(copy: str, passage: str) -> Alignment:
    """Return how `copy` stands to `passage`."""
    blocks, equal = [], 0
    for step in Levenshtein.opcodes(copy, passage):
        if step.src_start < step.src_end:
            blocks.append((step.src_start, step.src_end, step.dest_start, step.dest_end))
        if step.tag == "equal":
            equal += step.src_end - step.src_start
    return Alignment(passage, equal / len(passage) if passage else 1.0, tuple(blocks))
