"""The formats of supervised models keep wordings that hold their separators."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.instruct_uie import InstructUie
from questgraph.tools.codecs.linear import Linear
from questgraph.tools.codecs.sel import Sel
from questgraph.tools.codecs.supervised import Escape, is_null
from questgraph.tools.codecs.tanl import Tanl
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, PLACE = EntityType(name="person"), EntityType(name="Place:City (any)")
WORKS, KNOWS = RelationType(name="works_for"), RelationType(name="knows")
NAMED = EventType(name="Personnel:Start", roles=(Role(name="person"), Role(name="firm; name")))
TYPES: tuple[AnyType, ...] = (PERSON, PLACE, WORKS, KNOWS, NAMED)

PASSAGE = 'Ann (née Lee) [CEO] of "A|B; C" met Bo = Böll, 北京 [ x | y ] \\ named\nAnn: 12:30.'
WORDS = [
    *("Ann", "Ann (née Lee)", "Lee) [CEO", "A|B; C", '"A|B;', "Bo = Böll", "Böll, 北京", "北京"),
    *("[ x | y ]", "\\ named", "12:30", "named", "[s]", "x [e] [s] y\\", "<sub>", "person: Ann"),
    *(
        "Acme\\",
        "(",
        ")",
        "a\\(b\\",
        ";;",
        "a = b",
        "knows",
        "<extra_id_0>",
        "it's",
        "\\;",
        "🜁",
        "Na",
        "-",
        "n/a",
    ),
]

wordings = (st.sampled_from(WORDS) | st.text(min_size=1, max_size=12)).map(
    lambda text: " ".join(text.split())
)
wordings = wordings.filter(lambda text: not is_null(text))
entities = st.builds(
    lambda type_, text: Frame("entity", type_.name, (("mention", text),)),
    st.sampled_from([PERSON, PLACE]),
    wordings,
)
relations = st.builds(
    lambda type_, head, tail: Frame("relation", type_.name, (("head", head), ("tail", tail))),
    st.sampled_from([WORKS, KNOWS]),
    wordings,
    wordings,
)
fillers = st.tuples(st.sampled_from([role.name for role in NAMED.roles]), wordings)
events = st.builds(
    lambda trigger, roles: Frame("event", NAMED.name, (("trigger", trigger), *roles)),
    wordings,
    st.lists(fillers, max_size=4, unique=True),
)
silent_events = st.builds(
    lambda roles: Frame("event", NAMED.name, tuple(roles)),
    st.lists(fillers, min_size=1, max_size=4, unique=True),
)


def values(*kinds: st.SearchStrategy[Frame]) -> st.SearchStrategy[list[Frame]]:
    return st.lists(st.one_of(*kinds), max_size=6, unique=True)


def unordered(frames: Sequence[Frame]) -> set[object]:
    """Return what frames say, whatever their order and that of their roles."""
    return {(frame.type, frozenset(frame.fillers)) for frame in frames}


CODECS: list[Codec[Any]] = [Sel(), Tanl(PASSAGE), InstructUie()]


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: type(codec).__name__)
@settings(deadline=None)
@given(values(entities, relations, events, silent_events))
def test_every_value_reads_back(codec: Codec[Any], value: list[Frame]) -> None:
    written = codec.write(value, TYPES)

    found = codec.read(written, TYPES)

    assert unordered(found) == unordered(value)
    assert len(found) == len(value)


@pytest.mark.parametrize("codec", [Linear(), Linear(collapsed=True), InstructUie()])
@settings(deadline=None)
@given(values(relations))
def test_where_the_form_allows_it_the_order_stays_too(
    codec: Codec[Any], value: list[Frame]
) -> None:
    assert codec.read(codec.write(value, TYPES), TYPES) == value


@pytest.mark.parametrize("codec", [*CODECS, Linear()], ids=lambda codec: str(type(codec).__name__))
@settings(deadline=None)
@given(st.text(alphabet="()[]|=;:,\\ <>sroe_Annpers", max_size=60))
def test_an_answer_of_separators_breaks_no_reader(codec: Codec[Any], answer: str) -> None:
    try:
        found = codec.read(answer, TYPES)
    except AnswerError as complaint:
        found = complaint.partial or []

    assert isinstance(found, list)


@pytest.mark.parametrize("text", [r"C:\dir", "a \\ b", "\\", r"a\b\c"])
def test_a_backslash_before_anything_else_is_plain_text(text: str) -> None:
    assert Escape(";").read(text) == text


@settings(deadline=None)
@given(wordings, st.sampled_from(["();:,", "[]|=", "():"]))
def test_an_escaped_wording_reads_back_and_is_one_part(wording: str, separators: str) -> None:
    escape = Escape(separators)

    written = escape.write(wording)

    assert escape.read(written) == wording
    assert all(escape.split(f"{written}{c}x", c) == [written, "x"] for c in separators)
