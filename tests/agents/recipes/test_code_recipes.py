"""What all recipes that ask for code have in common."""

from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.c_icl import C_ICL
from questgraph.agents.recipes.code4struct import CODE4STRUCT
from questgraph.agents.recipes.code4uie import CODE4UIE
from questgraph.agents.recipes.code4uie_two_stage import CODE4UIE_TWO_STAGE
from questgraph.agents.recipes.codeie import CODEIE
from questgraph.agents.recipes.codekgc import CODEKGC
from questgraph.agents.recipes.codekgc_rationale import CODEKGC_RATIONALE
from questgraph.agents.recipes.gollie_style import GOLLIE_STYLE, GOLLIE_STYLE_MASKED
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import State, outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import PASSAGES, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

RECIPES = [
    CODEIE,
    CODE4UIE,
    CODE4UIE_TWO_STAGE,
    CODEKGC,
    CODEKGC_RATIONALE,
    CODE4STRUCT,
    GOLLIE_STYLE,
    GOLLIE_STYLE_MASKED,
    C_ICL,
]
each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


@each_recipe
@pytest.mark.parametrize("answer", ["", "None"])
async def test_a_model_that_finds_nothing_leaves_the_passage_empty(
    recipe: Recipe, answer: str, unit: Unit, schema: Schema
) -> None:
    state = await put_with(None, recipe, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == "empty"
    assert_within(recipe, schema, state)


@each_recipe
async def test_answers_that_cannot_be_read_fail_the_passage_and_raise_nothing(
    recipe: Recipe, unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(lambda _: "What a lovely text that is!")

    state = await put_with(None, recipe, model, unit, schema)

    assert outcome(state).status == "failed"
    assert not state["claims"]


@each_recipe
async def test_the_schema_stands_in_the_system_message_and_demonstrations_follow(
    recipe: Recipe, put: Put, schema: Schema
) -> None:
    model = ScriptedModel(lambda _: "None")

    await put(recipe, model, PASSAGES[:2])

    for request in model.requests:
        roles = [message.role for message in request.messages]
        assert roles == ["system", *["user", "assistant"] * (len(roles) // 2 - 1), "user"]
        assert "A named human being." in request.messages[0].content
        assert request.messages[-1].content.startswith('text = "Ann Lee works for Acme.')
        assert request.format is None
