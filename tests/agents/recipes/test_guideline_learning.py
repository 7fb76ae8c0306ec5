import pytest

from questgraph.agents.recipes.guideline_learning import GUIDELINE_LEARNING
from questgraph.agents.state import outcome
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import PASSAGES, bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

OF_ANN = 'relation of "Ann Lee" to "Acme"'


def rule(id_: str, case: str, words: str, shown: int, helped: int) -> Labelled:
    notes = {"case": case, "rule": words, "shown": str(shown), "helped": str(helped)}
    return passage(id_, f"Passage {id_}.", notes=notes)


RULES = [
    rule("r1", "A person works for a firm.", "Working for is works_for.", 2, 1),
    rule("r2", "A person works for a big firm.", "Firms are never worked for.", 3, 1),
]


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Copy every mention" in question:
        return '{"person":["Ann Lee"],"organization":["Acme"]}'
    if "general case" in question:
        return '{"case":"A person works for a company."}'
    return '{"relation":"works_for"}' if OF_ANN in question else '{"relation":"NONE"}'


async def test_rules_of_like_cases_that_proved_right_stand_in_the_question(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank("case", RULES), GUIDELINE_LEARNING, model, unit, schema)

    (request,) = (r for r in model.requests if OF_ANN in r.messages[-1].content)
    assert "- Working for is works_for.\n" in request.messages[-1].content
    assert "never worked for" not in request.messages[-1].content
    assert outcome(state).status == "done"
    assert_within(GUIDELINE_LEARNING, schema, state)


async def test_a_claim_leads_to_its_case_and_to_its_answer(unit: Unit, schema: Schema) -> None:
    state = await put_with(
        bank("case", RULES), GUIDELINE_LEARNING, ScriptedModel(answering), unit, schema
    )

    (claim,) = [claim for claim in state["claims"] if claim.kind == "relation"]
    assert [state["turns"][i].stage for i in claim.turns] == ["generalise", "classify"]


async def test_the_case_is_asked_of_the_pair_between_marks(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    await put_with(None, GUIDELINE_LEARNING, model, unit, schema)

    cases = [r.messages for r in model.requests if "general case" in r.messages[-1].content]
    assert any("[[Ann Lee]] works for [[Acme]]." in message.content for (message,) in cases)


@pytest.mark.parametrize(
    ("answer", "status"), [('{"person":[],"organization":[]}', "empty"), ("hm", "failed")]
)
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(
        bank("case", PASSAGES), GUIDELINE_LEARNING, ScriptedModel(lambda _: answer), unit, schema
    )

    assert outcome(state).status == status
    assert_within(GUIDELINE_LEARNING, schema, state)
