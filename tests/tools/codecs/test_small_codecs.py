import pytest

from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.codecs.code.appends import Appends
from questgraph.tools.codecs.code.instances import Instances
from questgraph.tools.codecs.labels import Labels
from questgraph.tools.codecs.mentions import Mentions
from questgraph.tools.codecs.names import JsonNames, ListedNames
from questgraph.tools.codecs.open_triples import OpenTriples
from questgraph.tools.codecs.pairs import Pairs
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType, EventType, RelationType, Role

TYPES = [EntityType(name=name) for name in ("person", "place", "born in, at")]


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ('{"types":["place","person"]}', ["person", "place"]),
        ('["Place"]', ["place"]),
        ('{"types":[]}', []),
        ('{"types":["none"]}', []),
    ],
)
def test_json_names_come_in_schema_order(answer: str, names: list[str]) -> None:
    assert JsonNames().read(answer, TYPES) == names


def test_a_name_that_nobody_asked_for_gets_a_complaint_and_the_rest_is_kept() -> None:
    with pytest.raises(AnswerError, match="not animal") as caught:
        JsonNames().read('{"types":["animal","place"]}', TYPES)

    assert caught.value.partial == ["place"]


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("(place, person)", ["person", "place"]),
        ("The types are (Place) and [person].", ["person", "place"]),
        ("（person，place）", ["person", "place"]),
        ("person", ["person"]),
        ("(born in, at)", ["born in, at"]),
        ("none", []),
        ("None.", []),
        ("(none)", []),
    ],
)
def test_listed_names_are_found_in_brackets(answer: str, names: list[str]) -> None:
    assert ListedNames().read(answer, TYPES) == names


def test_a_list_without_any_known_name_gets_a_complaint() -> None:
    with pytest.raises(AnswerError, match="Choose from these"):
        ListedNames().read("(animal)", TYPES)


def test_pairs_are_read_and_unknown_types_get_a_complaint() -> None:
    ann = Frame("entity", "person", (("mention", "Ann"),))

    assert Pairs().read('[["Person","Ann"],["person","none"]]', TYPES) == [ann]
    assert Pairs().read("none", TYPES) == []
    with pytest.raises(AnswerError, match="types only") as caught:
        Pairs().read('[["person","Ann"],["animal","cat"]]', TYPES)
    assert caught.value.partial == [ann]


@pytest.mark.parametrize(
    ("answer", "decision"),
    [('{"answer":"yes"}', True), ("No.", False), ("**Yes**, it does", True)],
)
def test_a_decision_is_read(answer: str, decision: bool) -> None:
    assert YesNo().read(answer) is decision


@pytest.mark.parametrize("answer", ["", "maybe", "yes and no"])
def test_a_hedge_gets_a_complaint(answer: str) -> None:
    with pytest.raises(AnswerError, match="Decide"):
        YesNo().read(answer)


def test_ranked_names_come_as_they_are_said_and_once() -> None:
    said = '{"types":["place","person","Place"]}'

    assert JsonNames(ranked=True).read(said, TYPES) == ["place", "person"]
    assert JsonNames().read(said, TYPES) == ["person", "place"]


SODIUM = Frame("entity", "element", (("mention", "Na"),))


@pytest.mark.parametrize(
    ("codec", "answer"),
    [
        (ByType(), '{"element":["%s"]}'),
        (Mentions(), '["%s"]'),
        (Pairs(), '[["element","%s"]]'),
        (Labels(), '[{"%s":"element"}]'),
        (Instances(), 'result = [Element("%s")]'),
        (Appends(), 'entity_list.append({"text": "%s", "type": "element"})'),
    ],
    ids=lambda part: type(part).__name__,
)
def test_na_in_a_list_is_sodium_and_what_says_nothing_there_is_nothing(
    codec: Codec[list[Frame]], answer: str
) -> None:
    types = [EntityType(name="element")]

    assert codec.read(codec.write([SODIUM], types), types) == [SODIUM]
    assert codec.read(answer % "Na", types) == [SODIUM]
    for nothing in ("None", "none", "NULL", ""):
        assert codec.read(answer % nothing, types) == []


def test_na_as_the_whole_answer_is_nothing() -> None:
    types = [EntityType(name="element")]

    assert ByType().read('{"element":"N/A"}', types) == []
    assert ByType().read('{"element":"NA"}', types) == []
    assert ByType().read('{"element":[null]}', types) == []
    assert Mentions().read("NA", types) == Mentions().read('"n/a"', types) == []
    assert Pairs().read("NA", types) == []


def test_ends_and_roles_in_a_list_may_be_sodium_too() -> None:
    bond = RelationType(name="bond")
    mixing = EventType(name="mixing", roles=(Role(name="part"),))
    salt = Frame("relation", "bond", (("head", "Na"), ("tail", "Cl")))
    mixed = Frame("event", "mixing", (("part", "Na"),))

    answer = '{"bond":[["Na","Cl"],["Na","none"]],"mixing":[{"part":["Na",null]},{"part":"NA"}]}'

    assert ByType().read(answer, [bond, mixing]) == [salt, mixed]
    assert OpenTriples().read('[["Na","bond","Cl"],["Na","bond","none"]]', []) == [salt]
