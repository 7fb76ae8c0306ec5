import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.synthesis.harvest import Dropped
from questgraph.agents.synthesis.pinning import entity, pinned, relation, with_ends
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.records import TRIGGER, Frame, Span

WORKS = with_ends(relation("Ann Lee", "works_for", "Acme"), ("person", "firm"))


def test_a_passage_is_labelled_with_every_place_of_an_entity() -> None:
    passage = pinned("p", "Acme hired Ann Lee. Ann Lee works for Acme.", WORKS)

    assert isinstance(passage, Labelled)
    assert [claim.type for claim in passage.claims].count("firm") == 2
    assert passage.frames("relation") == (relation("Ann Lee", "works_for", "Acme"),)


def test_the_ends_of_a_relation_are_those_that_stand_closest() -> None:
    passage = pinned("p", "Acme. Some say that Ann Lee works for Acme.", WORKS)

    assert isinstance(passage, Labelled)
    (claim,) = [claim for claim in passage.claims if claim.kind == "relation"]
    assert [m.span for _, m in claim.arguments] == [Span(20, 27), Span(38, 42)]
    assert [m.type for _, m in claim.arguments] == ["person", "firm"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Ann works for Acme.", "'Ann Lee'"),
        ("ann lee works for Acme.", "'Ann Lee'"),
        ("Ann Leehy works for Acmeville.", "'Ann Lee', 'Acme'"),
        ("", "'Ann Lee', 'Acme'"),
    ],
)
def test_a_text_that_lacks_a_mention_is_dropped_and_says_which(text: str, missing: str) -> None:
    assert pinned("p", text, WORKS) == Dropped("p", "not verbatim", missing, text)


def test_a_name_within_a_longer_one_does_not_count() -> None:
    names = [entity("York", "city"), entity("New York", "city")]

    inner = pinned("p", "She left New York.", names)
    both = pinned("p", "She left New York for York.", names)

    assert isinstance(inner, Dropped)
    assert isinstance(both, Labelled)
    assert len(both.claims) == 2


def test_an_event_is_pinned_with_its_trigger() -> None:
    frame = Frame("event", "hire", ((TRIGGER, "hired"), ("who", "Ann Lee")))

    passage = pinned("p", "Acme hired Ann Lee.", [entity("Ann Lee", "person"), frame])

    assert isinstance(passage, Labelled)
    assert passage.frames("event") == (frame,)


@given(
    st.lists(st.sampled_from(["Ann", "Bo", "Acme", "is", "at", "and", "."]), max_size=12),
    st.sampled_from(["Ann", "Bo"]),
)
def test_what_is_kept_is_read_back_as_it_was(words: list[str], head: str) -> None:
    frames = with_ends(relation(head, "works_for", "Acme"), ("person", "firm"))

    passage = pinned("p", " ".join(words), frames)

    if isinstance(passage, Dropped):
        assert head not in words or "Acme" not in words
    else:
        assert labelled(passage.to_json()) == passage
