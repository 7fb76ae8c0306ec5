import json
from collections.abc import Sequence

import pytest

from questgraph.agents.asking.questions import Spoken, answer
from questgraph.graphs.lookup import Lookups
from questgraph.tools.errors import ConfigError, ModelError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.scripted import ScriptedModel

from .graphs import SCHEMA, graph

pytestmark = pytest.mark.anyio


def step(do: str, **fields: str) -> str:
    return json.dumps({"do": do, **fields})


async def ask(model: ScriptedModel, question: str = "Who leads Acme?", moves: int = 6) -> Spoken:
    async with SqliteLedger(":memory:") as ledger, model:
        gateway = Gateway(model, ledger)
        return await answer(gateway, Lookups(graph(), SCHEMA), question, moves=moves)


async def test_a_model_looks_up_and_answers_with_the_facts_that_it_cites() -> None:
    card = step("card", name="Acme")
    model = ScriptedModel([card, step("answer", text="Bo Ek leads it [1].")])

    spoken = await ask(model)

    assert spoken.text == "Bo Ek leads it [1]."
    assert [fact.type for fact in spoken.facts.values()] == ["leads"]
    assert spoken.facts[1].evidence.items[0].text == "Bo Ek leads Acme"
    assert spoken.looked_up == ("card(name='Acme')",)
    assert "Who leads Acme?" in model.requests[0].messages[-1].content
    assert "[1] leads(" in model.requests[1].messages[-1].content


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Bo Ek leads it [99].", "No fact [99] was shown: [1] to [2]."),
        ("Bo Ek leads it.", "Put the number of a fact"),
        ("Bo Ek leads it [0].", "No fact [0] was shown"),
    ],
)
async def test_an_answer_that_no_fact_bears_out_is_sent_back_and_then_refused(
    text: str, complaint: str
) -> None:
    model = ScriptedModel([step("card", name="Acme"), *[step("answer", text=text)] * 3])

    with pytest.raises(ModelError, match="no answer that facts of the graph bear out"):
        await ask(model)

    assert complaint in model.requests[2].messages[-1].content


async def test_an_answer_before_any_fact_was_shown_is_not_taken() -> None:
    model = ScriptedModel([*[step("answer", text="Bo [1].")] * 3])

    with pytest.raises(ModelError, match="You cannot do 'answer' now"):
        await ask(model)


async def test_a_model_may_say_that_the_graph_does_not_say_it() -> None:
    spoken = await ask(ScriptedModel([step("find", name="Zanzibar"), step("unknown")]))

    assert (spoken.text, spoken.facts) == ("", {})


async def test_a_wrong_lookup_is_told_to_the_model_which_may_go_on() -> None:
    steps: Sequence[str] = [step("card", name="Acmee"), step("card", name="Acme"), step("unknown")]
    model = ScriptedModel(steps)

    await ask(model)

    assert "did you mean 'Acme'" in model.requests[1].messages[-1].content


async def test_a_model_that_never_answers_is_stopped() -> None:
    model = ScriptedModel(lambda _: step("find", name="Acme"))

    with pytest.raises(ModelError):
        await ask(model, moves=2)

    assert len(model.requests) == 2 + 3


async def test_a_fact_that_is_found_again_keeps_its_number() -> None:
    steps = [step("facts", type="leads"), step("card", name="Acme"), step("unknown")]
    model = ScriptedModel(steps)

    await ask(model)

    shown = model.requests[2].messages[-1].content
    assert '[1] leads(head: "Bo Ek"' in shown
    assert '[2] works_for(head: "Ann Lee"' in shown


@pytest.mark.parametrize("question", ["", "  ", "A" * 2001])
async def test_no_question_and_an_endless_one_are_refused(question: str) -> None:
    with pytest.raises(ConfigError, match="ask something"):
        await ask(ScriptedModel([]), question)
