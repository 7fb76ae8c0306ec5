from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from questgraph.agents.recipes.gcd import GCD
from questgraph.agents.state import State, outcome
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.labelled import labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ANSWER = (
    '{"person":["Ann Lee"],"organization":["Acme"],"works_for":[["Ann Lee","Acme"]],'
    '"knows":[],"appointment":[{"trigger":"named","person":["Bo Ek"],"firm":["Acme"]}]}'
)


def listed(schema: Mapping[str, Any]) -> list[str]:
    return list(schema["$defs"]["words"]["enum"])


async def test_everything_is_asked_at_once_in_words_of_the_passage(
    put: Put, schema: Schema
) -> None:
    model = ScriptedModel([ANSWER])

    state = await put(GCD, model)

    (request,) = model.requests
    assert request.format
    assert {"Ann Lee", "Acme", "named Bo Ek"} <= set(listed(request.format.schema))
    assert '"Ann"' in request.format.grammar
    assert {claim.type for claim in state["claims"]} == {
        *("person", "organization", "works_for", "appointment")
    }
    assert outcome(state).status == "done"
    assert_within(GCD, schema, state)


async def test_demonstrations_are_spelled_as_the_grammar_has_it(put: Put, schema: Schema) -> None:
    entity = {"text": "Cy Dee", "type": "person", "start": 0, "end": 6}
    demo = labelled({"id": "d", "text": "Cy Dee sang.", "entities": [entity]})
    model = ScriptedModel([ANSWER])

    await put(GCD, model, fit([demo], schema, Aliases()))

    shown = model.requests[0].messages[2].content
    assert shown == (
        '{"person":["Cy Dee"],"organization":[],"works_for":[],"knows":[],"appointment":[]}'
    )
    assert "Cy Dee" not in listed(model.requests[0].format.schema)  # type: ignore[union-attr]


async def test_words_that_an_endpoint_made_up_all_the_same_stay_out_of_the_graph(put: Put) -> None:
    made_up = ANSWER.replace("Ann Lee", "Zed Zulu")

    state = await put(GCD, ScriptedModel([made_up]))

    absent = [claim for claim in state["claims"] if not claim.grounded]
    assert {claim.type for claim in absent} == {"person", "works_for"}


@pytest.mark.parametrize(("answer", "status"), [("hm", "failed"), ("", "failed")])
async def test_an_unreadable_answer_fails_the_unit(put: Put, answer: str, status: str) -> None:
    state = await put(GCD, ScriptedModel(lambda _: answer))

    assert outcome(state).status == status


async def test_an_answer_of_nothing_is_empty(put: Put, schema: Schema) -> None:
    nothing = '{"person":[],"organization":[],"works_for":[],"knows":[],"appointment":[]}'

    state = await put(GCD, ScriptedModel([nothing]))

    assert outcome(state).status == "empty"
    assert_within(GCD, schema, state)
