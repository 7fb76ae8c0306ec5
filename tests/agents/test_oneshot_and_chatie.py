import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.machine import compile_recipe, drawing
from questgraph.agents.recipes import recipes
from questgraph.agents.state import State, outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Role, Schema

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

CHATIE_ANSWERS = [
    '[["person","Ann Lee"],["person","Bo Ek"]]',
    '[["organization","Acme"]]',
    "(works_for)",
    "| person | organization |\n|---|---|\n| Ann Lee | Acme |",
    "(appointment)",
    "appointment | person | Bo Ek\nappointment | firm | Acme",
]


async def test_oneshot_asks_one_question_for_everything(put: Put) -> None:
    model = ScriptedModel(['{"person":["Ann Lee"],"works_for":[["Ann Lee","Acme"]]}'])

    state = await put(recipes["oneshot"], model)

    assert [claim.type for claim in state["claims"]] == ["person", "person", "works_for"]
    assert len(model.requests) == 1
    assert "works_for (person, organization)" in model.requests[0].messages[-1].content


async def test_chatie_asks_types_first_and_then_for_each_type(put: Put) -> None:
    model = ScriptedModel(CHATIE_ANSWERS)

    state = await put(recipes["chatie"], model)

    assert [turn.stage for turn in state["turns"]] == [
        "ask_entities",
        "ask_entities",
        "detect_relations",
        "ask_relations",
        "detect_events",
        "ask_events",
    ]
    assert [claim.type for claim in state["claims"] if claim.kind != "entity"] == [
        "works_for",
        "appointment",
    ]
    assert outcome(state).status == "done"


async def test_chatie_keeps_raw_replies_in_the_history_of_each_task(put: Put) -> None:
    raw = "Surely: (works_for)"
    model = ScriptedModel([*CHATIE_ANSWERS[:2], raw, *CHATIE_ANSWERS[3:]])

    await put(recipes["chatie"], model)

    histories = [[m.content for m in r.messages if m.role == "assistant"] for r in model.requests]
    assert histories[3] == [raw]
    assert histories[4] == []
    assert all(request.format is None for request in model.requests)


async def test_chatie_asks_for_no_arguments_of_types_that_do_not_occur(put: Put) -> None:
    model = ScriptedModel(["[]", "[]", "none", "none"])

    state = await put(recipes["chatie"], model)

    assert outcome(state).status == "empty"
    assert len(model.requests) == 4


@pytest.mark.parametrize("name", list(recipes))
def test_the_drawing_of_a_recipe_shows_every_stage(name: str) -> None:
    recipe = recipes[name]

    picture = drawing(recipe)

    assert all(stage.name in picture for stage in recipe.stages)
    assert compile_recipe(recipe) is compile_recipe(recipe)
    assert recipe.source


async def test_qualifiers_are_asked_for_each_pair_and_empty_ones_left_out(
    put: Put, schema: Schema
) -> None:
    slots = (Role(name="place"), Role(name="date", question="When was that?"))
    works = dataclasses.replace(schema.relations[0], qualifiers=slots)
    model = ScriptedModel([*CHATIE_ANSWERS[:4], "answer: none", "Answer: May", *CHATIE_ANSWERS[4:]])

    state = await put(
        recipes["chatie"], model, schema=dataclasses.replace(schema, relations=(works,))
    )

    (claim,) = [claim for claim in state["claims"] if claim.type == "works_for"]
    assert [role for role, _ in claim.arguments] == ["head", "tail", "date"]
    asked = [turn.question for turn in state["turns"] if turn.stage == "follow"]
    assert asked[1].splitlines()[:2] == [
        'The passage says: "Ann Lee" works_for "Acme".',
        "When was that?",
    ]
