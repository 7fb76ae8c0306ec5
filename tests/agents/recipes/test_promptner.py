from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from questgraph.agents.recipes.promptner import PROMPTNER
from questgraph.agents.state import State, outcome
from questgraph.tools.labelled import labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import EntityType, Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

DEMO = labelled(
    {
        "id": "d",
        "text": "On Monday, Cy Dee met the board of Globex.",
        "entities": [
            {"text": "Cy Dee", "type": "person", "start": 11, "end": 17},
            {"text": "Globex", "type": "organization", "start": 35, "end": 41},
        ],
    }
)


def told(state: State) -> list[tuple[str, str]]:
    return [(claim.arguments[0].mention.text, claim.type) for claim in state["claims"]]


async def test_accepted_candidates_become_claims_wherever_they_stand(
    put: Put, schema: Schema
) -> None:
    told_lines = ("1. Bo Ek | True | a human (person)", "2. May | False | a month")
    lines = "\n".join([*told_lines, "3. Acme | true | (organization)"])

    state = await put(PROMPTNER, ScriptedModel([lines]))

    assert told(state) == [
        ("Bo Ek", "person"),
        ("Acme", "organization"),
        ("Acme", "organization"),
    ]
    assert outcome(state).status == "done"
    assert_within(PROMPTNER, schema, state)


async def test_the_definition_says_what_is_no_entity(put: Put, schema: Schema) -> None:
    person = EntityType(name="person", guideline="A human.", avoid="Titles.")
    model = ScriptedModel(["none"])

    state = await put(
        PROMPTNER, model, schema=replace(schema, entities=(person, schema.entities[1]))
    )

    assert "- person: A human. Not: Titles.\n" in model.requests[0].messages[0].content
    assert outcome(state).status == "empty"


async def test_demonstrations_turn_candidates_down(put: Put) -> None:
    model = ScriptedModel(["none"])

    await put(PROMPTNER, model, [DEMO])

    assert model.requests[0].messages[2].content == (
        "1. Monday | False | it names nothing of these types\n"
        "2. Cy Dee | True | it names a thing of the type person (person)\n"
        "3. met | False | it names nothing of these types\n"
        "4. board | False | it names nothing of these types\n"
        "5. Globex | True | it names a thing of the type organization (organization)"
    )


async def test_words_that_the_passage_does_not_have_label_no_others(put: Put) -> None:
    state = await put(PROMPTNER, ScriptedModel(["1. Ann Smith Lee | True | (person)"]))

    (claim,) = state["claims"]
    assert not claim.admitted


async def test_a_phrase_with_two_types_is_put_to_the_model_again(put: Put, schema: Schema) -> None:
    lines = "1. Bo Ek | True | (person)\n2. Bo Ek | True | (organization)"
    model = ScriptedModel([lines, '{"answer":"B"}'])

    state = await put(PROMPTNER, model)

    assert told(state) == [("Bo Ek", "organization")]
    assert [turn.stage for turn in state["turns"]] == ["nominate", "arbitrate"]
    assert 'A. "Bo Ek" is: person\nB. "Bo Ek" is: organization' in state["turns"][1].question
    assert_within(PROMPTNER, schema, state)


async def test_without_a_decision_the_first_type_counts(put: Put) -> None:
    lines = "1. Bo Ek | True | (person)\n2. Bo Ek | True | (organization)"

    state = await put(PROMPTNER, ScriptedModel([lines, "hm", "hm"]))

    assert told(state) == [("Bo Ek", "person")]
    assert outcome(state).status == "done"


async def test_unreadable_answers_fail_the_unit(put: Put) -> None:
    state = await put(PROMPTNER, ScriptedModel(["hm", "hm"]))

    assert outcome(state).status == "failed"
