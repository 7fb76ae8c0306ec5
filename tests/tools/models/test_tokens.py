"""Tokens of an answer: read as endpoints tell them, kept, and given back."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.models.tokens import Token, packed, read_tokens, unpacked


def told(*pieces: bytes, thought: bytes = b"") -> dict[str, Any]:
    """Return pieces as llama.cpp tells them: whole characters as text, everything as bytes."""
    return {
        "content": [
            {"token": piece.decode(errors="ignore"), "bytes": list(piece), "logprob": -float(i)}
            for i, piece in enumerate((thought, *pieces) if thought else pieces)
        ]
    }


def cut(data: bytes, places: list[int]) -> list[bytes]:
    borders = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(borders)]


@given(st.text(min_size=1), st.lists(st.integers(0, 99)))
def test_tokens_cover_the_answer_wherever_they_end(text: str, places: list[int]) -> None:
    tokens = read_tokens(text, told(*cut(text.encode(), places)))

    ends = [token.end for token in tokens]
    assert ends == sorted(set(ends))
    assert ends[-1] == len(text)
    assert unpacked(packed(tokens)) == tokens


def test_token_that_ends_within_a_character_ends_behind_it() -> None:
    tokens = read_tokens("é!", told(b"\xc3", b"\xa9!"))

    assert tokens == (Token(1, 0.0), Token(2, -1.0))


def test_what_was_thought_before_the_answer_is_none_of_its_tokens() -> None:
    tokens = read_tokens("Ann", told(b"A", b"nn", thought=b"hm "))

    assert tokens == (Token(1, -1.0), Token(3, -2.0))


def test_token_that_can_never_be_is_as_unlikely_as_numbers_go() -> None:
    piece = {"token": "Ann", "logprob": -3.4e38}

    assert read_tokens("Ann", {"content": [piece]}) == (Token(3, -100.0),)


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": None},
        {"content": []},
        {"content": [{"token": "Bob", "logprob": -1.0}]},
        {"content": [{"token": "Ann", "logprob": None}]},
        {"content": ["Ann"]},
        {"tokens": ["Ann"], "token_logprobs": [-1.0]},
    ],
)
def test_what_does_not_spell_the_answer_tells_nothing(logprobs: object) -> None:
    assert read_tokens("Ann", logprobs) == ()
