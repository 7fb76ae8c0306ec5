"""How likely a model found what it said."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.likelihood import likelihoods, mean_known
from questgraph.tools.models.tokens import Token, Tokens
from questgraph.tools.records import HEAD, MENTION, TAIL, Frame


def spelled(*pieces: tuple[str, float]) -> tuple[str, Tokens]:
    """Return an answer and its tokens, given pieces with their probabilities."""
    answer, tokens = "", list[Token]()
    for piece, probability in pieces:
        answer += piece
        tokens.append(Token(len(answer), math.log(probability)))
    return answer, tuple(tokens)


def named(*wordings: str) -> list[Frame]:
    return [Frame("entity", "person", ((MENTION, wording),)) for wording in wordings]


def told(answer: str, tokens: Tokens, frames: Sequence[Frame]) -> list[float | None]:
    return [p if p is None else round(p, 3) for p in likelihoods(answer, tokens, frames)]


def test_frame_is_as_likely_as_the_tokens_of_its_words() -> None:
    answer = spelled(('["', 0.1), ("Ann", 0.9), (" Lee", 0.4), ('"]', 0.1))

    assert told(*answer, named("Ann Lee")) == [0.6]


def test_token_that_a_word_shares_with_its_quotes_counts() -> None:
    answer = spelled(('["', 0.1), ('Ann"', 0.5), ("]", 0.1))

    assert told(*answer, named("Ann")) == [0.5]


def test_relation_is_as_likely_as_the_words_of_both_ends() -> None:
    answer = spelled(("Ann", 0.8), (" | works_for | ", 0.1), ("Acme", 0.2))
    frame = Frame("relation", "works_for", ((HEAD, "Ann"), (TAIL, "Acme")))

    assert told(*answer, [frame]) == [0.4]


def test_word_within_another_name_is_looked_for_behind_it() -> None:
    answer = spelled(("Ann Lee", 0.9), (", ", 0.1), ("Ann", 0.3))

    assert told(*answer, named("Ann Lee", "Ann")) == [0.9, 0.3]


def test_whole_word_comes_before_a_part_of_another() -> None:
    answer = spelled(("Anna", 0.9), (" ", 0.1), ("Ann", 0.3))

    assert told(*answer, named("Ann")) == [0.3]


def test_name_that_is_written_once_and_meant_twice_is_at_its_least_likely_place() -> None:
    answer = spelled(("Ann", 0.9), (" ", 0.1), ("Ann", 0.3))

    assert told(*answer, named("Ann", "Ann", "Ann")) == [0.9, 0.3, 0.3]


@pytest.mark.parametrize("written", [r"\u00c9va \"E\"", 'Éva \\"E\\"'])
def test_words_are_found_as_json_writes_them(written: str) -> None:
    assert told(*spelled(('["', 0.1), (written, 0.7), ('"]', 0.1)), named('Éva "E"')) == [0.7]


def test_nothing_is_known_of_words_that_the_answer_does_not_have() -> None:
    answer = spelled(("1", 0.9), (" is a person", 0.9))

    assert told(*answer, named("Ann")) == [None]
    assert told("Ann", (), named("Ann")) == [None]


@given(
    st.lists(st.tuples(st.text(min_size=1), st.floats(0.001, 1.0)), min_size=1),
    st.lists(st.text()),
)
def test_whatever_is_said_has_one_probability_or_none(
    pieces: list[tuple[str, float]], wordings: list[str]
) -> None:
    answer, tokens = spelled(*pieces)

    found = likelihoods(answer, tokens, named(*wordings, pieces[0][0]))

    assert len(found) == len(wordings) + 1
    assert all(value is None or 0 < value <= 1.0000001 for value in found)
    assert found[-1] is not None


def test_mean_is_of_what_is_known() -> None:
    assert mean_known([None, 0.2, 0.4]) == pytest.approx(0.3)
    assert mean_known([None]) is None
