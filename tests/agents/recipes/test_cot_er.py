import pytest

from questgraph.agents.recipes.cot_er import COT_ER
from questgraph.agents.state import outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import FIRM, PASSAGES, PERSON, bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

OF_ANN = 'relation of "Ann Lee" to "Acme"'
CHAIN = '{"head_is":"a woman","tail_is":"a firm","evidence":"works for","relation":"works_for"}'

CHAINED = passage(
    "a",
    "Cy Dee has worked for Acme since spring.",
    [("Cy Dee", PERSON), ("Acme", FIRM)],
    [(0, 1, "works_for")],
    notes={
        "head_is of 0-6, 22-26": "a man",
        "tail_is of 0-6, 22-26": "a firm",
        "evidence of 0-6, 22-26": "has worked for",
    },
)


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Copy every mention" in question:
        return '{"person":["Ann Lee"],"organization":["Acme"]}'
    return CHAIN if OF_ANN in question else CHAIN.replace('"works_for"', '"NONE"')


async def test_the_answer_reasons_before_it_tells_the_relation(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank("pair", [CHAINED]), COT_ER, model, unit, schema)

    (request,) = (r for r in model.requests if OF_ANN in r.messages[-1].content)
    assert [m.content for m in request.messages if m.role == "assistant"] == [
        '{"head_is":"a man","tail_is":"a firm","evidence":"has worked for","relation":"works_for"}'
    ]
    assert [claim.type for claim in state["claims"] if claim.kind == "relation"] == ["works_for"]
    assert_within(COT_ER, schema, state)


async def test_passages_without_chains_are_no_demonstrations(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank("pair", PASSAGES), COT_ER, model, unit, schema)

    asked = [r for r in model.requests if "Relations: NONE" in r.messages[-1].content]
    assert {len(request.messages) for request in asked} == {2}
    assert outcome(state).status == "done"


@pytest.mark.parametrize(
    ("answer", "status"), [('{"person":[],"organization":[]}', "empty"), ("hm", "failed")]
)
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(None, COT_ER, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == status
    assert_within(COT_ER, schema, state)
