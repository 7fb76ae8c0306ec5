from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.gollie_style import GOLLIE_STYLE, GOLLIE_STYLE_MASKED
from questgraph.agents.state import State, outcome
from questgraph.tools.codecs.code.names import class_names
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import PASSAGES, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Appointment(" in question:
        return 'Appointment(trigger="named", person=["Bo Ek"], firm="Acme")]'
    return "]" if "WorksFor(" in question else 'Person("Ann Lee"), Organization("Acme")]'


async def test_each_task_is_a_list_of_its_own_under_the_same_guidelines(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    state = await put_with(None, GOLLIE_STYLE, model, unit, schema)

    assert len(model.requests) == 3
    assert len({request.messages[0] for request in model.requests}) == 1
    assert '"""A named human being."""' in model.requests[0].messages[0].content
    assert {claim.type for claim in state["claims"]} == {"person", "organization", "appointment"}
    assert outcome(state).status == "done"
    assert_within(GOLLIE_STYLE, schema, state)


async def test_masked_class_names_tell_nothing_anywhere(put: Put, schema: Schema) -> None:
    label = class_names(["person"], masked=True)["person"]
    model = ScriptedModel(lambda request: f'{label}("Ann Lee")]')

    state = await put(GOLLIE_STYLE_MASKED, model, PASSAGES[:1])

    entities = model.requests[0]
    assert f'    {label}("Cy Dee"),' in [
        line for message in entities.messages for line in message.content.splitlines()
    ]
    assert all("Person" not in message.content for message in entities.messages)
    assert "person" in {claim.type for claim in state["claims"]}
