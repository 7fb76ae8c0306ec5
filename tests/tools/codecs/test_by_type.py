import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType, EventType, RelationType, Role

PERSON = EntityType(name="person")
WORKS = RelationType(name="works_for", head=("person",))
NAMED = EventType(
    name="appointment", trigger="a verb", roles=(Role(name="person"), Role(name="firm"))
)
TYPES = (PERSON, WORKS, NAMED)


def person(text: str) -> Frame:
    return Frame("entity", "person", (("mention", text),))


ANN = person("Ann")
ANN_AT_ACME = Frame("relation", "works_for", (("head", "Ann"), ("tail", "Acme")))
ANN_NAMED = Frame(
    "event", "appointment", (("trigger", "named"), ("person", "Ann"), ("person", "Bo"))
)


def test_frames_are_spelled_compactly_and_in_the_order_of_types() -> None:
    answer = ByType().write([ANN_NAMED, ANN_AT_ACME, ANN], TYPES)

    assert answer == (
        '{"person":["Ann"],"works_for":[["Ann","Acme"]],'
        '"appointment":[{"trigger":"named","person":["Ann","Bo"]}]}'
    )


def test_a_complete_answer_says_of_every_type_that_there_is_none() -> None:
    assert ByType().write([], TYPES) == '{"person":[],"works_for":[],"appointment":[]}'
    assert ByType(complete=False).write([], TYPES) == "{}"


@pytest.mark.parametrize(
    ("answer", "frames"),
    [
        ('{"person":["Ann"]}', [ANN]),
        ('Here you are:\n```json\n{"Person": ["Ann", "Ann"]}\n``` Bye.', [ANN]),
        ("{'person': ['Ann',]}", [ANN]),
        ('{"person":"Ann"}', [ANN]),
        ('{"person":[{"text":"Ann"}]}', [ANN]),
        ('{"person":["none",""],"works_for":null}', []),
        ('{"works-for":[{"head":"Ann","tail":"Acme"}]}', [ANN_AT_ACME]),
        ('{"works_for":[["Ann","none"]]}', []),
        ('{"appointment":[{"person":["Ann","Bo"],"trigger":"named","firm":[]}]}', [ANN_NAMED]),
        ('{"appointment":{"trigger":"named","person":["Ann","Bo"]}}', [ANN_NAMED]),
        ("{}", []),
    ],
)
def test_drifting_spellings_are_read(answer: str, frames: list[Frame]) -> None:
    assert ByType().read(answer, TYPES) == frames


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("Ann works for Acme.", "JSON only"),
        ('{"person":["Ann","Bo', "cut off"),
        ('["Ann"]', "Answer with JSON"),
        ('{"animal":["cat"],"person":["Ann"]}', "Nobody asked for 'animal'"),
        ('{"works_for":[["Ann"]],"person":["Ann"]}', "head"),
        ('{"appointment":[{"boss":["Bo"]}],"person":["Ann"]}', "no role 'boss'"),
        ('{"appointment":["named"],"person":["Ann"]}', "object of roles"),
        ('{"person":[["Ann"]]}', "plain strings"),
    ],
)
def test_other_forms_get_a_complaint(answer: str, complaint: str) -> None:
    with pytest.raises(AnswerError, match=complaint) as caught:
        ByType().read(answer, TYPES)

    assert caught.value.partial in (None, [], [ANN])


def test_what_could_be_read_is_kept_beside_the_complaint() -> None:
    with pytest.raises(AnswerError) as caught:
        ByType().read('{"animal":["cat"],"person":["Ann"]}', TYPES)

    assert caught.value.partial == [ANN]


def test_thousands_of_items_are_read_once_each() -> None:
    answer = ByType().write([person(f"Ann {i % 100}") for i in range(20_000)], TYPES)

    assert len(ByType().read(answer, TYPES)) == 100


def test_an_answer_without_optional_keys_is_not_strict_and_one_with_all_is() -> None:
    whole, partial = ByType().format([PERSON, WORKS]), ByType(complete=False).format([PERSON])

    assert whole is not None
    assert partial is not None
    assert whole.strict
    assert not partial.strict


words = st.text(min_size=1, max_size=20).map(str.strip).filter(lambda s: s and s.isalnum())


@given(st.lists(st.tuples(words, words)))
def test_what_is_written_reads_back(pairs: list[tuple[str, str]]) -> None:
    frames = dict.fromkeys(
        Frame("relation", "works_for", (("head", f"x{head}"), ("tail", f"x{tail}")))
        for head, tail in pairs
    )

    assert ByType().read(ByType().write(list(frames), TYPES), TYPES) == list(frames)


@given(st.text())
def test_no_answer_breaks_the_reader(answer: str) -> None:
    try:
        frames = ByType().read(answer, TYPES)
    except AnswerError:
        frames = []

    assert isinstance(frames, list)
