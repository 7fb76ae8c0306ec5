import pytest

from questgraph.agents.machine import compile_recipe
from questgraph.agents.recipes.self_improve import SELF_IMPROVE
from questgraph.agents.state import Context, initial, outcome
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import FIRM, PERSON, bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

ANSWER = '[["person","Ann Lee"],["organization","Acme"]]'


async def test_one_question_gives_the_entities_of_all_types(unit: Unit, schema: Schema) -> None:
    state = await put_with(None, SELF_IMPROVE, ScriptedModel([ANSWER]), unit, schema)

    found = {(c.type, c.arguments[0].mention.text) for c in state["claims"]}
    assert found == {(PERSON, "Ann Lee"), (FIRM, "Acme")}
    assert outcome(state).status == "done"
    assert_within(SELF_IMPROVE, schema, state)


async def test_demonstrations_are_the_best_annotated_of_the_near_ones(
    unit: Unit, schema: Schema
) -> None:
    passages = [
        passage(
            f"p{number}",
            f"Cy Dee {'never ' * number}worked for Acme.",
            [("Cy Dee", PERSON)],
            notes={"score": f"{number / 20:.2f}"},
        )
        for number in range(20)
    ]
    model = ScriptedModel([ANSWER])

    (demos,) = bank("sentence", passages).search(
        [unit.chunk.text], k=SELF_IMPROVE.demos, selection=SELF_IMPROVE.selection
    )
    async with SqliteLedger(":memory:") as ledger, model:
        context = Context(gateway=Gateway(model, ledger), schema=schema)
        await compile_recipe(SELF_IMPROVE).ainvoke(initial(unit, tuple(demos)), context=context)

    assert {demo.id for demo in demos} == {f"p{number}" for number in range(4, 20)}
    answers = [m.content for m in model.requests[0].messages if m.role == "assistant"]
    assert answers == ['[["person","Cy Dee"]]'] * 16


@pytest.mark.parametrize(("answer", "status"), [("[]", "empty"), ("hm", "failed")])
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(None, SELF_IMPROVE, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == status
    assert_within(SELF_IMPROVE, schema, state)
