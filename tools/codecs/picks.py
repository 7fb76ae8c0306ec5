"""Which lines of a numbered list? As a list of their numbers, `[1,4]`."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from questgraph.tools.codecs.parsing import is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType


@dataclass(frozen=True, slots=True)
class Picks:
    """Numbers of lines, counted from 1; lines are counted from 0 in the value."""

    lines: int

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return (
            "Answer with JSON: a list of the numbers of these lines, such as [2], or [] for none."
        )

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema that allows each number."""
        numbers = {"type": "integer", "enum": list(range(1, self.lines + 1))}
        return AnswerFormat({"type": "array", "items": numbers, "maxItems": self.lines})

    def write(self, value: Collection[int], types: Sequence[AnyType] = ()) -> str:
        """Spell the lines."""
        return json.dumps([i + 1 for i in sorted(value)], separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> frozenset[int]:
        """Return the lines that were picked.

        Raises:
            AnswerError: When it is no list of numbers, or there is no such line.
        """
        said = [] if is_nothing(answer) else read_json(answer)
        numbers = said if isinstance(said, list) else [said]
        if not all(type(n) is int and 1 <= n <= self.lines for n in numbers):
            raise AnswerError(f"There are lines 1 to {self.lines}. {self.instruct()}")
        return frozenset(int(str(n)) - 1 for n in numbers)
