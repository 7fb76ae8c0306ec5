import json
from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes import recipes
from questgraph.agents.state import State, outcome
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Claim, Span

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

MULTI_TURN = recipes["multi-turn"]
TEXT = "Ann Lee works for Acme. Acme named Bo Ek in May. Ann Lee left."


def answers(**changes: str) -> dict[str, str]:
    """Return what a good model answers, by a piece of the question."""
    return {
        "Which of the types": '{"types":["person","organization","works_for","appointment"]}',
        "Copy every mention": '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"]}',
        "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
        "Give every event": json.dumps(
            {"appointment": [{"trigger": "named", "person": ["Bo Ek"], "firm": ["Acme"]}]}
        ),
        "anything of the types": "{}",
        "Does it say": '{"answer":"yes"}',
    } | changes


def told(claims: tuple[Claim, ...]) -> list[tuple[str, ...]]:
    return [(claim.type, *(mention.text for _, mention in claim.arguments)) for claim in claims]


async def test_every_answer_becomes_a_claim_with_its_place_in_the_document(put: Put) -> None:
    state = await put(MULTI_TURN, ScriptedModel(answers()))

    assert told(state["claims"]) == [
        ("person", "Ann Lee"),
        ("person", "Ann Lee"),
        ("person", "Bo Ek"),
        ("organization", "Acme"),
        ("organization", "Acme"),
        ("works_for", "Ann Lee", "Acme"),
        ("appointment", "named", "Bo Ek", "Acme"),
    ]
    for claim in state["claims"]:
        for _, mention in claim.arguments:
            assert mention.span is not None
            start, end = mention.span.shift(-10)
            assert TEXT[start:end] == mention.text
    assert {claim.verdict for claim in state["claims"]} == {"sound"}
    assert outcome(state).status == "done"


async def test_parts_are_pinned_to_the_occurrences_that_stand_together(put: Put) -> None:
    state = await put(MULTI_TURN, ScriptedModel(answers()))

    event = state["claims"][-1]
    assert event.fillers("firm")[0].span == Span(10 + 24, 10 + 28)
    assert event.evidence == Span(10 + 24, 10 + 48)


async def test_turns_share_one_growing_dialogue(put: Put) -> None:
    model = ScriptedModel(answers())

    state = await put(MULTI_TURN, model)

    assert [turn.stage for turn in state["turns"]] == ["detect", "ask", "ask", "ask", "more"]
    for earlier, later in zip(model.requests, model.requests[1:], strict=False):
        assert later.messages[: len(earlier.messages)] == earlier.messages
    assert TEXT in model.requests[0].messages[1].content
    assert sum(TEXT in message.content for message in model.requests[-1].messages) == 1


async def test_the_history_holds_what_was_read_and_not_what_was_written(put: Put) -> None:
    model = ScriptedModel(answers(**{"Copy every mention": '```json\n{"Person": ["Bo Ek"]}\n```'}))

    await put(MULTI_TURN, model)

    said = [
        message.content for message in model.requests[-1].messages if message.role == "assistant"
    ]
    assert '{"person":["Bo Ek"],"organization":[]}' in said


async def test_nothing_detected_ends_the_unit_as_empty_after_one_call(put: Put) -> None:
    model = ScriptedModel(['{"types":[]}'])

    state = await put(MULTI_TURN, model)

    assert outcome(state).status == "empty"
    assert len(model.requests) == 1


async def test_a_relation_brings_the_types_of_its_ends(put: Put) -> None:
    model = ScriptedModel(answers(**{"Which of the types": '{"types":["works_for"]}'}))

    state = await put(MULTI_TURN, model)

    assert state["types"] == ("person", "organization", "works_for")


async def test_what_was_missed_is_asked_for_once_and_checked_like_the_rest(put: Put) -> None:
    missed = (
        '{"knows":[["Ann Lee","Bo Ek"],["Ann Lee","Ann Lee"]],"works_for":[["Ann Lee","Acme"]]}'
    )
    model = ScriptedModel(answers(**{"anything of the types": missed}))

    state = await put(MULTI_TURN, model)

    late = [claim for claim in state["claims"] if claim.type == "knows"]
    assert [claim.verdict for claim in late] == ["sound", "invalid"]
    assert late[0].turns == (4,)
    assert sum(turn.stage == "more" for turn in state["turns"]) == 1
    assert len(told(state["claims"])) == len(set(map(repr, state["claims"])))


async def test_a_doubt_is_put_to_the_model_without_the_dialogue(put: Put) -> None:
    model = ScriptedModel(
        answers(
            **{
                "Copy every mention": '{"person":["Bo Ek","Acme"],"organization":["Acme"]}',
                "Does it say": '{"answer":"no"}',
            }
        )
    )

    state = await put(MULTI_TURN, model)

    asked = [request for request in model.requests if "Does it say" in request.messages[-1].content]
    assert all(len(request.messages) == 1 for request in asked)
    refuted = [claim for claim in state["claims"] if claim.verdict == "refuted"]
    assert {claim.fillers("mention")[0].text for claim in refuted} == {"Acme"}
    turn = state["turns"][refuted[0].turns[-1]]
    assert (turn.stage, turn.answer) == ("verify", '{"answer":"no"}')
    assert not any(claim.admitted for claim in refuted)


async def test_words_that_are_not_in_the_passage_stay_out_of_the_graph(put: Put) -> None:
    model = ScriptedModel(answers(**{"Give every pair": '{"works_for":[["Ann Lee","Globex"]]}'}))

    state = await put(MULTI_TURN, model)

    (claim,) = [claim for claim in state["claims"] if claim.type == "works_for"]
    assert not claim.admitted
    assert claim.reason == "not in the passage: 'Globex'"
    assert outcome(state).status == "done"


async def test_a_signature_breach_is_invalid_and_costs_no_question(put: Put) -> None:
    model = ScriptedModel(answers(**{"Give every pair": '{"works_for":[["Acme","Ann Lee"]]}'}))

    state = await put(MULTI_TURN, model)

    (claim,) = [claim for claim in state["claims"] if claim.type == "works_for"]
    assert claim.verdict == "invalid"
    assert claim.reason == "the head is a organization, not a person"
    assert not any(turn.stage == "verify" for turn in state["turns"])


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ("I think Ann works there.", "failed", "no readable answer in 2 tries"),
        ("Es tut mir leid, das weiß ich nicht.", "failed", "no readable answer"),
        ("I'm sorry, but I cannot help with that.", "refused", "declined"),
        ('{"animal":["cat"]}', "failed", "Nobody asked for 'animal'"),
    ],
)
async def test_an_unusable_answer_marks_the_unit_and_the_rest_goes_on(
    put: Put, answer: str, status: str, reason: str
) -> None:
    # The complaint is answered no better than the question.
    def answering(request: Request) -> str:
        if "Give every pair" in "".join(m.content for m in request.messages[-3:]):
            question = request.messages[-1].content
            if "Give every event" not in question and "anything of" not in question:
                return answer
        return next(
            value for key, value in answers().items() if key in request.messages[-1].content
        )

    state = await put(MULTI_TURN, ScriptedModel(answering))

    assert outcome(state).status == status
    assert reason in outcome(state).reason
    assert "appointment" in {claim.type for claim in state["claims"]}


async def test_an_unreadable_answer_is_sent_back_with_the_reason(put: Put) -> None:
    model = ScriptedModel(["maybe a person?", '{"types":["person"]}', '{"person":["Bo Ek"]}', "{}"])

    state = await put(MULTI_TURN, model)

    assert outcome(state).status == "done"
    complaint = model.requests[1].messages[-1].content
    assert complaint == "Answer with JSON only, in the form asked for."
    assert [bool(turn.parsed) for turn in state["turns"]] == [False, True, True, True]


async def test_a_cut_answer_gets_more_room_once_and_is_then_truncated(put: Put) -> None:
    def answering(request: Request) -> Reply | str:
        if "Copy every" in request.messages[-1].content:
            return Reply('{"person":["Ann', finish="length")
        return next(
            value for key, value in answers().items() if key in request.messages[-1].content
        )

    model = ScriptedModel(answering)
    state = await put(MULTI_TURN, model)

    rooms = [r.max_tokens for r in model.requests if "Copy every" in r.messages[-1].content]
    assert rooms == [1024, 2048]
    assert outcome(state).status == "truncated"


async def test_a_demonstration_is_a_dialogue_in_the_same_words(put: Put) -> None:
    from questgraph.tools.labelled import Labelled
    from questgraph.tools.records import Argument, Mention

    mention = Mention("Cy Dee", span=Span(0, 6), level="exact", type="person")
    claim = Claim("entity", "person", (Argument("mention", mention),), document_id="d", unit_id="")
    model = ScriptedModel(answers())

    await put(MULTI_TURN, model, [Labelled("d", "Cy Dee sang.", (claim,))])

    shown = [message.content for message in model.requests[0].messages[1:5]]
    assert "Cy Dee sang." in shown[0]
    assert shown[1] == '{"types":["person"]}'
    assert shown[3] == '{"person":["Cy Dee"]}'


async def test_orders_in_the_text_change_nothing_but_its_own_claims(put: Put) -> None:
    # The passage is fenced by marks that it cannot contain, and the answer may only name
    # known types and words of the passage: an obeyed order has nothing to say.
    obeyed = '{"works_for":[["Mallory","Evil Corp"]]}'
    model = ScriptedModel(answers(**{"Give every pair": obeyed}))

    state = await put(MULTI_TURN, model)

    assert not any(
        "Mallory" in mention.text
        for c in state["claims"]
        if c.admitted
        for _, mention in c.arguments
    )
