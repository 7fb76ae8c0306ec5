import dataclasses
from collections.abc import Sequence

import pytest

from questgraph.agents.agreement import agreed
from questgraph.agents.recipes.code4struct import CODE4STRUCT
from questgraph.agents.state import outcome
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import EventType, Role, Schema

from .banks import bank, passage, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

SAMPLES = ["Bo Ek", "Bo Ek", "Bo Ek ", "Ann Lee", "nobody"]


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if question.endswith("events = ["):
        return 'Appointment(trigger="named")]'
    assert question.endswith("Appointment(")
    person = SAMPLES[request.seed]
    firm = "Acme" if request.seed < 3 else "Acme Ltd"
    return f'    person=["{person}"],\n    firm="{firm}",\n)'


async def test_triggers_are_found_first_and_each_event_is_voted_on(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    state = await put_with(None, CODE4STRUCT, model, unit, schema)

    assert [turn.stage for turn in state["turns"]] == ["triggers"] + ["arguments"] * 5
    assert {request.temperature for request in model.requests[1:]} == {0.5}
    assert "Acme **named** Bo Ek in May." in model.requests[1].messages[-1].content
    (event,) = state["claims"]
    assert [(role, mention.text.strip()) for role, mention in event.arguments] == [
        ("trigger", "named"),
        ("person", "Bo Ek"),
        ("firm", "Acme"),
    ]
    assert event.turns == (0, 1, 2, 3, 4, 5)
    assert outcome(state).status == "done"
    assert_within(CODE4STRUCT, schema, state)


async def test_an_argument_is_pinned_to_the_place_nearest_to_the_trigger(
    unit: Unit, schema: Schema
) -> None:
    state = await put_with(None, CODE4STRUCT, ScriptedModel(answering), unit, schema)

    (event,) = state["claims"]
    (firm,) = event.fillers("firm")
    # "Acme" ends the first sentence and begins that of the trigger.
    assert firm.span == Span(34, 38)
    assert firm.type == "organization"


async def test_what_the_passage_does_not_have_is_left_out_and_named(
    unit: Unit, schema: Schema
) -> None:
    def inventing(request: Request) -> str:
        return answering(request).replace("Acme", "Initech")

    state = await put_with(
        None,
        CODE4STRUCT,
        ScriptedModel(
            lambda r: answering(r) if "events = [" in r.messages[-1].content else inventing(r)
        ),
        unit,
        schema,
    )

    (event,) = state["claims"]
    assert event.admitted
    assert not event.fillers("firm")
    assert event.reason.startswith("not in the passage: 'Initech")


async def test_given_triggers_are_not_asked_for(unit: Unit, schema: Schema) -> None:
    trigger = Mention("named", span=Span(39, 44), level="exact")
    told = Claim(
        "event", "appointment", (Argument("trigger", trigger),), document_id="doc", unit_id=unit.id
    )
    model = ScriptedModel(answering)

    state = await put_with(
        None, CODE4STRUCT, model, dataclasses.replace(unit, given=(told,)), schema
    )

    assert {turn.stage for turn in state["turns"]} == {"arguments"}
    assert len(state["claims"][0].arguments) == 3


FAMILY = Schema(
    name="family",
    events=tuple(
        EventType(name=name, trigger="a verb", roles=(Role(name="who"),))
        for name in ("Job:Start", "Job:End", "Life:Die")
    ),
)


def event(id_: str, text: str, type_: str, trigger: str, who: str) -> Labelled:
    place = {word: {"text": word, "start": text.index(word)} for word in (trigger, who)}
    for word, mention in place.items():
        mention["end"] = mention["start"] + len(word)
    record = {
        "type": type_,
        "trigger": place[trigger],
        "arguments": [{"role": "who", **place[who]}],
    }
    return passage(id_, text, events=[record])


EVENTS = [
    event("x", "Then Cy Dee retired from the board.", "Job:End", "retired", "Cy Dee"),
    event("y", "Later Ida Wu joined the Globex board.", "Job:Start", "joined", "Ida Wu"),
    event("z", "Max Oh died in the spring of that year.", "Life:Die", "died", "Max Oh"),
]


async def test_events_of_the_family_stand_in_where_the_type_has_too_few(unit: Unit) -> None:
    def ask(request: Request) -> str:
        if request.messages[-1].content.endswith("events = ["):
            return 'JobStart(trigger="named")]'
        return 'who=["Bo Ek"])'

    model = ScriptedModel(ask)

    await put_with(bank(passages=EVENTS), CODE4STRUCT, model, unit, FAMILY)

    messages = model.requests[-1].messages
    shown = [message.content for message in messages[1:-1:2]]
    assert [text.splitlines()[0] for text in shown] == [
        'text = "Then Cy Dee **retired** from the board."',
        'text = "Later Ida Wu **joined** the Globex board."',
    ]
    assert shown[0].endswith("JobEnd(")
    assert messages[2].content == '    who=["Cy Dee"],\n)'


async def test_a_sample_that_cannot_be_read_is_told_and_not_counted(
    unit: Unit, schema: Schema
) -> None:
    def slipping(request: Request) -> str:
        unreadable = request.seed >= 3 and not request.messages[-1].content.endswith("events = [")
        return (
            "No idea, sorry to say."
            if unreadable
            else answering(dataclasses.replace(request, messages=request.messages[-1:]))
        )

    state = await put_with(None, CODE4STRUCT, ScriptedModel(slipping), unit, schema)

    assert outcome(state).status == "failed"
    assert len(state["claims"][0].arguments) == 3


@pytest.mark.parametrize(
    ("samples", "kept"),
    [
        ([["Acme"], ["Acme"], ["Bolt"]], ["Acme"]),
        ([["Acme Ltd"], ["Acme Ltd."], ["Bolt"]], ["Acme Ltd."]),
        ([["Acme", "Acme"], ["Bolt"], []], []),
        ([["Acme"], ["Bolt"]], []),
        ([["Acme", "Bolt"]], ["Acme", "Bolt"]),
        ([], []),
    ],
)
def test_more_than_half_of_the_samples_must_agree(
    samples: Sequence[Sequence[str]], kept: Sequence[str]
) -> None:
    said = [[("firm", text) for text in sample] for sample in samples]

    assert [text for _, text in agreed(said)] == kept


def test_wordings_in_different_roles_are_no_votes_for_each_other() -> None:
    assert agreed([[("a", "Acme")], [("b", "Acme")], []]) == []
