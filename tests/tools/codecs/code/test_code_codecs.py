"""What the code codecs read beyond what they write, and what they keep of hostile wordings."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.code.appends import Appends
from questgraph.tools.codecs.code.arguments import Arguments
from questgraph.tools.codecs.code.imports import Imports
from questgraph.tools.codecs.code.instances import Instances
from questgraph.tools.codecs.code.triples import Triples
from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, JOURNAL = EntityType(name="person"), EntityType(name="academic journal")
WROTE = RelationType(name="wrote for", head=("person",), tail=("academic journal",))
BORN = EventType(
    name="Life:Be-Born",
    trigger="a verb",
    roles=(Role(name="the child"), Role(name="from", many=False)),
)
TYPES: tuple[AnyType, ...] = (PERSON, JOURNAL, WROTE, BORN)

HOSTILE = [
    'a "b" c',
    "it's",
    "back\\",
    "a\nb",
    "{x}",
    "]",
    '")',
    "# END",
    "'''",
    '"""',
    "x), Person(",
]
words = (st.text(min_size=1, max_size=12) | st.sampled_from(HOSTILE)).filter(
    lambda text: not is_nothing(text)
)
entity = st.builds(
    lambda name, text: Frame("entity", name, (("mention", text),)),
    st.sampled_from(["person", "academic journal"]),
    words,
)
relation = st.builds(
    lambda head, tail: Frame("relation", "wrote for", (("head", head), ("tail", tail))),
    words,
    words,
)
event = st.builds(
    lambda trigger, children, place: Frame(
        "event",
        "Life:Be-Born",
        (("trigger", trigger), *(("the child", c) for c in children), ("from", place)),
    ),
    words,
    st.lists(words, unique=True, max_size=3),
    words,
)


def ann(text: str = "Ann") -> Frame:
    return Frame("entity", "person", (("mention", text),))


@given(st.lists(entity | relation | event, unique=True, max_size=5), st.booleans())
def test_instances_keep_every_wording(frames: list[Frame], masked: bool) -> None:
    codec = Instances(masked=masked)

    assert codec.read(codec.write(frames, TYPES), TYPES) == frames


@given(st.lists(entity, unique=True, max_size=5), st.lists(relation, unique=True, max_size=5))
def test_appended_lines_keep_every_wording(entities: list[Frame], relations: list[Frame]) -> None:
    codec = Appends()

    assert codec.read(codec.write(entities, TYPES[:2]), TYPES[:2]) == entities
    assert codec.read(codec.write(relations, TYPES[2:3]), TYPES[2:3]) == relations


@given(st.lists(entity | relation, unique=True, max_size=6), st.booleans())
def test_triples_keep_every_wording(frames: list[Frame], rationale: bool) -> None:
    codec = Triples(rationale=rationale)

    assert set(codec.read(codec.write(frames, TYPES[:3]), TYPES[:3])) == set(frames)


@given(event)
def test_arguments_keep_every_wording_but_the_trigger(frame: Frame) -> None:
    codec = Arguments()

    (read,) = codec.read(codec.write([frame], [BORN]), [BORN])

    assert read.fillers == frame.fillers[1:]


def test_triggers_alone_are_written_and_read() -> None:
    codec = Instances(triggers=True)
    frame = Frame("event", "Life:Be-Born", (("trigger", "born"), ("the child", "Bo")))

    assert codec.write([frame], [BORN]) == '    LifeBeBorn(trigger="born"),\n]'
    assert codec.read('LifeBeBorn(trigger="born", the_child=["Bo"])', [BORN]) == [
        Frame("event", "Life:Be-Born", (("trigger", "born"),))
    ]


def test_an_instance_within_another_names_an_entity_too() -> None:
    read = Instances().read('WroteFor(head=Person("Ann"), tail=AcademicJournal(name="X"))', TYPES)

    assert read == [
        ann(),
        Frame("entity", "academic journal", (("mention", "X"),)),
        Frame("relation", "wrote for", (("head", "Ann"), ("tail", "X"))),
    ]


COMPLAINTS: list[tuple[Codec[Any], str, str]] = [
    (Instances(), 'Person("Ann"), City("Lagos")', "no class City"),
    (Instances(), 'Person("Ann"), WroteFor(author="Ann")', "no argument 'author', only head, tail"),
    (Instances(), 'Person("Ann"), Person("Bo", "Cy")', "takes one argument"),
    (Instances(), 'Person("Ann"), Person({"a": "b"})', "plain strings"),
    (Triples(), 'Person("Ann"), Triple(Person("Bo"), Rel("x"))', "head, relation and tail"),
    (Triples(), 'Person("Ann"), Triple(Cat("Bo"), Rel("wrote for"), Person("Cy"))', "no class Cat"),
    (Triples(), 'Triple(Person("Ann"), Rel("eats"), Entity("X"))', "no relation 'eats'"),
]


@pytest.mark.parametrize(("codec", "answer", "complaint"), COMPLAINTS)
def test_what_nobody_asked_for_is_complained_about_and_the_rest_kept(
    codec: Codec[Any], answer: str, complaint: str
) -> None:
    with pytest.raises(AnswerError, match=complaint) as error:
        codec.read(answer, TYPES[:3])

    assert error.value.partial == [ann()]


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "Bo", "type": "city"}',
        '{"text": "Bo"}',
        '"Bo"',
        '{"text": ["Bo"], "type": "person"}',
    ],
)
def test_a_line_of_another_form_is_complained_about(line: str) -> None:
    answer = f'entity_list.append({{"text": "Ann", "type": "Person"}})\nentity_list.append({line})'

    with pytest.raises(AnswerError) as error:
        Appends().read(answer, [PERSON])

    assert error.value.partial == [ann()]


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("Person, WroteFor", ["person", "wrote for"]),
        (
            "```python\nfrom schema import (\n    Person,\n    AcademicJournal,\n)\n```",
            ["person", "academic journal"],
        ),
        ("The text needs `Person`, I think.", ["person"]),
        ("from schema import None", []),
        ("none", []),
    ],
)
def test_an_import_is_read_with_or_without_its_beginning(answer: str, names: Sequence[str]) -> None:
    assert Imports().read(answer, TYPES) == list(names)


@pytest.mark.parametrize(
    ("answer", "kept"), [("Person, City", ["person"]), ("Glad to help!", None)]
)
def test_an_import_of_unknown_classes_is_complained_about(
    answer: str, kept: list[str] | None
) -> None:
    with pytest.raises(AnswerError) as error:
        Imports().read(answer, TYPES)

    assert error.value.partial == kept


@pytest.mark.parametrize(
    "answer",
    [
        '    the_child=["Bo"],\n    from_="Lagos",\n)',
        'the_child="Bo", from_="Lagos"',
        'LifeBeBorn(trigger="born", the_child=["Bo"], from_="Lagos")',
        '```\nevent = LifeBeBorn(\n    the_child=[Person("Bo")],\n    from_=["Lagos"]\n)\n```',
    ],
)
def test_arguments_are_read_with_or_without_the_call_around_them(answer: str) -> None:
    (event,) = Arguments().read(answer, [BORN])

    assert event.fillers == (("the child", "Bo"), ("from", "Lagos"))
