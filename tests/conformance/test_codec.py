"""What every codec promises, whatever its form."""

import json
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.codecs.candidate_table import CandidateTable
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.codecs.code.appends import Appends
from questgraph.tools.codecs.code.arguments import Arguments
from questgraph.tools.codecs.code.imports import Imports
from questgraph.tools.codecs.code.instances import Instances
from questgraph.tools.codecs.code.triples import Triples
from questgraph.tools.codecs.count import Count
from questgraph.tools.codecs.instruct_uie import InstructUie
from questgraph.tools.codecs.labels import Labels
from questgraph.tools.codecs.linear import Linear
from questgraph.tools.codecs.marked_copy import MarkedCopy
from questgraph.tools.codecs.mentions import Mentions
from questgraph.tools.codecs.move import Move, MoveChoice
from questgraph.tools.codecs.names import JsonNames, ListedNames
from questgraph.tools.codecs.open_triples import OpenTriples
from questgraph.tools.codecs.pairs import Pairs
from questgraph.tools.codecs.picks import Picks
from questgraph.tools.codecs.reasoned import Decision, Reasoned, Step, Steps
from questgraph.tools.codecs.repairs import BOUNDARY, NO_NAME, TYPE, Repair, Repairs
from questgraph.tools.codecs.sel import Sel
from questgraph.tools.codecs.table import Table
from questgraph.tools.codecs.tanl import Tanl
from questgraph.tools.codecs.value import Value
from questgraph.tools.codecs.word_flags import WordFlags
from questgraph.tools.codecs.words_of import WordsOf
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

PERSON, PLACE = EntityType(name="person"), EntityType(name="place")
WORKS = RelationType(name="works_for", head=("person",), tail=("organization",))
NAMED = EventType(name="appointment", trigger="a verb", roles=(Role(name="person"),))

ANN = Frame("entity", "person", (("mention", 'Ann O\'Neil | "Annie"'),))
LAGOS = Frame("entity", "place", (("mention", "Lagos, Nigeria"),))
AT_ACME = Frame("relation", "works_for", (("head", "Ann"), ("tail", "Acme & Sons")))
CHOSEN = Frame("event", "appointment", (("trigger", "named"), ("person", "Ann"), ("person", "Bo")))
TOLD = Frame("event", "appointment", (("person", "Ann"), ("person", "Bo")))
REPAIRED = [Repair(BOUNDARY, "Ann O'Neil"), Repair(TYPE, "place"), Repair(NO_NAME)]

PASSAGE = 'Ann O\'Neil | "Annie" works for Acme & Sons [1]. They named Ann and Bo.'

CASES: list[tuple[Codec[Any], Sequence[AnyType], Any]] = [
    (ByType(), [PERSON, WORKS, NAMED], [ANN, AT_ACME, CHOSEN]),
    (ByType(), [PERSON, WORKS, NAMED], []),
    (ByType(complete=False), [PERSON, PLACE], [LAGOS]),
    (JsonNames(), [PERSON, PLACE, WORKS], ["person", "works_for"]),
    (JsonNames(), [PERSON, PLACE], []),
    (ListedNames(), [PERSON, PLACE], ["place"]),
    (ListedNames(), [PERSON, PLACE], []),
    (Pairs(), [PERSON, PLACE], [ANN, LAGOS]),
    (Table(), [PERSON], [ANN]),
    (Table(), [WORKS], [AT_ACME]),
    (Table(), [NAMED], [TOLD]),
    (Table(), [WORKS], []),
    (MoveChoice([Move("detect"), Move("ask", "person")]), [], Move("ask", "person")),
    (MoveChoice([Move("verify", 'person: Ann "O"'), Move("stop")]), [], Move("stop")),
    (Picks(3), [], frozenset({0, 2})),
    (Picks(1), [], frozenset()),
    (YesNo(), [], True),
    (YesNo(), [], False),
    (Value(), [], "May 2021: the first"),
    (Value(), [], ""),
    (MarkedCopy(PASSAGE), [PERSON], [ANN]),
    (MarkedCopy(PASSAGE), [PERSON], []),
    (WordFlags(PASSAGE), [PERSON], [ANN]),
    (WordFlags(PASSAGE), [PERSON], []),
    (Steps(Step("case", "one sentence")), [], ("A person works for a firm.",)),
    (Reasoned(), [WORKS], Decision("works_for")),
    (Reasoned(after=[Step("because", "why")]), [WORKS], Decision("", ('said "no"',))),
    (Sel(), [PERSON, WORKS, NAMED], [ANN, AT_ACME, CHOSEN]),
    (Sel(), [PERSON, WORKS], []),
    (Tanl(PASSAGE), [PERSON, WORKS, NAMED], [ANN, AT_ACME, CHOSEN]),
    (Tanl(PASSAGE), [PERSON, WORKS], []),
    (InstructUie(), [PERSON, WORKS, NAMED], [ANN, AT_ACME, CHOSEN]),
    (InstructUie(), [PERSON, WORKS], []),
    (Linear(), [WORKS], [AT_ACME]),
    (Linear(collapsed=True), [WORKS], [AT_ACME]),
    (Linear(), [WORKS], []),
    (Appends(), [PERSON, PLACE], [ANN, LAGOS]),
    (Appends(), [WORKS], [AT_ACME]),
    (Appends(), [WORKS], []),
    (Instances(), [PERSON, WORKS, NAMED], [ANN, AT_ACME, CHOSEN]),
    (Instances(), [PERSON, WORKS, NAMED], []),
    (Instances(masked=True), [PERSON, PLACE], [ANN, LAGOS]),
    (Instances(triggers=True), [NAMED], []),
    (Arguments(), [NAMED], [TOLD]),
    (Arguments(), [NAMED], []),
    (Triples(), [PERSON, WORKS], [ANN, AT_ACME]),
    (Triples(), [PERSON, WORKS], []),
    (Triples(rationale=True), [PERSON, PLACE, WORKS], [LAGOS, ANN, AT_ACME]),
    (Triples(rationale=True), [PERSON, WORKS], []),
    (Imports(), [PERSON, PLACE, WORKS], ["person", "works_for"]),
    (Imports(), [PERSON, PLACE], []),
    (WordsOf(PASSAGE), [WORKS, NAMED], [AT_ACME, CHOSEN]),
    (WordsOf(PASSAGE), [PERSON, WORKS, NAMED], []),
    (Mentions(), [PERSON], [ANN]),
    (Mentions(), [PERSON], []),
    (Labels(), [PERSON, PLACE], [ANN, LAGOS]),
    (Labels(), [PERSON, PLACE], []),
    (OpenTriples(), [], [AT_ACME]),
    (OpenTriples(), [], []),
    (CandidateTable(), [PERSON, PLACE], [LAGOS]),
    (CandidateTable(), [PERSON, PLACE], []),
    (Repairs(["Ann", "Acme", "Lee"], "person"), [PERSON, PLACE], REPAIRED),
    (Count(20), [], 3),
    (Count(20), [], 0),
    (Choice(("Ann works for Acme", NONE)), [], 0),
    (Choice(("Ann works for Acme", NONE)), [], 1),
]
each_case = pytest.mark.parametrize(
    ("codec", "types", "value"), CASES, ids=lambda part: type(part).__name__
)


@each_case
def test_what_is_written_reads_back(
    codec: Codec[Any], types: Sequence[AnyType], value: object
) -> None:
    assert codec.read(codec.write(value, types), types) == value


def read(codec: Codec[Any], answer: str, types: Sequence[AnyType]) -> object:
    """Return what is read, or the complaint; any other error is the reader's fault."""
    try:
        return codec.read(answer, types)
    except AnswerError as complaint:
        return complaint


@each_case
def test_an_answer_between_lines_of_prose_is_read_or_complained_about(
    codec: Codec[Any], types: Sequence[AnyType], value: object
) -> None:
    found = read(codec, f"Sure.\n{codec.write(value, types)}\n", types)

    assert found == value or (isinstance(found, AnswerError) and str(found))


@each_case
@given(st.data())
def test_no_answer_breaks_the_reader(
    codec: Codec[Any], types: Sequence[AnyType], value: object, data: st.DataObject
) -> None:
    written = codec.write(value, types)
    cut = data.draw(st.integers(0, len(written)))
    answer = written[:cut] + data.draw(st.text(max_size=20)) + written[cut:]

    found = read(codec, answer, types)

    assert str(found) or not found


@each_case
def test_it_says_in_words_how_to_answer(
    codec: Codec[Any], types: Sequence[AnyType], value: object
) -> None:
    assert codec.instruct(types).strip()


@each_case
def test_what_is_written_keeps_to_the_constraint(
    codec: Codec[Any], types: Sequence[AnyType], value: object
) -> None:
    if (form := codec.format(types)) is not None:
        written = codec.write(value, types)
        jsonschema.validate(json.loads(written), dict(form.schema))
        assert written == json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":"))
