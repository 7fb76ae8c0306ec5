import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.count import Count
from questgraph.tools.errors import AnswerError

CODEC = Count(20)


@given(st.integers(0, 20))
def test_what_is_written_reads_back_and_keeps_to_the_constraint(number: int) -> None:
    written = CODEC.write(number)

    form = CODEC.format()
    assert form
    assert CODEC.read(written) == number
    jsonschema.validate(json.loads(written), dict(form.schema))


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("3", 3),
        ("There are 3.", 3),
        ("Three mentions", 3),
        ("none", 0),
        ('```json\n{"count": 2}\n```', 2),
        ('{"count":"4"}', 4),
        ("400", 20),
    ],
)
def test_numbers_of_other_forms_are_read(answer: str, number: int) -> None:
    assert CODEC.read(answer) == number


@pytest.mark.parametrize("answer", ["", "many", "1 or 2", "-1", "2.5", "B12"])
def test_what_is_no_number_is_complained_about(answer: str) -> None:
    with pytest.raises(AnswerError, match="one number"):
        CODEC.read(answer)


@given(st.text())
def test_no_answer_breaks_the_reader(answer: str) -> None:
    with suppress(AnswerError):
        assert 0 <= CODEC.read(answer) <= 20
