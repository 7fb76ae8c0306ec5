from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.codekgc import CODEKGC
from questgraph.agents.recipes.codekgc_rationale import CODEKGC_RATIONALE
from questgraph.agents.state import State, outcome
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import PASSAGES, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

TRIPLE = 'Triple(Person("Ann Lee"), Rel("works_for"), Organization("Acme"))'


async def test_a_triple_names_its_ends_and_their_types(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel([f"    {TRIPLE},\n])"])

    state = await put_with(None, CODEKGC, model, unit, schema)

    told = {(claim.type, claim.arguments[0].mention.text) for claim in state["claims"]}
    assert told == {("person", "Ann Lee"), ("organization", "Acme"), ("works_for", "Ann Lee")}
    (relation,) = (claim for claim in state["claims"] if claim.kind == "relation")
    assert [mention.type for _, mention in relation.arguments] == ["person", "organization"]
    system, question = (message.content for message in model.requests[0].messages)
    assert '# Rel("works_for") joins Person to Organization: works for' in system
    assert question.endswith("extract = Extract([")
    assert outcome(state).status == "done"
    assert_within(CODEKGC, schema, state)


async def test_the_rationale_of_a_demonstration_follows_from_its_labels(
    put: Put, schema: Schema
) -> None:
    answer = f"""    Person("Ann Lee"),
]
relations = [Rel("works_for")]
extract = Extract([
    {TRIPLE},
])"""
    model = ScriptedModel([answer])

    state = await put(CODEKGC_RATIONALE, model, PASSAGES[:1])

    _, demo, shown, question = (message.content for message in model.requests[0].messages)
    assert shown == answer.replace("Ann Lee", "Cy Dee").replace(
        '"),\n]', '"),\n    Organization("Acme"),\n]'
    )
    assert demo.endswith("entities = [")
    assert question.endswith("entities = [")
    assert {claim.type for claim in state["claims"]} == {"person", "organization", "works_for"}
    assert_within(CODEKGC_RATIONALE, schema, state)
