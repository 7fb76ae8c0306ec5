"""Recipes for models that were tuned on a published output format."""

from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.genie import GENIE
from questgraph.agents.recipes.instruct_uie import INSTRUCT_UIE
from questgraph.agents.recipes.tanl import TANL
from questgraph.agents.recipes.uie import UIE
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import State, outcome
from questgraph.tools.labelled import labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

SEL = "((person: Ann Lee (works for: Acme)) (appointment: named (person: Bo Ek) (firm: Acme)))"
COPY = (
    "[ Ann Lee | person | works_for = Acme ] works for Acme. [ Acme | | firm = named ] "
    "[ named | appointment ] [ Bo Ek | | person = named ] in May. Ann Lee left."
)
TASKS = [
    "person: Ann Lee",
    "works for: Ann Lee, Acme",
    "( appointment: named, Bo Ek: person, Acme: firm)",
]
TRIPLETS = "[s] Ann Lee [r] works_for [o] Acme [e]"

CASES = [
    (UIE, [SEL], ["person", "person", "works_for", "appointment"]),
    (TANL, [COPY], ["person", "person", "works_for", "appointment"]),
    (INSTRUCT_UIE, TASKS, ["person", "person", "works_for", "appointment"]),
    (GENIE, [TRIPLETS], ["works_for"]),
]
each_case = pytest.mark.parametrize(
    ("recipe", "answers", "types"), CASES, ids=[recipe.name for recipe, _, _ in CASES]
)
each_recipe = pytest.mark.parametrize(
    "recipe", [recipe for recipe, _, _ in CASES], ids=lambda recipe: recipe.name
)


@each_case
async def test_a_plain_output_becomes_claims_pinned_to_the_passage(
    put: Put, recipe: Recipe, answers: list[str], types: list[str]
) -> None:
    state = await put(recipe, ScriptedModel(answers))

    assert [claim.type for claim in state["claims"]] == types
    assert all(claim.grounded for claim in state["claims"])
    assert outcome(state).status == "done"


@each_case
async def test_it_asks_as_often_as_it_was_reckoned_to(
    put: Put, schema: Schema, recipe: Recipe, answers: list[str], types: list[str]
) -> None:
    model = ScriptedModel(answers)
    calls = recipe.stage("ask").calls
    assert calls

    await put(recipe, model)

    assert calls(schema).least <= len(model.requests) <= calls(schema).most
    assert [r.messages[-1].content.split("\n\n", 1)[1] for r in model.requests] == [
        *calls(schema).questions
    ]


@each_case
async def test_nothing_is_constrained_and_no_question_knows_of_another(
    put: Put, recipe: Recipe, answers: list[str], types: list[str]
) -> None:
    model = ScriptedModel(answers)

    await put(recipe, model)

    assert all(request.format is None for request in model.requests)
    assert all([m.role for m in r.messages] == ["system", "user"] for r in model.requests)


@each_recipe
async def test_a_model_that_finds_nothing_leaves_the_passage_empty(
    put: Put, recipe: Recipe
) -> None:
    state = await put(recipe, ScriptedModel(["None"] * 3))

    assert outcome(state).status == "empty"


@each_recipe
async def test_a_model_that_answers_in_prose_fails_and_nothing_is_raised(
    put: Put, recipe: Recipe
) -> None:
    state = await put(recipe, ScriptedModel(["What a lovely day"] * 6))

    assert outcome(state).status == "failed"
    assert state["claims"] == ()


async def test_the_instructor_of_uie_lists_spots_and_asocs(put: Put) -> None:
    model = ScriptedModel([SEL])

    await put(UIE, model)

    assert (
        "<spot> person <spot> organization <spot> appointment "
        "<asoc> works_for <asoc> knows <asoc> person <asoc> firm"
    ) in model.requests[0].messages[-1].content


async def test_the_options_of_instruct_uie_are_those_of_the_task(put: Put) -> None:
    model = ScriptedModel(TASKS)

    await put(INSTRUCT_UIE, model)

    options = [
        line
        for request in model.requests
        for line in request.messages[-1].content.splitlines()
        if line.startswith("Option:")
    ]
    assert options == [
        "Option: person, organization",
        "Option: works_for, knows",
        "Option: Event type: appointment. Arguments type: person, firm.",
    ]


async def test_tanl_shows_a_demonstration_as_a_copy_of_its_own_passage(
    put: Put, schema: Schema
) -> None:
    record = {
        "id": "d",
        "text": "Jo Fox sings.",
        "entities": [{"text": "Jo Fox", "type": "person", "start": 0, "end": 6}],
    }
    show = TANL.stage("ask").show
    assert show

    (exchange,) = show(labelled(record), schema)

    assert exchange.answer == "[ Jo Fox | person ] sings."


async def test_a_slip_of_the_copy_loses_no_entity(put: Put) -> None:
    state = await put(TANL, ScriptedModel([COPY.replace("Bo Ek", "Bo Eck")]))

    (event,) = [claim for claim in state["claims"] if claim.kind == "event"]
    assert [mention.text for mention in event.fillers("person")] == ["Bo Ek"]
