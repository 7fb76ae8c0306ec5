"""What is wrong with each of some names, as `{"answers":[{"choice":"B","correction":"Ann Lee"}]}`.

The four ways of ProgGen (Heng et al. 2024): the name is right, its boundary is wrong, its type is
wrong, or it is no name. Models contradict themselves here, as with a wrong type and a new wording:
which of the two they mean cannot be told, so such an answer decides nothing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

RIGHT, BOUNDARY, TYPE, NO_NAME, UNDECIDED = "A", "B", "C", "D", ""

LETTERS = (RIGHT, BOUNDARY, TYPE, NO_NAME)

_KEYS = ("correction", "span", "type")
"""Under which a correction may stand; the first is the one that is asked for."""


class Repair(NamedTuple):
    """What is wrong with a name."""

    choice: str
    """`RIGHT`, `BOUNDARY`, `TYPE`, `NO_NAME`; `UNDECIDED` when the answer contradicts itself."""

    text: str = ""
    """The right wording, the right type, or where the contradiction is."""


class Repairs:
    """A decision about each of some names that were said to be of one type.

    Args:
        names: As they were said.
        type_: Of which they were said to be.
    """

    def __init__(self, names: Sequence[str], type_: str) -> None:
        self.names, self.type = tuple(names), type_

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        each = '{"choice":"A","correction":""}'
        return (
            f'Answer with JSON: {{"answers":[{each}]}}, one for each name in this order; the'
            " correction is the right words for B, the right type for C, and empty otherwise."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return a schema with an answer for each name."""
        answer = exact_object({"choice": {"enum": list(LETTERS)}, "correction": {"type": "string"}})
        number = len(self.names)
        answers = {"type": "array", "items": answer, "minItems": number, "maxItems": number}
        return AnswerFormat(exact_object({"answers": answers}))

    def write(self, value: Sequence[Repair], types: Sequence[AnyType]) -> str:
        """Spell the decisions."""
        answers = [{"choice": choice, "correction": text} for choice, text in value]
        return json.dumps({"answers": answers}, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Repair]:
        """Return a decision about each name.

        Raises:
            AnswerError: When there are not as many answers as names, or one has no letter.
        """
        said = read_json(answer)
        if isinstance(said, Mapping):
            said = said.get("answers")
        if not isinstance(said, list) or len(said) != len(self.names):
            raise AnswerError(f"Give {len(self.names)} answers. {self.instruct(types)}")
        known = by_folded(type_.name for type_ in types)
        return [
            self._repair(item, name, known) for item, name in zip(said, self.names, strict=True)
        ]

    def _repair(self, item: object, name: str, known: Mapping[str, str]) -> Repair:
        if isinstance(item, str):
            item = {"choice": item}
        if not isinstance(item, Mapping):
            raise AnswerError("Give a choice and a correction for each name.")
        letter = str(item.get("choice", "")).strip(" ().").upper()[:1]
        if letter not in LETTERS:
            raise AnswerError(f"Choose one of {', '.join(LETTERS)} for {name!r}.")
        texts = (str(item[key]).strip() for key in _KEYS if item.get(key))
        # What was asked about, said again, corrects nothing.
        given = [t for t in texts if not is_nothing(t) and t != name and fold(t) != fold(self.type)]
        return _decided(letter, given, known)


def _decided(letter: str, given: Sequence[str], known: Mapping[str, str]) -> Repair:
    """Return what a letter and the corrections beside it say together."""
    if letter in (RIGHT, NO_NAME):
        if given:
            return Repair(UNDECIDED, f"{letter}, and yet {given[0]!r}")
        return Repair(letter)
    if len(given) != 1:
        return Repair(UNDECIDED, f"{letter}, with {len(given)} corrections")
    type_ = known.get(fold(given[0]))
    if letter == BOUNDARY:
        return Repair(UNDECIDED, f"B, and yet {type_!r}") if type_ else Repair(letter, given[0])
    return Repair(letter, type_) if type_ else Repair(UNDECIDED, f"C, and yet {given[0]!r}")
