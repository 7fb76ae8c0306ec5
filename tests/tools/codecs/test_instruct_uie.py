import pytest

from questgraph.tools.codecs.instruct_uie import InstructUie
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, PLACE = EntityType(name="person"), EntityType(name="place")
WORKS = RelationType(name="works for")
DIE = EventType(name="Life:Die", roles=(Role(name="victim"), Role(name="where")))
TYPES: tuple[AnyType, ...] = (PERSON, PLACE, WORKS, DIE)


def entity(type_: str, text: str) -> Frame:
    return Frame("entity", type_, (("mention", text),))


ANN, LAGOS = entity("person", "Ann"), entity("place", "Lagos")
AT_ACME = Frame("relation", "works for", (("head", "Ann"), ("tail", "Acme")))
KILLED = Frame("event", "Life:Die", (("trigger", "killed"), ("victim", "Ann"), ("where", "Lagos")))


@pytest.mark.parametrize(
    ("frames", "answer"),
    [
        ([ANN, LAGOS], "person: Ann; place: Lagos"),
        ([AT_ACME], "works for: Ann, Acme"),
        ([KILLED], "(Life\\:Die: killed, Ann: victim, Lagos: where)"),
        ([], "None"),
    ],
)
def test_each_task_has_its_form(frames: list[Frame], answer: str) -> None:
    assert InstructUie().write(frames, TYPES) == answer


@pytest.mark.parametrize(
    ("answer", "frames"),
    [
        (" Person: Ann;place: Lagos ", [ANN, LAGOS]),
        ("Answer:\nperson: Ann\nplace: Lagos\n", [ANN, LAGOS]),
        ("works_for: Ann, Acme; works for: Ann, Acme", [AT_ACME]),
        (" ( Life:Die: killed,  Ann: victim, Lagos: where) ", [KILLED]),
        ("(Life:Die: killed, victim: Ann, where: Lagos)", [KILLED]),
        ("(Life:Die: killed, Ann: victim, Lagos: where", [KILLED]),
        ("(Life:Die: killed, None),(Life:Die: killed, Ann: victim, Lagos: where)", None),
        ("person: none; place: Lagos", [LAGOS]),
        (" None", []),
        ("", []),
    ],
)
def test_plain_outputs_are_read(answer: str, frames: list[Frame] | None) -> None:
    bare = Frame("event", "Life:Die", (("trigger", "killed"),))

    assert InstructUie().read(answer, TYPES) == ([bare, KILLED] if frames is None else frames)


@pytest.mark.parametrize(
    ("answer", "frames"),
    [
        ("person: Ann; Bo & Co; place: Lagos", [entity("person", "Ann; Bo & Co"), LAGOS]),
        ("place: Lagos: the port", [entity("place", "Lagos: the port")]),
        ("person: Ann (née Lee)", [entity("person", "Ann (née Lee)")]),
        (
            "(Life:Die: killed, Lagos, Nigeria: where)",
            [Frame("event", "Life:Die", (("trigger", "killed"), ("where", "Lagos, Nigeria")))],
        ),
        (
            "(Life:Die: killed, where: Lagos, Nigeria)",
            [Frame("event", "Life:Die", (("trigger", "killed"), ("where", "Lagos, Nigeria")))],
        ),
    ],
)
def test_separators_inside_of_wordings_are_told_from_others(
    answer: str, frames: list[Frame]
) -> None:
    assert InstructUie().read(answer, TYPES) == frames


@pytest.mark.parametrize(
    ("answer", "complaint", "partial"),
    [
        ("Ann lives in Lagos", "type: words", None),
        ("animal: cat; person: Ann", "'animal: cat'", [ANN]),
        ("works for: Ann; person: Ann", "works for as head, tail", [ANN]),
        ("works for: Ann, Acme, Lagos; person: Ann", "works for as head, tail", [ANN]),
        ("(Life:Die: killed, Bo: killer); person: Ann", "no role 'killer'", [ANN]),
    ],
)
def test_other_forms_get_a_complaint_and_the_rest_is_kept(
    answer: str, complaint: str, partial: object
) -> None:
    with pytest.raises(AnswerError, match=complaint) as caught:
        InstructUie().read(answer, TYPES)

    assert caught.value.partial == partial
