from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from questgraph.agents.recipes.qa4re import QA4RE
from questgraph.agents.state import State, outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ENTITIES = '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"]}'


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Copy every mention" in question:
        return ENTITIES
    return '{"answer":"A"}' if 'A. "Ann Lee" works for "Acme"' in question else '{"answer":"B"}'


async def test_each_pair_that_fits_a_signature_is_a_choice(put: Put, schema: Schema) -> None:
    model = ScriptedModel(answering)

    state = await put(QA4RE, model)

    related = [claim for claim in state["claims"] if claim.kind == "relation"]
    assert [(c.type, [m.text for _, m in c.arguments]) for c in related] == [
        ("works_for", ["Ann Lee", "Acme"])
    ]
    assert sum(turn.stage == "choose" for turn in state["turns"]) == 3
    assert outcome(state).status == "done"
    assert_within(QA4RE, schema, state)


async def test_the_choices_are_asked_side_by_side_and_without_history(put: Put) -> None:
    model = ScriptedModel(answering)

    await put(QA4RE, model)

    assert [[m.role for m in r.messages] for r in model.requests] == [["system", "user"]] * 4


async def test_unreadable_entities_fail_the_unit(put: Put) -> None:
    state = await put(QA4RE, ScriptedModel(lambda request: "hm"))

    assert outcome(state).status == "failed"
    assert state["claims"] == ()


async def test_nothing_found_is_empty(put: Put, schema: Schema) -> None:
    state = await put(QA4RE, ScriptedModel(['{"person":[],"organization":[]}']))

    assert outcome(state).status == "empty"
    assert_within(QA4RE, schema, state)


class TestGivenPairs:
    @pytest.fixture
    def unit(self, unit: Unit) -> Unit:
        """The passage with a pair whose relation is to be told."""
        ends = (
            Argument("head", Mention("Ann Lee", type="person", span=Span(10, 17), level="exact")),
            Argument(
                "tail", Mention("Acme", type="organization", span=Span(28, 32), level="exact")
            ),
        )
        pair = Claim("relation", "", ends, document_id="doc", unit_id=unit.id)
        return replace(unit, given=(pair,))

    async def test_no_entity_is_asked_for(self, put: Put) -> None:
        state = await put(QA4RE, ScriptedModel(['{"answer":"A"}']))

        assert [turn.stage for turn in state["turns"]] == ["choose"]
        assert [claim.type for claim in state["claims"]] == ["works_for"]
