"""Yes or no, as `{"answer":"yes"}`."""

import json
import re
from collections.abc import Sequence

from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

_WORD = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


class YesNo:
    """A decision."""

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return 'Answer with JSON: {"answer":"yes"} or {"answer":"no"}'

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema that allows the two answers."""
        return AnswerFormat(exact_object({"answer": {"enum": ["yes", "no"]}}))

    def write(self, value: bool, types: Sequence[AnyType] = ()) -> str:
        """Spell the decision."""
        return json.dumps({"answer": "yes" if value else "no"}, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> bool:
        """Return the decision.

        Raises:
            AnswerError: When the answer says neither or both.
        """
        said = {word.lower() for word in _WORD.findall(answer)}
        if len(said) != 1:
            raise AnswerError(f"Decide. {self.instruct()}")
        return said == {"yes"}
