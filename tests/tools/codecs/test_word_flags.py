from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.word_flags import MOST_OTHERS, WordFlags
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import EntityType

DRUG = [EntityType(name="drug")]
TEXT = "The patient took aspirin and ibuprofen | caffeine against headaches every single morning."


def drugs(*names: str) -> list[Frame]:
    return [Frame("entity", "drug", ((MENTION, name),)) for name in names]


def test_what_is_written_reads_back_with_words_that_are_none() -> None:
    value = drugs("aspirin", "ibuprofen | caffeine")

    written = WordFlags(TEXT).write(value, DRUG)

    assert WordFlags("").read(written, DRUG) == value
    lines = written.splitlines()
    assert len(lines) == len(value) + 7 <= len(value) + MOST_OTHERS
    assert "| True | because it is a drug" in next(line for line in lines if "aspirin" in line)
    assert sum("| False | because it is no drug" in line for line in lines) == 7


def test_the_same_words_are_written_every_time() -> None:
    assert WordFlags(TEXT).write([], DRUG) == WordFlags(TEXT).write([], DRUG)


@pytest.mark.parametrize(
    "answer",
    [
        "1. aspirin | True | it is | was a drug\n2. patient | False | no",
        "Sure:\n- aspirin | TRUE. | x\n- patient | no | x",
        "| word | flag | because |\n|---|---|---|\n| aspirin | true | x |",
        "aspirin | Yes",
    ],
)
def test_drifting_lines_are_read(answer: str) -> None:
    assert WordFlags(TEXT).read(answer, DRUG) == drugs("aspirin")


def test_a_line_without_a_flag_is_complained_about() -> None:
    with pytest.raises(AnswerError, match="flag") as complaint:
        WordFlags(TEXT).read("aspirin | True | x\npatient | perhaps | x", DRUG)

    assert complaint.value.partial == drugs("aspirin")


@given(st.text(max_size=80))
def test_no_answer_breaks_the_reader(answer: str) -> None:
    with suppress(AnswerError):
        WordFlags(TEXT).read(answer, DRUG)
