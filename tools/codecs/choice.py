"""One of several options, told by its letter, as `{"answer":"B"}` (QA4RE, Zhang et al. 2023)."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from string import ascii_uppercase

from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

NONE = "none of the above"

_VALUE = re.compile(r'"answer"\s*:\s*"((?:[^"\\]|\\.)*)"')
_BARE = re.compile(r"\W*([A-Za-z]{1,2})\W*")
_FIRST = re.compile(r"\W*([A-Z]{1,2})\s*[.):\]]")
_SAID = re.compile(
    r"\b(?i:answer|option|choice)\b(?:\s+is)?\W*?(?:\(([A-Za-z]{1,2})\)|\b([A-Z]{1,2})\b(?!'))"
)
_IN_PROSE = re.compile(r"\(([A-Za-z]{1,2})\)|(?<![\w.'])([A-Z]{1,2})(?=[.):,*\]]|\s*$)")
_NONE = re.compile(r"\bnone of (?:the|these|those)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of an option, from 0."""

    options: tuple[str, ...]
    """What there is to choose from; the last one is `NONE`."""

    @property
    def lines(self) -> str:
        """The options with their letters, one line each.

        >>> print(Choice(("Ann knows Bo", NONE)).lines)
        A. Ann knows Bo
        B. none of the above
        """
        return "\n".join(
            f"{letter}. {option}" for letter, option in zip(self.letters, self.options, strict=True)
        )

    @property
    def letters(self) -> list[str]:
        """The letter of each option: A to Z, then AA, AB, …."""
        two = ("".join(pair) for pair in product(ascii_uppercase, repeat=2))
        return list(islice(chain(ascii_uppercase, two), len(self.options)))

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return 'Answer with JSON: {"answer":"A"}, with the letter of the right option.'

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema that allows the letters of the options."""
        return AnswerFormat(exact_object({"answer": {"enum": self.letters}}))

    def write(self, value: int, types: Sequence[AnyType] = ()) -> str:
        """Spell the number as the option's letter."""
        return json.dumps({"answer": self.letters[value]}, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> int:
        """Return the number of the option that is told, by its letter or by its words.

        Raises:
            AnswerError: When no option is told, or more than one; the released reader of QA4RE
                then takes one at random.
        """
        values = _VALUE.findall(answer)
        said = values[-1] if values else answer.strip()
        told = next((options for options in self._readings(said) if options), set())
        if len(told) != 1:
            raise AnswerError(f"Choose one of {', '.join(self.letters)}. {self.instruct()}")
        return told.pop()

    def _readings(self, said: str) -> Iterator[set[int]]:
        """Yield the options that each way of reading finds, the surest way first."""
        for pattern in (_BARE.fullmatch, _FIRST.match):
            found = pattern(said)
            yield self._numbers([found[1]] if found else [])
        # What is concluded stands last.
        yield self._numbers([one or other for one, other in _SAID.findall(said)][-1:])
        yield self._quoted(said)
        yield self._numbers([one or other for one, other in _IN_PROSE.findall(said)])
        # An empty answer is no answer, and "-" is too little of one.
        none = _NONE.search(said) or (any(map(str.isalnum, said)) and is_nothing(said))
        yield {len(self.options) - 1} if none else set()

    def _numbers(self, letters: Sequence[str]) -> set[int]:
        known = {letter: number for number, letter in enumerate(self.letters)}
        return {known[letter.upper()] for letter in letters if letter.upper() in known}

    def _quoted(self, said: str) -> set[int]:
        """Return the options whose words are in `said`, but not those within longer ones."""
        folded = {number: fold(option) for number, option in enumerate(self.options)}
        rest, found = fold(said), set[int]()
        for number in sorted(folded, key=lambda number: -len(folded[number])):
            if folded[number] and folded[number] in rest:
                rest = rest.replace(folded[number], "\n")
                found.add(number)
        return found
