from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from questgraph.agents.converse import Answer
from questgraph.agents.dialogue import fenced
from questgraph.agents.recipes.sumask import SUMASK
from questgraph.agents.stages.summarise import _Chain, dispersion
from questgraph.agents.state import State, outcome
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import RelationType, Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ENDS = (
    Argument("head", Mention("Ann Lee", type="person", span=Span(10, 17), level="exact")),
    Argument("tail", Mention("Acme", type="organization", span=Span(28, 32), level="exact")),
)


@pytest.fixture
def unit(unit: Unit) -> Unit:
    """The passage with a pair whose relation is to be told."""
    pair = Claim("relation", "", ENDS, document_id="doc", unit_id=unit.id)
    return replace(unit, given=(pair,))


def answering(*decisions: str) -> Callable[[Request], str]:
    """Return a model that summarises, asks, and decides as told for each sample."""

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "are related" in question:
            return "Ann Lee is employed by Acme."
        if "Make a question" in question:
            return "Does Ann Lee work for Acme?"
        return decisions[request.seed]

    return answer


async def test_a_relation_that_most_chains_confirm_is_claimed(put: Put) -> None:
    model = ScriptedModel(answering("yes", "no", "yes", "Yes.", '{"answer":"no"}'))

    state = await put(SUMASK, model)

    (claim,) = state["claims"]
    assert (claim.type, claim.votes, claim.samples) == ("works_for", 3, 5)
    assert [state["turns"][i].answer for i in claim.turns] == ["yes", "yes", "Yes."]
    assert len(model.requests) == 5 * 3
    assert outcome(state).status == "done"


async def test_the_answer_sees_the_summary_and_not_the_passage(put: Put) -> None:
    model = ScriptedModel(answering(*["yes"] * 5))

    await put(SUMASK, model)

    first, last = model.requests[0], model.requests[-1]
    assert "Ann Lee works for Acme. Acme named" in first.messages[0].content
    (asked,) = last.messages
    assert fenced("Ann Lee is employed by Acme.") in asked.content
    assert "Acme named" not in asked.content
    assert (first.temperature, last.temperature) == (0.7, 0.7)


async def test_most_chains_against_it_drop_the_pair(put: Put) -> None:
    state = await put(SUMASK, ScriptedModel(answering("yes", "no", "yes", "no", "no")))

    assert (state["claims"], state["candidates"]) == ((), ())
    assert outcome(state).status == "empty"


async def test_a_chain_that_cannot_be_read_is_no_vote_against(put: Put) -> None:
    state = await put(SUMASK, ScriptedModel(answering("yes", "hm", "hm", "no", "yes")))

    (claim,) = state["claims"]
    assert (claim.votes, claim.samples) == (2, 3)
    assert outcome(state).status == "done"


async def test_nothing_readable_fails_the_unit(put: Put) -> None:
    state = await put(SUMASK, ScriptedModel(answering(*["hm"] * 5)))

    assert outcome(state).status == "failed"


async def test_of_two_survivors_the_one_with_steadier_chains_counts(
    put: Put, schema: Schema
) -> None:
    owns = RelationType(name="owns", head=("person",), tail=("organization",))

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "are related" in question:
            return "Ann Lee is employed by Acme."
        if "works for" in question:
            return ["Is she paid?", "Does Ann work there?", "Acme?", "A staff member?", "Hm?"][
                request.seed
            ]
        return "Does Ann Lee own Acme?" if "Make a question" in question else "yes"

    both = replace(schema, relations=(*schema.relations, owns))
    state = await put(SUMASK, ScriptedModel(answer), schema=both)

    assert [claim.type for claim in state["claims"]] == ["owns"]


def test_chains_that_say_the_same_are_not_dispersed() -> None:
    same = [_Chain("r", "Ann knows Bo.", "Does she?", Answer(True, ()))] * 3
    other = _Chain("r", "It rained.", "Did it?", Answer(False, ()))

    assert dispersion(same, HashingEmbedder()) == pytest.approx(0, abs=1e-6)
    assert dispersion([*same, other], HashingEmbedder()) > 0.5


class TestNothingGiven:
    @pytest.fixture
    def unit(self, unit: Unit) -> Unit:
        """The passage without a pair."""
        return replace(unit, given=())

    async def test_entities_are_asked_for_and_paired(self, put: Put, schema: Schema) -> None:
        def answer(request: Request) -> str:
            entities = '{"person":["Ann Lee"],"organization":["Acme"]}'
            asked = "Copy every mention" in request.messages[-1].content
            return entities if asked else answering(*["yes"] * 5)(request)

        state = await put(SUMASK, ScriptedModel(answer))

        assert {claim.type for claim in state["claims"]} == {"person", "organization", "works_for"}
        assert_within(SUMASK, schema, state)
