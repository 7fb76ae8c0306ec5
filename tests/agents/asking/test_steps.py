import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.asking.steps import ANSWER, LOOKUPS, Step, read_step, step_format, write_step
from questgraph.tools.errors import AnswerError

ALL = [*LOOKUPS, ANSWER, "unknown"]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda t: t == t.strip()
)


@given(do=st.sampled_from(LOOKUPS), name=WORDS, other=WORDS, type_=WORDS, time=WORDS)
def test_a_step_that_is_written_is_read_back(
    do: str, name: str, other: str, type_: str, time: str
) -> None:
    step = Step(do=do, name=name, other=other, type=type_, time=time)

    assert read_step(write_step(step), allowed=ALL, facts=0) == step


@given(st.text().filter(lambda text: "{" not in text))
def test_what_is_no_step_is_complained_about(text: str) -> None:
    with pytest.raises(AnswerError):
        read_step(text, allowed=ALL, facts=3)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ('{"do":"delete","name":"Ann"}', "You cannot do 'delete' now"),
        ('{"do":"card"}', "card needs 'name'"),
        ('{"do":"paths","name":"Ann"}', "paths needs 'other'"),
        ('{"do":"answer","text":"Ann [1, 4]"}', r"No fact \[4\] was shown"),
    ],
)
def test_the_complaint_says_what_is_wrong(answer: str, complaint: str) -> None:
    with pytest.raises(AnswerError, match=complaint):
        read_step(answer, allowed=ALL, facts=3)


def test_the_form_can_be_enforced() -> None:
    assert step_format(ALL).strict
