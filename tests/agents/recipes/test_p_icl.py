import pytest

from questgraph.agents.recipes.p_icl import P_ICL
from questgraph.agents.state import outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import bank, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

ANSWER = '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"]}'


async def test_point_entities_of_the_bank_explain_each_type(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel([ANSWER])

    state = await put_with(bank(), P_ICL, model, unit, schema)

    system = model.requests[0].messages[0].content
    assert "- organization: A named company. E.g. Globex, Acme." in system
    assert "- person: A named human being. E.g. Cy Dee, Ida Wu, Ann Lee, Max Oh." in system
    assert {c.type for c in state["claims"]} == {"person", "organization"}
    assert outcome(state).status == "done"
    assert_within(P_ICL, schema, state)


async def test_without_a_bank_the_schema_explains_by_itself(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel([ANSWER])

    await put_with(None, P_ICL, model, unit, schema)

    assert "E.g." not in model.requests[0].messages[0].content


@pytest.mark.parametrize(
    ("answer", "status"), [('{"person":[],"organization":[]}', "empty"), ("hm", "failed")]
)
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(bank(), P_ICL, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == status
    assert_within(P_ICL, schema, state)
