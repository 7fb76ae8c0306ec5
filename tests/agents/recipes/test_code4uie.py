import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.code4uie import CODE4UIE
from questgraph.agents.recipes.code4uie_two_stage import CODE4UIE_TWO_STAGE
from questgraph.agents.state import State, outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import EntityType, Schema

from .banks import PASSAGES, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

EVERYTHING = """    Person("Ann Lee"),
    WorksFor(head="Ann Lee", tail="Acme"),
    Appointment(trigger="named", person=["Bo Ek"], firm="Acme"),
]"""


async def test_everything_is_made_in_one_list(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel([EVERYTHING])

    state = await put_with(None, CODE4UIE, model, unit, schema)

    assert {claim.type for claim in state["claims"]} == {"person", "works_for", "appointment"}
    system, question = model.requests[0].messages
    assert "class WorksFor(Relation):" in system.content
    assert question.content.endswith("result = [")
    assert outcome(state).status == "done"
    assert_within(CODE4UIE, schema, state)


async def test_an_unknown_class_is_complained_about_and_the_rest_kept(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(['Person("Ann Lee"), City("May")]'] * 2)

    state = await put_with(None, CODE4UIE, model, unit, schema)

    assert "There is no class City" in model.requests[1].messages[-1].content
    assert {claim.type for claim in state["claims"]} == {"person"}
    assert outcome(state).status == "failed"


async def test_only_what_was_imported_is_defined(put: Put, schema: Schema) -> None:
    model = ScriptedModel(["Person, WorksFor", EVERYTHING.replace("    Appointment", "    # ")])

    state = await put(CODE4UIE_TWO_STAGE, model, PASSAGES[1:2])

    imports, instances = (request.messages for request in model.requests)
    assert imports[-1].content.endswith("from schema import")
    assert [m.content for m in imports if m.role == "assistant"] == ["Person, Organization"]
    defined = instances[-1].content
    # The relation brings the classes of its ends.
    assert "class Organization(Entity):" in defined
    assert "class Appointment" not in defined
    assert "class WorksFor" not in instances[1].content
    assert {claim.type for claim in state["claims"]} == {"person", "works_for"}
    assert_within(CODE4UIE_TWO_STAGE, schema, state)


async def test_a_passage_that_needs_no_class_is_done_after_one_question(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(["None"])

    state = await put_with(None, CODE4UIE_TWO_STAGE, model, unit, schema)

    assert outcome(state).status == "empty"
    assert_within(CODE4UIE_TWO_STAGE, schema, state)


async def test_a_schema_too_long_for_the_system_message_is_defined_in_the_question(
    unit: Unit, schema: Schema
) -> None:
    entities = tuple(
        EntityType(name=f"kind of thing {i}", guideline="It is long. " * 20) for i in range(50)
    )
    large = dataclasses.replace(schema, entities=(*schema.entities, *entities))
    model = ScriptedModel(['KindOfThing7("Acme")]'])

    state = await put_with(None, CODE4UIE, model, unit, large)

    system, question = model.requests[0].messages
    assert "class KindOfThing7(Entity):" in question.content
    assert "class" not in system.content
    assert {claim.type for claim in state["claims"]} == {"kind of thing 7"}
