"""Dialogues → rows of tokens of which only the answers are learned, packed so that none is padding.

A row holds several dialogues one after the other. Positions start anew with each, which tells
`transformers` to let none of them see another one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

IGNORED = -100
"""Label of a token that is not learned."""

Messages = Sequence[dict[str, str]]
"""A dialogue as `role` and `content`; the last message is the answer."""


class Tokenizer(Protocol):
    """What of a `transformers` tokenizer is needed here."""

    def apply_chat_template(
        self, conversation: Messages, *, tokenize: bool, add_generation_prompt: bool = False
    ) -> str:
        """Return a dialogue as the model reads it."""
        ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the tokens of a text."""
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """One dialogue in tokens."""

    tokens: tuple[int, ...]
    answer: int
    """Index of the answer's first token."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is learned from at once."""

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    position_ids: tuple[int, ...]


def example_of(messages: Messages, tokenizer: Tokenizer) -> Example:
    """Return a dialogue in tokens, split where the model would begin to write.

    Prompt and answer become tokens apart from each other, as they do when the model is asked.
    """
    asked = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    assert whole.startswith(asked), "a chat template writes what came before as it was"
    prompt = tokenizer.encode(asked, add_special_tokens=False)
    answer = tokenizer.encode(whole[len(asked) :], add_special_tokens=False)
    return Example((*prompt, *answer), len(prompt))


def packed(examples: Iterable[Example], length: int) -> Iterator[Row]:
    """Yield rows of at most `length` tokens; a longer dialogue is left out.

    Each dialogue goes into the first row that has room, of the few that are open.
    """
    opened: list[list[Example]] = []
    for example in examples:
        size = len(example.tokens)
        if size > length:
            continue
        row = next((row for row in opened if _length(row) + size <= length), None)
        if row is None:
            row = []
            opened.append(row)
        row.append(example)
        if len(opened) > OPEN:
            fullest = max(opened, key=_length)
            opened.remove(fullest)
            yield _row(fullest)
    yield from map(_row, opened)


OPEN = 16
"""Rows that wait for something that fits."""


def _length(row: Iterable[Example]) -> int:
    return sum(len(example.tokens) for example in row)


def _row(examples: Sequence[Example]) -> Row:
    tokens: list[int] = []
    labels: list[int] = []
    positions: list[int] = []
    for example in examples:
        tokens += example.tokens
        labels += [IGNORED] * example.answer + list(example.tokens[example.answer :])
        positions += range(len(example.tokens))
    return Row(tuple(tokens), tuple(labels), tuple(positions))
