import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.open_triples import OpenTriples
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame

CODEC = OpenTriples()


def stated(head: str, phrase: str, tail: str) -> Frame:
    return Frame("relation", phrase, (("head", head), ("tail", tail)))


VALUE = [stated("Ann Lee", "is the head of", 'Acme "& Sons"'), stated("Acme", "is in", "Oslo")]


@pytest.mark.parametrize("value", [[], VALUE])
def test_what_is_written_reads_back_and_keeps_to_the_constraint(value: list[Frame]) -> None:
    written = CODEC.write(value)

    form = CODEC.format()
    assert form
    assert CODEC.read(written) == value
    jsonschema.validate(json.loads(written), dict(form.schema))


@pytest.mark.parametrize(
    "answer",
    [
        '[["Ann Lee","is the head of","Acme \\"& Sons\\""],["Acme","is in","Oslo"]]',
        """Sure: {"triples":[
            {"head":"Ann Lee","relation":"is the head of","tail":"Acme \\"& Sons\\""},
            ["Acme","is in","Oslo"],["Acme","is in","Oslo"],["Acme","is near","none"]]}""",
    ],
)
def test_answers_of_other_forms_are_read(answer: str) -> None:
    assert CODEC.read(answer) == VALUE


def test_what_is_no_statement_is_complained_about_and_the_others_kept() -> None:
    with pytest.raises(AnswerError) as complaint:
        CODEC.read('{"triples":[["Acme","is in","Oslo"],["Ann","left"]]}')

    assert complaint.value.partial == [VALUE[1]]


@given(st.integers(0, 200), st.text(max_size=20))
def test_no_answer_breaks_the_reader(at: int, noise: str) -> None:
    written = CODEC.write(VALUE)

    with suppress(AnswerError):
        assert isinstance(CODEC.read(written[:at] + noise + written[at:]), list)
