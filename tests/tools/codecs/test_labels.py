import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.labels import Labels
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType

TYPES = [EntityType(name=name) for name in ("person", "place")]


def read(answer: str) -> list[tuple[str, str]]:
    return [(frame.fillers[0][1], frame.type) for frame in Labels().read(answer, TYPES)]


@pytest.mark.parametrize(
    ("answer", "pairs"),
    [
        ('[{"Ann":"person"},{"Lagos":"place"}]', [("Ann", "person"), ("Lagos", "place")]),
        ('[{"Ann":"person","Lagos":"Place"}]', [("Ann", "person"), ("Lagos", "place")]),
        ("[{'Ann': 'person'}]", [("Ann", "person")]),
        ('The words [Ann, left] give:\n[{"Ann":"person"}]', [("Ann", "person")]),
        ('[{"Ann":"place"}] No, rather [{"Ann":"person"}].', [("Ann", "person")]),
        ('{"Ann":"person"}', [("Ann", "person")]),
        ('[{"name":"Ann","label":"person"}]', [("Ann", "person")]),
        ('[{"person":"Ann"}]', [("Ann", "person")]),
        ('[{"person":["Ann","Bo"]}]', [("Ann", "person"), ("Bo", "person")]),
        ('[{"Ann":"person"},{"May":"O"},{"left":null}]', [("Ann", "person")]),
        ('[{"Ann [sic]":"person"}]', [("Ann [sic]", "person")]),
        ("Nothing here: []", []),
    ],
)
def test_the_last_list_is_read(answer: str, pairs: list[tuple[str, str]]) -> None:
    assert read(answer) == pairs


@pytest.mark.parametrize("answer", ["", "none that I see", '["Ann"]', '[{"Ann":"animal"}]'])
def test_anything_else_gets_a_complaint(answer: str) -> None:
    with pytest.raises(AnswerError):
        read(answer)


def test_what_can_be_read_beside_unknown_types_is_kept() -> None:
    with pytest.raises(AnswerError, match="not animal") as caught:
        read('[{"Ann":"person"},{"Rex":"animal"}]')

    assert caught.value.partial == [Frame("entity", "person", (("mention", "Ann"),))]


@given(st.text(), st.text())
def test_no_answer_breaks_the_reader(one: str, other: str) -> None:
    written = Labels().write([Frame("entity", "person", (("mention", one),))], TYPES)
    for answer in (one, one + written + other, written[: len(one)] + other):
        try:
            assert isinstance(read(answer), list)
        except AnswerError:
            continue


@given(
    st.lists(
        st.tuples(st.from_regex(r"\A[A-Z][a-z\"\[\]{} |]{1,9}[a-z]\Z"), st.sampled_from(TYPES))
    )
)
def test_what_is_written_reads_back(pairs: list[tuple[str, EntityType]]) -> None:
    frames = dict.fromkeys(
        Frame("entity", type_.name, (("mention", text),))
        for text, type_ in pairs
        if text.casefold() not in ("person", "place", "none", "null", "nothing", "unknown", "nil")
    )

    assert Labels().read(Labels().write(list(frames), TYPES), TYPES) == list(frames)
