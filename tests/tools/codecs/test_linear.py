import pytest

from questgraph.tools.codecs.linear import Linear
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import RelationType

TYPES = (RelationType(name="works_for"), RelationType(name="knows"))


def said(head: str, name: str, tail: str) -> Frame:
    return Frame("relation", name, (("head", head), ("tail", tail)))


AT_ACME, KNOWS_BO = said("Ann", "works_for", "Acme"), said("Ann", "knows", "Bo")
BOTH = [AT_ACME, KNOWS_BO]

EXPANDED = "[s] Ann [r] works_for [o] Acme [e] [s] Ann [r] knows [o] Bo [e]"
COLLAPSED = "[s] Ann [r] works_for [o] Acme [r] knows [o] Bo [e]"


def test_a_subject_is_said_again_or_once() -> None:
    assert Linear().write(BOTH, TYPES) == EXPANDED
    assert Linear(collapsed=True).write(BOTH, TYPES) == COLLAPSED


@pytest.mark.parametrize("collapsed", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        EXPANDED,
        COLLAPSED,
        "[s] Ann [r] works_for [o] Acme [s] Ann [r] knows [o] Bo",
        "[s]Ann[r]Works For[o]Acme[e][s]Ann[r]knows[o]Bo[e]",
        "<sub> Ann <rel> works for <obj> Acme <et> <sub> Ann <rel> knows <obj> Bo <et>",
        f"Sure:\n{EXPANDED} {EXPANDED}",
    ],
)
def test_both_forms_are_read_with_and_without_end_marks(answer: str, collapsed: bool) -> None:
    assert Linear(collapsed=collapsed).read(answer, TYPES) == BOTH


@pytest.mark.parametrize("answer", ["", "none", "Here:\nnone", "[s] Ann [r] knows [o] none [e]"])
def test_nothing_is_read_as_nothing(answer: str) -> None:
    assert Linear().read(answer, TYPES) == []


def test_a_mark_in_a_wording_is_escaped_and_other_brackets_are_not() -> None:
    answer = Linear().write([said("[x] [s]", "knows", "a\\b")], TYPES)

    assert answer == "[s] [x] \\[s] [r] knows [o] a\\b [e]"


@pytest.mark.parametrize(
    ("answer", "partial"),
    [
        ("Ann works for Acme.", None),
        (f"{EXPANDED} [s] Ann [r] likes [o] Bo [e]", BOTH),
        (f"{EXPANDED} [s] Ann [o] Bo [e]", BOTH),
        (f"{EXPANDED} [s] [r] knows [o] Bo [e]", BOTH),
        ("[s] Ann [r] works_for [o] Acme [o] Bo [e]", [AT_ACME]),
    ],
)
def test_what_is_no_whole_triplet_gets_a_complaint(answer: str, partial: object) -> None:
    with pytest.raises(AnswerError, match=r"\[s\] subject") as caught:
        Linear().read(answer, TYPES)

    assert caught.value.partial == partial
