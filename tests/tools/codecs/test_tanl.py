import pytest

from questgraph.tools.codecs.base import codec_for
from questgraph.tools.codecs.tanl import Tanl
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, FIRM = EntityType(name="person"), EntityType(name="organization")
WORKS = RelationType(name="works_for")
NAMED = EventType(name="appointment", roles=(Role(name="person"), Role(name="firm")))
LEFT = EventType(name="departure", roles=(Role(name="person"),))
TYPES: tuple[AnyType, ...] = (PERSON, FIRM, WORKS, NAMED, LEFT)

PASSAGE = "Ann Müller works for Acme. Acme named Bo Ek in May [1]."


def entity(type_: str, text: str) -> Frame:
    return Frame("entity", type_, (("mention", text),))


ANN, BO, ACME = (
    entity("person", "Ann Müller"),
    entity("person", "Bo Ek"),
    entity("organization", "Acme"),
)
AT_ACME = Frame("relation", "works_for", (("head", "Ann Müller"), ("tail", "Acme")))
CHOSEN = Frame("event", "appointment", (("trigger", "named"), ("person", "Bo Ek")))

MARKED = (
    "[ Ann Müller | person | works_for = Acme ] works for [ Acme | organization ]. "
    "[ Acme | organization ] [ named | appointment ] [ Bo Ek | person | person = named ] in May"
)


def test_what_the_passage_says_is_marked_in_a_copy_of_it() -> None:
    answer = Tanl(PASSAGE).write([ANN, BO, ACME, AT_ACME, CHOSEN], TYPES)

    assert answer == f"{MARKED} \\[1\\]."


@pytest.mark.parametrize("end", [" [1].", " \\[1\\].", "", " [ 1 ] .", " and so on"])
def test_a_plain_copy_is_read(end: str) -> None:
    assert Tanl(PASSAGE).read(MARKED + end, TYPES) == [ANN, BO, ACME, AT_ACME, CHOSEN]


def test_marks_within_marks_are_written_and_read() -> None:
    value = [entity("person", "Acme Bank"), entity("organization", "Acme")]
    codec = Tanl("the Acme Bank of Acme")

    answer = codec.write(value, TYPES)

    assert answer == "the [ [ Acme | organization ] Bank | person ] of [ Acme | organization ]"
    assert codec.read(answer, TYPES) == value


def test_spans_that_cross_are_marked_behind_the_copy() -> None:
    value = [entity("person", "a b"), entity("person", "b c")]

    answer = Tanl("x a b c").write(value, TYPES)

    assert answer == "x [ a b | person ] c [ b c | person ]"


@pytest.mark.parametrize(
    "copy",
    [
        "[ Ann M ⁇ ller | person | works_for = Acme ] works for Acme. Acme named Bo Ek in May",
        "[ Ann Muller | person | works_for = Acme ] works for Acme . Acme named Bo Ek in May [1] .",
        "[ Ann Müler | person | works_for = Acme ] works for Acme. Acme named Bo Ek in",
        "[ nn Müller | person | works_for = Acme ] for Acme. Acme, Acme named Bo Ek in May",
    ],
)
def test_a_drifting_copy_loses_no_entity(copy: str) -> None:
    assert Tanl(PASSAGE).read(copy, TYPES) == [ANN, AT_ACME]


def test_a_tail_that_drifts_as_its_mark_does_follows_it() -> None:
    copy = (
        "[ Ann Muler | person ] works for [ Acme | organization | works_for = Ann Muler ]. "
        "Acme named Bo Ek in May"
    )

    found = Tanl(PASSAGE).read(copy, TYPES)

    assert found[-1].fillers == (("head", "Acme"), ("tail", "Ann Müller"))


def test_an_invented_entity_stays_as_it_was_said() -> None:
    copy = "[ Zygmunt | person ] works for Acme. Acme named Bo Ek in May [1]."

    assert Tanl(PASSAGE).read(copy, TYPES) == [entity("person", "Zygmunt")]


def test_an_argument_belongs_to_the_closest_event_of_that_name() -> None:
    codec = Tanl("They named Ann. Later, long after that, they named Bo.")
    copy = (
        "They [ named | appointment ] [ Ann | | person = named ]. Later, long after that, "
        "they [ named | appointment ] [ Bo | | person = named ]."
    )

    assert [frame.fillers for frame in codec.read(copy, TYPES)] == [
        (("trigger", "named"), ("person", "Ann")),
        (("trigger", "named"), ("person", "Bo")),
    ]


def test_events_that_share_a_trigger_keep_their_arguments() -> None:
    chosen = Frame("event", "appointment", (("trigger", "left"), ("person", "Ann")))
    gone = Frame("event", "departure", (("trigger", "left"), ("person", "Bo")))
    codec = Tanl("Ann left Bo")

    answer = codec.write([chosen, gone], TYPES)

    assert codec.read(answer, TYPES) == [chosen, gone]
    assert answer.startswith("Ann left Bo [ left | appointment | person = Ann ]")


def test_a_mark_that_is_not_closed_ends_where_the_next_one_begins() -> None:
    copy = "[ Ann Müller | person works for [ Acme | organization ]. Acme named Bo Ek in May"

    with pytest.raises(AnswerError) as caught:
        Tanl(PASSAGE).read(copy, TYPES)

    assert caught.value.partial == [ACME]


def test_a_last_mark_that_is_not_closed_is_read() -> None:
    copy = "Ann Müller works for Acme. Acme named [ Bo Ek | person"

    assert Tanl(PASSAGE).read(copy, TYPES) == [BO]


def test_a_missing_type_makes_no_attribute_strange() -> None:
    copy = PASSAGE.replace("Ann Müller", "[ Ann Müller | works_for = Acme ]")

    assert Tanl(PASSAGE).read(copy, TYPES) == [AT_ACME]


@pytest.mark.parametrize(
    ("copy", "complaint"),
    [
        ("[ Ann Müller | person ] works for [ Acme | animal ]. Acme named Bo Ek", "'animal'"),
        ("[ Ann Müller | person | likes = Bo ] works for Acme. Acme named Bo Ek", "'likes = Bo'"),
        ("[ Ann Müller | person | firm = Bo ] works for Acme. Acme named Bo Ek", "No event"),
        ("It says that [ Ann Müller | person ] has a job there.", "no copy"),
    ],
)
def test_strange_marks_get_a_complaint_and_the_rest_is_kept(copy: str, complaint: str) -> None:
    with pytest.raises(AnswerError, match=complaint) as caught:
        Tanl(PASSAGE).read(copy, TYPES)

    assert caught.value.partial == [ANN]


@pytest.mark.parametrize("answer", [PASSAGE, "none", ""])
def test_a_copy_without_marks_says_nothing(answer: str) -> None:
    assert Tanl(PASSAGE).read(answer, TYPES) == []


def test_the_class_makes_a_codec_for_each_passage() -> None:
    assert codec_for(Tanl, "Ann left.") == Tanl("Ann left.")
