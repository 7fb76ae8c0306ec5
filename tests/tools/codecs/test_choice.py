import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.errors import AnswerError

CHOICE = Choice(("Ann B. Lee works for Acme", "Ann B. Lee owns Acme", NONE))


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ('{"answer":"B"}', 1),
        ('{"answer": "b"}', 1),
        ('```json\n{"answer":"A"}\n```', 0),
        ('{"answer":"C. none of the above"}', 2),
        ('{"answer":"Ann B. Lee owns Acme"}', 1),
        ("B", 1),
        ("(B)", 1),
        ("**B**", 1),
        ("B.", 1),
        ("A. Ann B. Lee works for Acme", 0),
        ("Correct answer: (b)", 1),
        ("Analysis: A is not said, so C fits? No.\nCorrect answer: (b)", 1),
        ("The answer is A.", 0),
        ("The right option is **C**", 2),
        ("I would go for option B here, since the text says so.", 1),
        ("The text says that Ann B. Lee owns Acme.", 1),
        ("It must be (a), clearly.", 0),
        ("None of these.", 2),
        ("none", 2),
    ],
)
def test_an_option_is_told_by_letter_or_words(answer: str, number: int) -> None:
    assert CHOICE.read(answer) == number


@pytest.mark.parametrize(
    "answer",
    ["", "D", '{"answer":"D"}', "A person is named.", "Either (a) or (b)", "I cannot tell at all"],
)
def test_no_option_or_two_get_a_complaint(answer: str) -> None:
    with pytest.raises(AnswerError, match="Choose one of A, B, C"):
        CHOICE.read(answer)


def test_an_option_within_a_longer_one_is_not_taken_for_it() -> None:
    assert Choice(("Ann knows Bo", "Ann knows Bo Ek", NONE)).read("Ann knows Bo Ek!") == 1


@given(st.lists(st.text(), min_size=1, max_size=60), st.data())
def test_every_option_reads_back_and_keeps_to_the_constraint(
    options: list[str], data: st.DataObject
) -> None:
    choice = Choice((*options, NONE))
    number = data.draw(st.integers(0, len(options)))

    written = choice.write(number)

    assert choice.read(written) == number
    form = choice.format()
    assert form is not None
    jsonschema.validate(json.loads(written), dict(form.schema))
    assert len(set(choice.letters)) == len(choice.options)


@given(st.text(max_size=60))
def test_no_answer_breaks_the_reader(answer: str) -> None:
    assert 0 <= read(answer) < 3


def read(answer: str) -> int:
    """Return what is read; 0 when there is a complaint, and any other error is the reader's."""
    try:
        return CHOICE.read(answer)
    except AnswerError:
        return 0
