"""What every answer format can do."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType

T = TypeVar("T")


class Codec(Protocol[T]):
    """One way of writing a value down, shared by instructions, constraint, demos and parser.

    What every codec promises, and `tests/conformance/test_codec.py` checks:

    * `read(write(value, types), types) == value` for every value that names only `types`.
    * `write` spells exactly as an endpoint bound to `format` does. A demonstration that is
      spelled otherwise than the constraint allows costs a small model most of its accuracy.
    * `read` never raises anything but `AnswerError`, whatever the answer is.
    """

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer about `types`."""
        ...

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return the constraint for endpoints that can enforce one."""
        ...

    def write(self, value: T, types: Sequence[AnyType]) -> str:
        """Spell `value` as an answer about `types`."""
        ...

    def read(self, answer: str, types: Sequence[AnyType]) -> T:
        """Return the value that `answer` spells.

        Raises:
            AnswerError: With a complaint to the model, and what could be read all the same.
        """
        ...


Coding: TypeAlias = Codec[T] | Callable[[str], Codec[T]]
"""A codec, or how to make one for a passage: an answer may copy it, or be bound to its words."""


def codec_for(coding: Coding[T], passage: str) -> Codec[T]:
    """Return the codec for answers about `passage`."""
    return coding(passage) if callable(coding) else coding
