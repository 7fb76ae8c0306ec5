import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.table import Table
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType, EventType, RelationType, Role

PERSON = EntityType(name="person")
WORKS = RelationType(name="works_for", head=("person",), tail=("organization",))
NAMED = EventType(name="appointment", roles=(Role(name="person"), Role(name="firm")))

ANN_AT_ACME = Frame("relation", "works_for", (("head", "Ann"), ("tail", "Acme")))


@pytest.mark.parametrize(
    "answer",
    [
        "| person | organization |\n|---|---|\n| Ann | Acme |",
        "| Ann | Acme |",
        "person | organization\n--- | ---\nAnn | Acme",
        "Sure:\n\n| Person | Organization |\n| Ann | Acme |\n| Ann | Acme |\nDone.",
    ],
)
def test_a_row_is_read_with_and_without_header_and_rule(answer: str) -> None:
    assert Table().read(answer, [WORKS]) == [ANN_AT_ACME]


@pytest.mark.parametrize("answer", ["none", "None.", "The answer is none", "", "| none | none |"])
def test_nothing_is_read_as_nothing(answer: str) -> None:
    assert Table().read(answer, [WORKS]) == []


def test_a_role_may_be_filled_twice_and_an_empty_one_is_left_out() -> None:
    answer = (
        "| event type | argument role | argument content |\n|---|---|---|\n"
        "| appointment | person | Ann |\n| appointment | Person | Bo |\n"
        "| appointment | firm | None |"
    )

    assert Table().read(answer, [NAMED]) == [
        Frame("event", "appointment", (("person", "Ann"), ("person", "Bo")))
    ]


def test_a_pipe_in_a_cell_survives() -> None:
    frames = [Frame("entity", "person", (("mention", "A|B"),))]

    assert Table().read(Table().write(frames, [PERSON]), [PERSON]) == frames


def test_rows_of_another_width_get_a_complaint_and_the_others_are_kept() -> None:
    with pytest.raises(AnswerError, match="2 cells") as caught:
        Table().read("| Ann | Acme |\n| Ann | Acme | 1999 |", [WORKS])

    assert caught.value.partial == [ANN_AT_ACME]


def test_prose_gets_a_complaint() -> None:
    with pytest.raises(AnswerError, match="table"):
        Table().read("Ann works for Acme, I think", [WORKS])


@given(st.text())
def test_no_answer_breaks_the_reader(answer: str) -> None:
    try:
        frames = Table().read(answer, [NAMED])
    except AnswerError:
        frames = []

    assert isinstance(frames, list)
