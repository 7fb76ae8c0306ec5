import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.reasoned import NONE, Decision, Reasoned, Step, Steps
from questgraph.tools.errors import AnswerError
from questgraph.tools.schema import RelationType

TYPES = [RelationType(name="works_for"), RelationType(name="works")]
WHY, KIND = Step("because", "the words that show it"), Step("head_is", "what it is")
BOTH = Reasoned([KIND], [WHY])

each_decision = pytest.mark.parametrize(
    "decision", [Decision("works", ('a "person"', "he works")), Decision("", ("", ""))]
)


@each_decision
def test_what_is_written_reads_back_and_keeps_to_the_constraint(decision: Decision) -> None:
    written = BOTH.write(decision, TYPES)
    form = BOTH.format(TYPES)

    assert BOTH.read(written, TYPES) == decision
    assert form
    assert form.strict
    jsonschema.validate(json.loads(written), dict(form.schema))
    assert list(json.loads(written)) == ["head_is", "relation", "because"]


def test_it_says_in_order_what_is_wanted() -> None:
    assert BOTH.instruct(TYPES).endswith(
        '{"head_is":"what it is","relation":"NONE or its name","because":"the words that show it"}'
    )


@pytest.mark.parametrize(
    ("answer", "type_"),
    [
        ('{"relation":"Works-For"}', "works_for"),
        ('{"relation":"works"}', "works"),
        ('{"relation":"none","because":"nothing"}', ""),
        ('{"relation":null}', ""),
        (f'Sure: {{"relation":"{NONE}"}}', ""),
    ],
)
def test_names_that_drift_are_read_and_never_one_within_another(answer: str, type_: str) -> None:
    assert Reasoned().read(answer, TYPES).type == type_


@pytest.mark.parametrize("answer", ["works_for", "{}", '{"relation":"knows"}', '["works"]', ""])
def test_an_answer_without_a_known_name_is_complained_about(answer: str) -> None:
    with pytest.raises(AnswerError):
        Reasoned().read(answer, TYPES)


def test_all_steps_must_be_told_where_they_are_what_is_asked_for() -> None:
    codec = Steps(KIND, WHY)

    assert codec.read(codec.write(("a man", "x"))) == ("a man", "x")
    with pytest.raises(AnswerError, match="all of it"):
        codec.read('{"head_is":"a man","because":" "}')


@given(st.text(max_size=60))
def test_no_answer_breaks_the_readers(answer: str) -> None:
    with suppress(AnswerError):
        BOTH.read(answer, TYPES)
    with suppress(AnswerError):
        Steps(WHY).read(answer)
