"""How many there are, as `{"count":3}` (PaDeLLM-NER, step one)."""

import json
import re
from collections.abc import Mapping, Sequence

from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

_NUMBER = re.compile(r"(?<![\w.,-])\d{1,6}(?![\w]|[.,]\d)")
_WORDS: Mapping[str, int] = {
    word: number
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
}


class Count:
    """A number from 0 to `most`; a larger one is read as `most`.

    Args:
        most: Beyond it nothing is counted.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return 'Answer with JSON: {"count":0}, with the number.'

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema that allows the numbers."""
        return AnswerFormat(exact_object({"count": {"enum": list(range(self.most + 1))}}))

    def write(self, value: int, types: Sequence[AnyType] = ()) -> str:
        """Spell the number."""
        return json.dumps({"count": min(value, self.most)}, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> int:
        """Return the number.

        Raises:
            AnswerError: When the answer has no number, or several.
        """
        said = {int(number) for number in _NUMBER.findall(answer)}
        said |= {_WORDS[w] for w in re.findall(r"[a-z]+", answer.lower()) if w in _WORDS}
        if not said and answer.strip() and is_nothing(answer):
            return 0
        if len(said) != 1:
            raise AnswerError(f"Give one number. {self.instruct()}")
        return min(said.pop(), self.most)
