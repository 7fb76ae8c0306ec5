import json
from collections.abc import Mapping
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.repairs import Repair, Repairs
from questgraph.tools.errors import AnswerError
from questgraph.tools.schema import EntityType

TYPES = (EntityType(name="person"), EntityType(name="organization"))
CODEC = Repairs(["Ann", "Acme", "May"], "person")
VALUE = [Repair("B", 'Ann "A." Lee'), Repair("C", "organization"), Repair("D")]


def one(item: Mapping[str, object] | str) -> Repair:
    """Return how the answer about one name is read."""
    answer = json.dumps({"answers": [item]})
    (repair,) = Repairs(["Ann"], "person").read(answer, TYPES)
    return repair


def test_what_is_written_reads_back_and_keeps_to_the_constraint() -> None:
    written = CODEC.write(VALUE, TYPES)

    form = CODEC.format(TYPES)
    assert form
    assert form.strict
    assert CODEC.read(written, TYPES) == VALUE
    jsonschema.validate(json.loads(written), dict(form.schema))
    assert written == json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"choice": "A", "correction": "Ann Lee"}, "A, and yet 'Ann Lee'"),
        ({"choice": "B", "correction": "Ann"}, "B, with 0 corrections"),
        ({"choice": "B", "correction": "organization"}, "B, and yet 'organization'"),
        ({"choice": "B"}, "B, with 0 corrections"),
        ({"choice": "C", "correction": "Ann Lee"}, "C, and yet 'Ann Lee'"),
        ({"choice": "C", "correction": "person"}, "C, with 0 corrections"),
        ({"choice": "C", "type": "organization", "span": "Ann Lee"}, "C, with 2 corrections"),
        ({"choice": "D", "correction": "organization"}, "D, and yet 'organization'"),
    ],
)
def test_a_choice_that_contradicts_its_correction_decides_nothing(
    item: Mapping[str, object], why: str
) -> None:
    assert one(item) == Repair("", why)


@pytest.mark.parametrize(
    ("item", "repair"),
    [
        ("A", Repair("A")),
        ({"choice": "(a)", "correction": None}, Repair("A")),
        ({"choice": "A", "correction": "Ann"}, Repair("A")),
        ({"choice": "A", "correction": "Person"}, Repair("A")),
        ({"choice": "b.", "span": "Ann Lee"}, Repair("B", "Ann Lee")),
        ({"choice": "C", "type": "Organization"}, Repair("C", "organization")),
        ({"choice": "D", "correction": "none"}, Repair("D")),
    ],
)
def test_answers_of_other_forms_are_read(item: Mapping[str, object] | str, repair: Repair) -> None:
    assert one(item) == repair


@pytest.mark.parametrize("answer", ["", "A", '{"answers":[]}', '{"answers":[1,2,3]}', "[{},{},{}]"])
def test_what_decides_about_too_few_names_is_complained_about(answer: str) -> None:
    with pytest.raises(AnswerError):
        CODEC.read(answer, TYPES)


@given(st.integers(0, 200), st.text(max_size=20))
def test_no_answer_breaks_the_reader(at: int, noise: str) -> None:
    written = CODEC.write(VALUE, TYPES)
    answer = written[:at] + noise + written[at:]

    with suppress(AnswerError):
        assert len(CODEC.read(answer, TYPES)) == len(CODEC.names)
