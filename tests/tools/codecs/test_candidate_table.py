import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.candidate_table import CandidateTable
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType

TYPES = [EntityType(name=name) for name in ("person", "place")]
TABLE = CandidateTable()


def frame(text: str, type_: str) -> Frame:
    return Frame("entity", type_, (("mention", text),))


def read(answer: str) -> list[tuple[str, str]]:
    return [(each.fillers[0][1], each.type) for each in TABLE.read(answer, TYPES)]


@pytest.mark.parametrize(
    ("answer", "pairs"),
    [
        ("1. Ann | True | she is named (person)", [("Ann", "person")]),
        ("1. Ann | True | named (person)\n2. May | False | a month (place)", [("Ann", "person")]),
        ("Sure:\n- Ann | yes | (Person)", [("Ann", "person")]),
        ("| Ann | True | a name (person) |", [("Ann", "person")]),
        ("1. Ann | True | (not a place) but (person)", [("Ann", "person")]),
        ("1. Ann | True | by her name (person) | sure", [("Ann", "person")]),
        (
            "phrase | True or False | why\n--- | --- | ---\nAnn | True | x (person)",
            [("Ann", "person")],
        ),
        ("none", []),
        ("1. May | False | a month", []),
    ],
)
def test_accepted_lines_are_read(answer: str, pairs: list[tuple[str, str]]) -> None:
    assert read(answer) == pairs


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("", "numbered list"),
        ("Ann is a person.", "numbered list"),
        ("1. Ann | a person (person)", "'Ann' needs True or False"),
        ("1. Ann | True | an animal (animal)", "'Ann' needs one of these types: person, place"),
    ],
)
def test_other_lines_get_a_complaint(answer: str, complaint: str) -> None:
    with pytest.raises(AnswerError, match=complaint):
        read(answer)


def test_what_is_accepted_beside_a_wrong_line_is_kept() -> None:
    with pytest.raises(AnswerError) as caught:
        read("1. Ann | True | (person)\n2. Rex | True | (animal)")

    assert caught.value.partial == [frame("Ann", "person")]


def test_the_only_type_may_go_unsaid() -> None:
    assert TABLE.read("1. Ann | True | her name", TYPES[:1]) == [frame("Ann", "person")]


def test_what_is_turned_down_is_written_and_read_as_nothing() -> None:
    written = TABLE.write([frame("Ann | Bo", "person"), frame("May", "")], TYPES)

    assert written.splitlines()[1] == "2. May | False | it names nothing of these types"
    assert read(written) == [("Ann | Bo", "person")]


@given(st.text(), st.text())
def test_no_answer_breaks_the_reader(one: str, other: str) -> None:
    written = TABLE.write([frame(one, "person")], TYPES)
    for answer in (one, one + written + other, written[: len(one)] + other):
        try:
            assert isinstance(read(answer), list)
        except AnswerError:
            continue
