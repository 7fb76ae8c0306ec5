"""Words of the passage, each with a flag and a reason (RT, Li and Zhang 2024).

    1. aspirin | True | because it is a drug
    2. patient | False | because it is no drug

Thinking is writing a line: the words that are not of the type are told too, so that a model decides
about each and does not take everything.
"""

import re
from collections.abc import Iterator, Sequence

from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.grounding import locate
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame, Span, digest
from questgraph.tools.schema import AnyType

MOST_OTHERS = 8
"""Words that are not of the type in one answer, at most, when it is written."""

_SHORTEST = 4
"""Letters from which a word is worth saying that it is not of the type."""

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_WORD = re.compile(r"[^\W\d_]+")
_BULLET = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+")
_CELLS = re.compile(r"(?<!\\)\|")


class WordFlags:
    """Entities of one type, as the words with the flag `True`.

    Args:
        passage: Gives the words that are not of the type.
    """

    def __init__(self, passage: str) -> None:
        self.passage = passage

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            "Think about the words that may be one, line by line, in the order of the passage."
            " Answer with lines `number. word | True or False | because …` and nothing else; with"
            " none where there is nothing to think about."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames, and some words that are none, in the order of the passage."""
        said = [" ".join(frame.fillers[0][1].split()) for frame in value]
        right = {word: self._place(word) for word in said}
        wrong = self._others([span for span in right.values() if span])
        placed = [(span or Span(0, 0), True, word) for word, span in right.items()]
        placed += [(span, False, self.passage[slice(*span)]) for span in wrong]
        lines = []
        for number, (_, flag, word) in enumerate(sorted(placed, key=lambda each: each[0]), 1):
            because = f"because it is {'a' if flag else 'no'} {types[0].words}"
            lines.append(f"{number}. {word.replace('|', chr(92) + '|')} | {flag} | {because}")
        return "\n".join(lines) or "none"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the words with the flag `True`, each once.

        Raises:
            AnswerError: When no line is of the form, or one has no flag; the words that could be
                read are in `partial`.
        """
        rows = [_cells(line) for line in answer.splitlines() if "|" in line]
        rows = [row for row in rows if not _is_heading(row)]
        if not rows and not _says_nothing(answer):
            raise AnswerError(self.instruct(types))
        flagged = [(word, flag) for word, *rest in rows for flag in _flags(rest[:1]) if word]
        frames = dict.fromkeys(
            Frame("entity", types[0].name, ((MENTION, word),)) for word, flag in flagged if flag
        )
        if len(flagged) < len(rows):
            raise AnswerError(f"Give each line its flag. {self.instruct(types)}", list(frames))
        return list(frames)

    def _place(self, word: str) -> Span | None:
        return next((match.span for match in locate(word, self.passage)), None)

    def _others(self, taken: Sequence[Span]) -> list[Span]:
        """Return some words outside of `taken`, always the same ones."""
        first: dict[str, Span] = {}
        for word in _WORD.finditer(self.passage):
            span = Span(*word.span())
            free = not any(span.overlaps(other) for other in taken)
            if free and len(word[0]) >= _SHORTEST:
                first.setdefault(word[0].casefold(), span)
        drawn = sorted(first, key=lambda word: digest(self.passage, word))[:MOST_OTHERS]
        return [first[word] for word in drawn]


def _cells(line: str) -> list[str]:
    bare = _BULLET.sub("", line.strip().removeprefix("|"))
    cells = [cell.replace("\\|", "|").strip() for cell in _CELLS.split(bare)]
    return [cells[0].strip("`* "), *cells[1:]]


def _is_heading(cells: Sequence[str]) -> bool:
    """Say whether a row names columns, or rules them off, as tables have it."""
    return fold(cells[0]) == "word" or all(set(cell) <= set("-: ") for cell in cells)


def _flags(cells: Sequence[str]) -> Iterator[bool]:
    """Yield what the cells say, where they say it."""
    for cell in cells:
        flag = _FLAGS.get(cell.strip(".*_` ").casefold())
        if flag is not None:
            yield flag


def _says_nothing(answer: str) -> bool:
    lines = [line for line in answer.splitlines() if line.strip()]
    return not lines or any(is_nothing(line) for line in lines)
