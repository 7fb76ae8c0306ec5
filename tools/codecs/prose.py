"""A few sentences in plain words."""

from collections.abc import Sequence

from questgraph.tools.codecs.parsing import looks_refused
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType


class Prose:
    """Text on one line.

    Args:
        longest: Characters that it may have.
        how: What kind of text is wanted, as an instruction.
    """

    def __init__(
        self, *, longest: int = 600, how: str = "Answer in plain words, two sentences at most."
    ) -> None:
        self.longest = longest
        self.how = how

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return self.how

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return `None`: any text will do."""
        return None

    def write(self, value: str, types: Sequence[AnyType] = ()) -> str:
        """Spell the text, which is one already."""
        return value

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> str:
        """Return the text with its white space made even.

        Raises:
            AnswerError: When there is none, it is too long, or the model declines to answer.
        """
        text = " ".join(answer.split())
        if not text or looks_refused(text):
            raise AnswerError(self.how)
        if len(text) > self.longest:
            raise AnswerError(f"This is too long. {self.how}")
        return text
