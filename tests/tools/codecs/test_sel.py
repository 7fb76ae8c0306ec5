import pytest

from questgraph.tools.codecs.sel import Sel
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, FIRM = EntityType(name="person"), EntityType(name="organization")
WORKS, KNOWS = RelationType(name="works for"), RelationType(name="knows")
DIE = EventType(name="Life:Die", trigger="a verb", roles=(Role(name="Victim"), Role(name="Place")))
TYPES: tuple[AnyType, ...] = (PERSON, FIRM, WORKS, KNOWS, DIE)

ANN = Frame("entity", "person", (("mention", "Ann Lee"),))
ACME = Frame("entity", "organization", (("mention", "Acme"),))
AT_ACME = Frame("relation", "works for", (("head", "Ann Lee"), ("tail", "Acme")))
KILLED = Frame("event", "Life:Die", (("trigger", "killed"), ("Victim", "Ann Lee")))


def test_an_asoc_stands_in_the_bracket_of_its_spot() -> None:
    answer = Sel().write([ANN, ACME, AT_ACME, KILLED], TYPES)

    assert answer == (
        "((person: Ann Lee (works for: Acme)) (organization: Acme) "
        "(Life\\:Die: killed (Victim: Ann Lee)))"
    )


def test_a_head_that_is_no_entity_gets_an_empty_type() -> None:
    assert Sel().write([AT_ACME], TYPES) == "((: Ann Lee (works for: Acme)))"


@pytest.mark.parametrize(
    ("answer", "frames"),
    [
        ("((person: Ann Lee))", [ANN]),
        ("(person: Ann Lee)", [ANN]),
        ("((Person: Ann Lee (works_for: Acme)) (organization: Acme))", [ANN, ACME, AT_ACME]),
        ("((Life:Die: killed (victim: Ann Lee)))", [KILLED]),
        ("((person: null) (person: Ann Lee (works for: NULL)))", [ANN]),
        ("<extra_id_0><extra_id_0> person<extra_id_5> Ann Lee<extra_id_1><extra_id_1>", [ANN]),
        ("<pad> <extra_id_0> <extra_id_1></s>", []),
        ("()", []),
        ("(())", []),
        ("none", []),
    ],
)
def test_plain_outputs_are_read(answer: str, frames: list[Frame]) -> None:
    assert Sel().read(answer, TYPES) == frames


@pytest.mark.parametrize(
    "answer",
    [
        "((person: Ann Lee (works for: Acme)) (organization: Acme",
        "((person: Ann Lee (works for: Acme (organization: Acme",
        "((person: Ann Lee (works for: Acme) (organization: Acme))",
        "(person: Ann Lee (works for: Acme))) (organization: Acme))",
        "person: ((person: Ann Lee (works for: Acme)) (organization: Acme))",
    ],
)
def test_brackets_out_of_balance_lose_nothing(answer: str) -> None:
    assert Sel().read(answer, TYPES) == [ANN, ACME, AT_ACME]


def test_brackets_in_the_wordings_of_the_released_marks_are_text() -> None:
    answer = "<extra_id_0><extra_id_0>person<extra_id_5>Ann (Lee)<extra_id_1><extra_id_1>"

    assert Sel().read(answer, TYPES) == [Frame("entity", "person", (("mention", "Ann (Lee)"),))]


@pytest.mark.parametrize(
    ("answer", "complaint", "partial"),
    [
        ("Ann Lee works for Acme.", "nested brackets", None),
        ("((animal: cat) (person: Ann Lee))", "Nobody asked for 'animal'", [ANN]),
        ("((person: Ann Lee (likes: Bo)))", "Nobody asked for 'likes'", [ANN]),
        ("((boss: Ann Lee (works for: Acme)))", "Nobody asked for 'boss'", [AT_ACME]),
        ("((Life:Die: killed (Victim: Ann Lee) (Boss: Bo)))", "'Boss'", [KILLED]),
    ],
)
def test_strange_names_get_a_complaint_and_the_rest_is_kept(
    answer: str, complaint: str, partial: object
) -> None:
    with pytest.raises(AnswerError, match=complaint) as caught:
        Sel().read(answer, TYPES)

    assert caught.value.partial == partial


def test_brackets_thousands_deep_are_read() -> None:
    answer = "(" * 50_000 + "person: Ann Lee"

    assert Sel().read(answer, TYPES) == [ANN]
