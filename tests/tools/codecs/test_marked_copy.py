from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.marked_copy import MarkedCopy
from questgraph.tools.errors import AnswerError
from questgraph.tools.grounding import locate
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import EntityType

PERSON = [EntityType(name="person")]
TEXT = "Ann Lee met Bo Ek in Oslo; then Ann Lee left for Acme Corp."


def read(answer: str, passage: str = TEXT) -> list[str]:
    return [frame.fillers[0][1] for frame in MarkedCopy(passage).read(answer, PERSON)]


def people(*names: str) -> list[Frame]:
    return [Frame("entity", "person", ((MENTION, name),)) for name in names]


def test_every_occurrence_is_marked_and_overlapping_names_once() -> None:
    written = MarkedCopy(TEXT).write(people("Ann Lee", "Lee"), PERSON)

    assert written == TEXT.replace("Ann Lee", "@@Ann Lee##")


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (TEXT, []),
        ("none", []),
        (
            "@@Ann Lee## met @@Bo Ek## in Oslo; then Ann Lee left for Acme Corp.",
            ["Ann Lee", "Bo Ek"],
        ),
        ("@@Ann Leigh## met Bo Ek in Oslo; then Ann Lee left.", ["Ann Lee"]),
        ("Then @@Ann Lee## met Bo Ek in Oslo and left for Acme.", ["Ann Lee"]),
        (
            "Here you are:\n@@ann lee## met @@bo ek## in oslo; then ann lee left",
            ["Ann Lee", "Bo Ek"],
        ),
        ("Ann Lee met @@Bo## @@Ek## in Oslo. Then Ann Lee left.", ["Bo", "Ek"]),
        ("Ann Lee met @@Zed Zulu-Smith## in Oslo; then Ann left", ["Zed Zulu-Smith"]),
    ],
)
def test_drifted_copies_keep_their_marks(answer: str, names: list[str]) -> None:
    assert read(answer) == names


@pytest.mark.parametrize(
    ("answer", "partial"),
    [
        ("I found two people here, both of them named.", None),
        ('{"person": ["Ann Lee"]}', None),
        ("@@Ann Lee## met Bo Ek.", ["Ann Lee"]),
        ("@@Ann Lee## met @@Bo Ek in Oslo; then Ann Lee left for Acme Corp.", ["Ann Lee"]),
    ],
)
def test_what_is_no_copy_or_badly_marked_is_complained_about(
    answer: str, partial: list[str] | None
) -> None:
    with pytest.raises(AnswerError) as complaint:
        read(answer)

    assert complaint.value.partial == (partial and people(*partial))


def test_a_passage_that_holds_the_marks_is_marked_with_others() -> None:
    passage = "## News\n@ann met Bo."
    codec = MarkedCopy(passage)

    assert codec.write(people("Bo"), PERSON) == "## News\n@ann met <<Bo>>."
    assert "<< before" in codec.instruct(PERSON)


words = st.text("abcXYZéß漢1-'@#<[{", min_size=1, max_size=6)


@given(st.lists(words, min_size=1, max_size=30), st.data())
def test_what_is_marked_in_any_passage_reads_back(some: list[str], data: st.DataObject) -> None:
    passage = " ".join(some)
    codec = MarkedCopy(passage)
    start = data.draw(st.integers(0, len(some) - 1))
    end = data.draw(st.integers(start + 1, len(some)))
    name = " ".join(some[start:end])

    marked = codec.read(codec.write(people(name), PERSON), PERSON)

    assert all(frame.fillers[0][1] in passage for frame in marked)
    if locate(name, passage):
        assert name in [frame.fillers[0][1] for frame in marked]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_answer_breaks_the_reader(passage: str, answer: str) -> None:
    with suppress(AnswerError):
        assert all(read(answer, passage))
