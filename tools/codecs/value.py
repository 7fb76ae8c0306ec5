"""One value in plain words, as ChatIE's follow-up questions ask for it."""

from collections.abc import Sequence

from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType

_LONGEST = 200
"""Characters of a value at most: what is longer is an explanation."""


class Value:
    """A wording of the passage, or nothing."""

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return "Answer with `answer: words of the passage`, or with `answer: none`."

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: str, types: Sequence[AnyType] = ()) -> str:
        """Spell the value."""
        return f"answer: {value or 'none'}"

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> str:
        """Return the value; empty when there is none.

        Raises:
            AnswerError: When the answer is no short line.
        """
        lines = [line.strip() for line in answer.splitlines() if line.strip()]
        said = [line for line in lines if line.lower().startswith("answer:")] or lines
        value = said[0].partition(":")[2] if said and ":" in said[0] else "".join(said[:1])
        value = value.strip(" `\"'")
        if len(said) > 1 or len(value) > _LONGEST:
            raise AnswerError(self.instruct())
        return "" if is_nothing(value) else value
