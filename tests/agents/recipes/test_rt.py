import pytest

from questgraph.agents.recipes.rt import RT
from questgraph.agents.state import outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import bank, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio


def answering(request: Request) -> str:
    if "are a person" in request.messages[-1].content:
        return "1. Ann Lee | True | because it is a name\n2. Acme | False | because it is a firm"
    return "1. Acme | True | because it is a firm"


async def test_words_with_the_flag_true_are_the_entities(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank(), RT, model, unit, schema)

    found = {(c.type, c.arguments[0].mention.text) for c in state["claims"]}
    assert found == {("person", "Ann Lee"), ("organization", "Acme")}
    assert outcome(state).status == "done"
    assert_within(RT, schema, state)


async def test_demonstrations_think_about_words_of_both_kinds(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    await put_with(bank(), RT, model, unit, schema)

    (request,) = (r for r in model.requests if "are a person" in r.messages[-1].content)
    shown = [m.content for m in request.messages if m.role == "assistant"]
    assert any("Cy Dee | True | because it is a person" in answer for answer in shown)
    assert any("worked | False | because it is no person" in answer for answer in shown)


@pytest.mark.parametrize(("answer", "status"), [("none", "empty"), ("hm, well", "failed")])
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(bank(), RT, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == status
    assert_within(RT, schema, state)
