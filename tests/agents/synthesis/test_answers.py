import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.synthesis.answers import Suggested, Written
from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError

WORDS = st.text(st.characters(codec="utf-8"), max_size=20).map(lambda t: " ".join(t.split()))
SOME = WORDS.filter(lambda text: not is_nothing(text))


@given(WORDS.filter(bool))
def test_a_text_is_read_as_it_is_written(text: str) -> None:
    assert Written().read(Written().write(text)) == text


@given(st.dictionaries(st.sampled_from(["head", "tail"]), st.lists(SOME, min_size=1), min_size=1))
def test_lists_are_read_as_they_are_written(lists: dict[str, list[str]]) -> None:
    codec, once = Suggested(list(lists)), {n: tuple(dict.fromkeys(w)) for n, w in lists.items()}

    assert codec.read(codec.write(once)) == once


@given(st.text(max_size=40))
def test_no_answer_raises_anything_but_a_complaint(answer: str) -> None:
    for codec in (Written(), Suggested(), Suggested(["head"])):
        try:
            codec.read(answer)
        except AnswerError:
            continue


def test_what_comes_without_a_name_that_was_asked_for_is_no_answer() -> None:
    with pytest.raises(AnswerError, match="nothing for tail"):
        Suggested(["head", "tail"]).read('{"Head":["Ann"],"tail":["none"]}')


def test_a_text_in_a_fence_is_read() -> None:
    assert Written().read('Sure!\n```json\n{"text": "Ann left.\\n"}\n```') == "Ann left."
