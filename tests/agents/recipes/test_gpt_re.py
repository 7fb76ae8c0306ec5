import dataclasses
import json

import pytest

from questgraph.agents.recipes.gpt_re import GPT_RE
from questgraph.agents.shots import Shots
from questgraph.agents.stages.verify import verify
from questgraph.agents.state import outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

from .banks import FIRM, PASSAGES, PERSON, bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

ENTITIES = '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"]}'
OF_ANN = 'relation of "Ann Lee" to "Acme"'

REASONED = [
    passage(
        "a",
        "Cy Dee has worked for Acme since spring.",
        [("Cy Dee", PERSON), ("Acme", FIRM)],
        [(0, 1, "works_for")],
        notes={"because of 0-6, 22-26": "has worked for"},
    ),
    passage(
        "b",
        "Ida Wu praised Globex and left.",
        [("Ida Wu", PERSON), ("Globex", FIRM)],
        notes={"because of 0-6, 15-21": "praise is no work"},
    ),
    passage(
        "f",
        "Jo Ma works for Initech.",
        [("Jo Ma", PERSON), ("Initech", FIRM)],
        [(0, 1, "works_for")],
    ),
]


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Copy every mention" in question:
        return ENTITIES
    return '{"relation":"works_for"}' if OF_ANN in question else '{"relation":"NONE"}'


def asked(model: ScriptedModel, question: str) -> Request:
    (request,) = (r for r in model.requests if question in r.messages[-1].content)
    return request


async def test_each_pair_is_asked_about_and_only_a_relation_becomes_a_claim(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank("pair"), GPT_RE, model, unit, schema)

    (claim,) = [claim for claim in state["claims"] if claim.kind == "relation"]
    assert [mention.text for _, mention in claim.arguments] == ["Ann Lee", "Acme"]
    assert state["turns"][claim.turns[0]].stage == "classify"
    assert state["candidates"] == ()
    assert outcome(state).status == "done"
    assert_within(GPT_RE, schema, state)


async def test_none_stands_first_and_only_fitting_relations_are_offered(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    await put_with(None, GPT_RE, model, unit, schema)

    question = asked(model, OF_ANN)
    assert "Relations: NONE, works_for.\n" in question.messages[-1].content
    assert question.format
    assert "because" not in json.dumps(question.format.schema)


async def test_demonstrations_are_pairs_of_the_same_types_related_and_not(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    await put_with(bank("pair"), GPT_RE, model, unit, schema)

    _, *messages, _ = asked(model, OF_ANN).messages
    shown = dict(zip(messages[::2], messages[1::2], strict=True))
    answers = [
        (question.content.splitlines()[-2], answer.content) for question, answer in shown.items()
    ]
    assert answers == [
        (
            'Given the passage, what is the relation of "Ida Wu" to "Globex"?',
            '{"relation":"NONE"}',
        ),
        (
            'Given the passage, what is the relation of "Cy Dee" to "Acme"?',
            '{"relation":"works_for"}',
        ),
    ]


@pytest.mark.parametrize("view", ["pair", "marked", "sentence"])
async def test_reasons_that_were_learned_are_shown_and_asked_for(
    unit: Unit, schema: Schema, view: str
) -> None:
    model = ScriptedModel(answering)

    await put_with(bank(view, REASONED), GPT_RE, model, unit, schema)

    request = asked(model, OF_ANN)
    answers = [message.content for message in request.messages if message.role == "assistant"]
    assert answers == [
        '{"relation":"NONE","because":"praise is no work"}',
        '{"relation":"works_for","because":"has worked for"}',
    ]
    assert '"because":"the words that show it"' in request.messages[-1].content


async def test_given_pairs_are_asked_about_and_nothing_else(unit: Unit, schema: Schema) -> None:
    ends = (
        Argument("head", Mention("Ann Lee", type=PERSON, span=Span(10, 17), level="exact")),
        Argument("tail", Mention("Acme", type=FIRM, span=Span(28, 32), level="exact")),
    )
    given = Claim("relation", "", ends, document_id="doc", unit_id=unit.id)
    model = ScriptedModel(['{"relation":"works_for"}'])

    state = await put_with(
        bank("pair"), GPT_RE, model, dataclasses.replace(unit, given=(given,)), schema
    )

    assert [(c.type, c.arguments) for c in state["claims"]] == [("works_for", ends)]


async def test_a_second_look_can_only_turn_relations_down(unit: Unit, schema: Schema) -> None:
    recheck = verify(every=("relation",), shots=Shots(2, 2), name="recheck")
    recipe = dataclasses.replace(GPT_RE, stages=(*GPT_RE.stages, recheck))

    def doubting(request: Request) -> str:
        doubt = '"Ann Lee" works for' in request.messages[-1].content
        return '{"answer":"no"}' if doubt else answering(request)

    state = await put_with(bank("pair"), recipe, ScriptedModel(doubting), unit, schema)

    verdicts = {claim.kind: claim.verdict for claim in state["claims"]}
    assert verdicts == {"entity": "sound", "relation": "refuted"}
    assert sum(turn.stage == "recheck" for turn in state["turns"]) == 1


@pytest.mark.parametrize(
    ("answer", "status"), [('{"person":[],"organization":[]}', "empty"), ("hm", "failed")]
)
async def test_nothing_found_is_empty_and_no_answer_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(
        bank("pair", PASSAGES), GPT_RE, ScriptedModel(lambda _: answer), unit, schema
    )

    assert outcome(state).status == status
    assert_within(GPT_RE, schema, state)


async def test_a_pair_without_a_readable_answer_stays_to_be_decided(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(
        lambda request: ENTITIES if "Copy every" in request.messages[-1].content else "perhaps"
    )

    state = await put_with(None, GPT_RE, model, unit, schema)

    assert outcome(state).status == "failed"
    assert len(state["candidates"]) == sum(turn.stage == "classify" for turn in state["turns"]) / 2
