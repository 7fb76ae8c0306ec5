from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.chatie_tool import CHATIE_TOOL
from questgraph.agents.state import State, outcome
from questgraph.tools.codecs.table import Table
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Frame
from questgraph.tools.schema import EventType, Role, Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ANSWERS = [
    "(person)",
    "| entity type | entity name |\n|---|---|\n| person | Ann Lee |",
    "(works_for)",
    "| person | organization |\n|---|---|\n| Ann Lee | Acme |",
    "(appointment)",
    "| argument role | argument content |\n|---|---|\n| person | Bo Ek |\n| firm | Acme |",
]


async def test_all_three_tasks_ask_for_types_first(put: Put, schema: Schema) -> None:
    model = ScriptedModel(ANSWERS)

    state = await put(CHATIE_TOOL, model)

    assert [turn.stage for turn in state["turns"]] == [
        "detect_entities",
        "ask_entities",
        "detect_relations",
        "ask_relations",
        "detect_events",
        "ask_events",
    ]
    assert [claim.type for claim in state["claims"]] == [
        "person",
        "person",
        "works_for",
        "appointment",
    ]
    assert outcome(state).status == "done"
    assert_within(CHATIE_TOOL, schema, state)


async def test_several_events_may_be_named_and_their_table_leaves_out_the_type(put: Put) -> None:
    model = ScriptedModel(ANSWERS)

    state = await put(CHATIE_TOOL, model)

    detected, asked = (turn.question for turn in state["turns"][-2:])
    assert "as many as there are" in detected
    assert "| argument role | argument content |" in asked


async def test_the_raw_reply_is_the_history_of_the_second_question(put: Put) -> None:
    model = ScriptedModel(["Surely: (person)", *ANSWERS[1:]])

    await put(CHATIE_TOOL, model)

    said = [m.content for m in model.requests[1].messages if m.role == "assistant"]
    assert said == ["Surely: (person)"]


async def test_nothing_anywhere_is_empty_and_prose_is_failed(put: Put, schema: Schema) -> None:
    empty = await put(CHATIE_TOOL, ScriptedModel(["none"] * 3))
    failed = await put(CHATIE_TOOL, ScriptedModel(lambda request: "I see some."))

    assert outcome(empty).status == "empty"
    assert outcome(failed).status == "failed"
    assert_within(CHATIE_TOOL, schema, empty)


def test_a_table_without_the_type_reads_back() -> None:
    event = EventType(name="appointment", roles=(Role(name="person"), Role(name="firm")))
    frame = Frame("event", "appointment", (("person", "Bo"), ("firm", "Acme")))
    table = Table(typed=False)

    written = table.write([frame], [event])

    assert "| person | Bo |" in written
    assert table.read(written, [event]) == [frame]
    assert table.read("| person | Bo |\n| firm | Acme |", [event]) == [frame]
