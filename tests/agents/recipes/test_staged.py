"""Everything in one question, then what is known, then only doubts."""

from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.state import State, outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import PASSAGES, bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ALL = (
    '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"],"works_for":[["Ann Lee","Acme"]],'
    '"appointment":[{"trigger":"named","person":["Bo Ek"],"firm":["Acme"]}]}'
)


async def test_one_question_brings_everything_and_rules_find_it_sound(
    put: Put, schema: Schema
) -> None:
    model = ScriptedModel([ALL])

    state = await put(STAGED, model)

    assert [turn.stage for turn in state["turns"]] == ["ask"]
    assert {(claim.type, claim.verdict) for claim in state["claims"]} == {
        ("person", "sound"),
        ("organization", "sound"),
        ("works_for", "sound"),
        ("appointment", "sound"),
    }
    assert outcome(state).status == "done"
    assert_within(STAGED, schema, state)


async def test_the_system_message_says_how_to_answer_and_a_demonstration_only_what(
    put: Put,
) -> None:
    model = ScriptedModel([ALL])

    await put(STAGED, model, PASSAGES[:1])

    (request,) = model.requests
    system, shown, answered, asked = request.messages
    assert '"relation type":[["head","tail"]]' in system.content
    assert answered.content == (
        '{"person":["Cy Dee"],"organization":["Acme"],"works_for":[["Cy Dee","Acme"]]}'
    )
    assert shown.content.removesuffix("\n\nAnswer in JSON.").endswith("</passage>")
    assert asked.content.endswith("\n\nAnswer in JSON.")


async def test_only_a_doubt_costs_a_second_question(put: Put) -> None:
    doubted = ALL.replace('"organization":["Acme"]', '"organization":["Acme","Bo Ek"]')
    model = ScriptedModel([doubted, '{"answer":"yes"}', '{"answer":"no"}'])

    state = await put(STAGED, model)

    assert [turn.stage for turn in state["turns"]] == ["ask", "verify", "verify"]
    doubts = {(c.type, c.verdict) for c in state["claims"] if "Bo Ek" in str(c.arguments[0])}
    assert doubts == {("person", "confirmed"), ("organization", "refuted")}


async def test_names_that_the_bank_always_labels_outrank_the_model(
    unit: Unit, schema: Schema
) -> None:
    taught = bank(
        passages=[passage(f"{i}", f"{i} Acme sold.", [("Acme", "organization")]) for i in range(3)]
    )
    model = ScriptedModel(['{"person":["Ann Lee","Acme"]}'])

    state = await put_with(taught, STAGED, model, unit, schema)

    admitted = {(c.type, c.arguments[0].mention.text) for c in state["claims"] if c.admitted}
    assert admitted == {("person", "Ann Lee"), ("organization", "Acme")}
    assert len(model.requests) == 1


async def test_a_passage_that_says_nothing_is_empty_after_one_question(put: Put) -> None:
    model = ScriptedModel(["{}"])

    state = await put(STAGED, model)

    assert outcome(state).status == "empty"
    assert len(model.requests) == 1


async def test_an_unreadable_answer_marks_the_passage(put: Put) -> None:
    model = ScriptedModel(lambda request: "I think Ann works there.")

    state = await put(STAGED, model)

    assert outcome(state).status == "failed"
