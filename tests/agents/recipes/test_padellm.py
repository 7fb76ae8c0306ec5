import re
from collections.abc import Mapping, Sequence

import pytest

from questgraph.agents.recipes.padellm import PADELLM
from questgraph.agents.state import State, outcome
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.labelled import labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within
from .through import through

pytestmark = pytest.mark.anyio


def naming(
    names: Mapping[str, Sequence[str]], counts: Mapping[str, int] | None = None
) -> ScriptedModel:
    """Return a model that counts names and knows the n-th."""

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        type_ = next(t for t in ("person", "organization") if f"of {t} " in question)
        mine = names.get(type_, ())
        if "How many" in question:
            return f'{{"count":{(counts or {}).get(type_, len(mine))}}}'
        number = int(re.search(r"number (\d+)", question)[1])  # type: ignore[index]
        return f"answer: {mine[number - 1] if number <= len(mine) else 'none'}"

    return ScriptedModel(answer)


def told(state: State) -> set[tuple[str, str]]:
    return {(claim.type, claim.arguments[0].mention.text) for claim in state["claims"]}


async def test_mentions_are_counted_and_then_asked_for_one_by_one(
    unit: Unit, schema: Schema
) -> None:
    model = naming({"person": ["Ann Lee", "Bo Ek"], "organization": ["Acme"]})

    state = await through(PADELLM, model, unit, schema)

    assert told(state) == {("person", "Ann Lee"), ("person", "Bo Ek"), ("organization", "Acme")}
    assert len(model.requests) == 2 + 3
    assert outcome(state).status == "done"
    assert_within(PADELLM, schema, state)


async def test_no_question_knows_of_another_and_all_begin_alike(unit: Unit, schema: Schema) -> None:
    model = naming({"person": ["Ann Lee", "Bo Ek"]})

    await through(PADELLM, model, unit, schema)

    assert {len(request.messages) for request in model.requests} == {2}
    assert {request.messages[0] for request in model.requests} == {model.requests[0].messages[0]}
    passages = {request.messages[1].content.split("\n\n")[0] for request in model.requests}
    assert len(passages) == 1


async def test_turns_of_a_claim_are_those_that_said_it(unit: Unit, schema: Schema) -> None:
    state = await through(PADELLM, naming({"organization": ["Acme"]}), unit, schema)

    for claim in state["claims"]:
        (turn,) = claim.turns
        assert state["turns"][turn].answer == "answer: Acme"


async def test_a_name_of_several_types_is_of_the_one_it_came_for_most_often(
    unit: Unit, schema: Schema
) -> None:
    names = {"person": ["Acme", "Bo Ek"], "organization": ["Acme", "ACME", "Acme", "Bo Ek"]}

    state = await through(PADELLM, naming(names), unit, schema)

    assert told(state) == {("organization", "Acme"), ("person", "Bo Ek")}
    assert {(c.type, c.votes, c.samples) for c in state["claims"]} == {
        ("organization", 3, 3),
        ("person", 1, 1),
    }


async def test_a_count_that_is_too_high_gets_none_for_an_answer(unit: Unit, schema: Schema) -> None:
    model = naming({"person": ["Bo Ek"]}, {"person": 3})

    state = await through(PADELLM, model, unit, schema)

    assert told(state) == {("person", "Bo Ek")}
    assert outcome(state).status == "done"


async def test_a_passage_without_names_costs_one_question_for_each_type(
    unit: Unit, schema: Schema
) -> None:
    model = naming({})

    state = await through(PADELLM, model, unit, schema)

    assert outcome(state).status == "empty"
    assert len(model.requests) == 2
    assert_within(PADELLM, schema, state)


async def test_a_count_that_cannot_be_read_leaves_the_other_types_alone(
    unit: Unit, schema: Schema
) -> None:
    def answer(request: Request) -> str:
        question = "\n".join(message.content for message in request.messages)
        if "of person" in question:
            return "some"
        return '{"count":1}' if "How many" in question else "answer: Acme"

    state = await through(PADELLM, ScriptedModel(answer), unit, schema)

    assert told(state) == {("organization", "Acme")}
    assert outcome(state).status == "failed"


def test_a_demonstration_shows_the_types_that_occur_and_one_that_does_not(schema: Schema) -> None:
    entities = [
        {"text": "Cy Dee", "type": "person", "start": 0, "end": 6},
        {"text": "Cy Dee", "type": "person", "start": 15, "end": 21},
    ]
    demo = labelled({"id": "d", "text": "Cy Dee saw how Cy Dee left.", "entities": entities})
    (stage,) = [stage for stage in PADELLM.stages if stage.show]
    assert stage.show

    exchanges = stage.show(*fit([demo], schema, Aliases()), schema)

    assert [exchange.answer for exchange in exchanges] == [
        '{"count":1}',
        "answer: Cy Dee",
        '{"count":0}',
    ]
