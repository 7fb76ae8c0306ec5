import dataclasses
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.recipes.xie_decomposed import XIE_DECOMPOSED
from questgraph.agents.stages.hint import hint
from questgraph.agents.stages.poll import Preamble, poll
from questgraph.agents.state import State, outcome
from questgraph.agents.voting import two_stage
from questgraph.tools.codecs.labels import Labels
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Frame
from questgraph.tools.schema import Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

ORDER = '{"types":["organization","person"]}'


def answering(**samples: list[str]) -> Callable[[Request], str]:
    """Return a model that answers about each type as told for each sample."""

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "In which order" in question:
            return ORDER
        asked = [name for name in samples if f"type {name} are" in question]
        # A complaint is answered no better than the question was.
        return samples[asked[0]][request.seed] if asked else "hm"

    return answer


ACME = '[{"Acme":"organization"}]'
ANN = '[{"Ann Lee":"person"}]'


async def test_types_are_asked_in_the_order_that_the_model_suggests(
    put: Put, schema: Schema
) -> None:
    model = ScriptedModel(answering(organization=[ACME] * 5, person=[ANN] * 5))

    state = await put(XIE_DECOMPOSED, model)

    assert [turn.stage for turn in state["turns"]] == ["order", *["poll"] * 10]
    first, last = state["turns"][1], state["turns"][-1]
    assert "type organization are" in first.question
    assert "type person are" in last.question
    assert {claim.type for claim in state["claims"]} == {"organization", "person"}
    assert outcome(state).status == "done"
    assert_within(XIE_DECOMPOSED, schema, state)


async def test_only_the_first_question_introduces_the_task(put: Put) -> None:
    model = ScriptedModel(answering(organization=[ACME] * 5, person=[ANN] * 5))

    await put(XIE_DECOMPOSED, model)

    *_, last = model.requests
    introduced = [message.content.count("Recognise the named") for message in last.messages]
    assert introduced == [0, 1, 0, 0]


async def test_what_the_vote_keeps_is_the_history_of_the_next_question(put: Put) -> None:
    samples = [ACME, "Thinking… " + ACME, '[{"Acme":"organization"},{"May":"organization"}]', "[]"]
    model = ScriptedModel(answering(organization=[*samples, ACME], person=[ANN] * 5))

    state = await put(XIE_DECOMPOSED, model)

    assert [m.content for m in model.requests[-1].messages if m.role == "assistant"] == [ACME]
    acme = next(claim for claim in state["claims"] if claim.type == "organization")
    assert (acme.votes, acme.samples, acme.turns) == (4, 5, (1, 2, 3, 5))
    assert not any(claim.arguments[0].mention.text == "May" for claim in state["claims"])


async def test_samples_differ_in_their_seed_and_are_asked_at_a_temperature(put: Put) -> None:
    model = ScriptedModel(answering(organization=[ACME] * 5, person=[ANN] * 5))

    await put(XIE_DECOMPOSED, model)

    polled = model.requests[1:]
    assert {request.temperature for request in polled} == {0.7}
    assert sorted(request.seed for request in polled) == sorted([*range(5)] * 2)


async def test_a_sample_that_cannot_be_read_is_not_a_vote_for_nothing(put: Put) -> None:
    organization = ["hm", "hm", "hm", ACME, "[]"]
    model = ScriptedModel(answering(organization=organization, person=["[]"] * 5))

    state = await put(XIE_DECOMPOSED, model)

    acme = state["claims"][0]
    assert (acme.votes, acme.samples) == (1, 2)
    assert outcome(state).status == "done"


async def test_nothing_found_is_empty_and_nothing_read_is_failed(put: Put, schema: Schema) -> None:
    nothing = ["[]"] * 5
    empty = await put(
        XIE_DECOMPOSED, ScriptedModel(answering(organization=nothing, person=nothing))
    )
    failed = await put(XIE_DECOMPOSED, ScriptedModel(lambda request: "hm"))

    assert outcome(empty).status == "empty"
    assert outcome(failed).status == "failed"
    assert_within(XIE_DECOMPOSED, schema, empty)
    # Without a readable order the types are asked in schema order.
    assert "type person are" in failed["turns"][2].question


async def test_noun_phrases_of_a_program_stand_beside_the_passage(put: Put) -> None:
    model = ScriptedModel(answering(organization=[ACME] * 5, person=[ANN] * 5))

    await put(XIE_DECOMPOSED, model)

    shown = model.requests[1].messages[1].content
    assert '"Ann Lee", "works", "Acme"' in shown.partition("</passage")[2]
    assert "First work out the noun phrases of the passage." in shown


async def test_any_parser_and_any_syntax_may_take_their_place(put: Put) -> None:
    stages = (
        hint(lambda text: f"Words: {len(text.split())}"),
        poll(
            codec=Labels(),
            prompt="xie.v1",
            samples=1,
            preamble=Preamble("parts of speech", "back"),
        ),
    )
    model = ScriptedModel(["[]", "[]"])

    await put(dataclasses.replace(XIE_DECOMPOSED, stages=stages), model)

    shown = model.requests[0].messages[1].content
    assert "Words: 14" in shown
    assert shown.endswith(
        "first work out the parts of speech of the passage and then find the "
        "mentions on that basis."
    )
    assert model.requests[0].temperature == 0


def frame(text: str, type_: str) -> Frame:
    return Frame("entity", type_, (("mention", text),))


def test_a_mention_is_kept_whatever_it_is_called_and_then_gets_its_usual_type() -> None:
    samples = [
        [frame("Acme", "person"), frame("Bo", "person")],
        [frame("ACME", "organization")],
        [frame("Acme", "organization")],
        [frame("Acme", "place")],
        [],
    ]

    (kept,) = two_stage(samples)

    assert (kept.frame.type, kept.samples) == ("organization", (1, 2))


def test_of_types_with_equal_votes_the_first_counts() -> None:
    (kept,) = two_stage([[frame("Acme", "place")], [frame("Acme", "person")]])

    assert kept.frame.type == "place"


@given(st.lists(st.lists(st.sampled_from([frame(t, y) for t in "abc" for y in "xy"]))))
def test_every_mention_is_elected_once_and_named_by_half_of_the_samples(
    samples: list[list[Frame]],
) -> None:
    elected = two_stage(samples)

    names = [kept.frame.fillers[0][1] for kept in elected]
    assert len(names) == len(set(names))
    for name, kept in zip(names, elected, strict=True):
        namers = [any(f.fillers[0][1] == name for f in sample) for sample in samples]
        assert 2 * sum(namers) >= len(samples)
        assert all(kept.frame in samples[number] for number in kept.samples)
