"""Facts in free words and definitions: read as models write them, or sent back."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.inference.answers import Definitions, Statement, Statements
from questgraph.tools.errors import AnswerError

WORD = st.text(min_size=1).map(lambda text: f"w{' '.join(text.split())}")


@given(st.lists(st.builds(Statement, WORD, WORD, WORD, WORD, WORD), unique=True, max_size=3))
def test_facts_come_back_as_they_were_written(facts: list[Statement]) -> None:
    assert Statements().read(Statements().write(facts)) == facts


@given(st.text())
def test_any_answer_is_read_or_sent_back(answer: str) -> None:
    for codec in (Statements(), Definitions(["a"])):
        with suppress(AnswerError):
            codec.read(answer)


def test_facts_with_other_than_five_parts_are_sent_back_and_the_rest_kept() -> None:
    with pytest.raises(AnswerError, match="Give five texts each") as caught:
        Statements().read('{"facts":[["a","b","c"],["Ann","person","knows","Bo","person"]]}')

    assert caught.value.partial == [Statement("Ann", "person", "knows", "Bo", "person")]


def test_facts_as_mappings_are_read() -> None:
    answer = '[{"h":"Ann","ht":"person","r":"knows","t":"Bo","tt":"person"}]'

    assert Statements().read(answer) == [Statement("Ann", "person", "knows", "Bo", "person")]


def test_facts_that_say_that_there_is_none_are_none() -> None:
    assert Statements().read('{"facts":[["none","none","none","none","none"]]}') == []


def test_definitions_are_matched_by_their_words() -> None:
    found = Definitions(["works for", "city"]).read('{"Works_For": " is  paid ", "city": "a town"}')

    assert found == {"works for": "is paid", "city": "a town"}


def test_missing_definitions_are_sent_back_and_the_rest_kept() -> None:
    with pytest.raises(AnswerError, match="There is nothing for city") as caught:
        Definitions(["works for", "city"]).read('{"works for": "is paid", "city": ""}')

    assert caught.value.partial == {"works for": "is paid"}
