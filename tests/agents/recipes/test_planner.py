import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from questgraph.agents.dialogue import fenced
from questgraph.agents.estimates.forecast import asking
from questgraph.agents.machine import compile_recipe, drawing
from questgraph.agents.recipes.multi_turn import MULTI_TURN
from questgraph.agents.recipes.planner import PLANNER
from questgraph.agents.stages.plan import BUDGET, made_moves, plan
from questgraph.agents.state import Context, State, initial, outcome
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.codecs.move import Move, MoveChoice
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Chunk, Span, Unit
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="organization")),
    relations=(
        RelationType(
            name="works_for",
            head=("person",),
            tail=("organization",),
            qualifiers=(Role(name="date"),),
        ),
    ),
    events=(
        EventType(
            name="appointment",
            trigger="the verb",
            roles=(Role(name="person", types=("person",)), Role(name="firm", many=False)),
        ),
    ),
)

TEXT = "Ann Lee works for Acme. Acme named Bo Ek in May. Ann Lee left."
WHOLE = f"{TEXT} Nobody else came. Bo Ek is a chemist at Acme."

ANSWERS = {
    "Which of the types": '{"types":["person","works_for","appointment"]}',
    "Copy every mention of: person": '{"person":["Ann Lee","Bo Ek"]}',
    "Copy every mention of: organization": '{"organization":["Acme"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
    "Give every event": '{"appointment":[{"trigger":"named","person":["Bo Ek"]}]}',
    "What is the firm": '{"firm":["Acme"]}',
    "Does it say": '{"answer":"yes"}',
}


def planned(*moves: Move, **changes: str) -> ScriptedModel:
    """Return a model that makes `moves`, one after the other, and answers what is asked then."""
    left = iter([*moves, Move("stop")])
    answers = ANSWERS | changes

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "What next?" in question:
            return MoveChoice([]).write(next(left))
        return next(said for key, said in answers.items() if key in question)

    return ScriptedModel(answer)


def offered(model: ScriptedModel) -> list[list[Move]]:
    """Return the moves that each question for a move allowed, by its grammar."""
    grammars = [r.format.grammar for r in model.requests if r.format and r.format.grammar]
    return [list(pairs(grammar)) for grammar in grammars]


def pairs(grammar: str) -> Iterator[Move]:
    for one in json.loads(grammar.removeprefix("start: %json "))["anyOf"]:
        parts = one["properties"]
        for subject in parts["about"]["enum"]:
            yield Move(parts["move"]["enum"][0], subject)


def stages(state: State) -> list[str]:
    return [turn.stage for turn in state["turns"]]


def told(state: State) -> list[tuple[str, ...]]:
    return [
        (claim.type, *(mention.text for _, mention in claim.arguments))
        for claim in state["claims"]
        if claim.admitted
    ]


@pytest.fixture
def unit() -> Unit:
    return Unit(Chunk("doc", TEXT, span=Span(0, len(TEXT)), index=0), document_text=WHOLE)


async def test_the_model_decides_what_is_asked_and_in_which_order(put: Put) -> None:
    model = planned(Move("ask", "works_for"), Move("ask", "organization"))

    state = await put(PLANNER, model)

    assert stages(state) == ["plan", "ask", "plan", "ask", "plan"]
    assert made_moves(state["turns"]) == [
        Move("ask", "works_for"),
        Move("ask", "organization"),
        Move("stop"),
    ]
    assert told(state) == [
        ("works_for", "Ann Lee", "Acme"),
        ("organization", "Acme"),
        ("organization", "Acme"),
    ]
    assert {claim.verdict for claim in state["claims"]} == {"sound"}
    assert outcome(state).status == "done"


async def test_after_detection_only_what_was_detected_is_offered(put: Put) -> None:
    model = planned(Move("detect"))

    await put(PLANNER, model)

    first, second = offered(model)
    subjects = [move.about for move in second if move.name == "ask"]
    assert [move.about for move in first if move.name == "ask"] == [
        *("person", "organization", "works_for", "knows", "appointment"),
    ]
    assert subjects == ["person", "organization", "works_for", "appointment"]
    assert Move("detect") in first
    assert Move("detect") not in second


async def test_no_move_is_offered_twice_and_stopping_not_at_first(put: Put) -> None:
    model = planned(Move("ask", "person"), Move("ask", "works_for"))

    await put(PLANNER, model)

    first, second, third = offered(model)
    assert Move("stop") not in first
    assert Move("stop") in second
    assert Move("ask", "person") not in second
    assert not {Move("ask", "person"), Move("ask", "works_for")} & set(third)


async def test_there_is_nothing_to_verify_or_to_fill_without_claims(put: Put) -> None:
    model = planned(Move("ask", "person"))

    await put(PLANNER, model)

    assert {move.name for move in offered(model)[0]} == {"detect", "ask", "context"}


async def test_an_empty_role_is_asked_for_and_the_event_told_anew(put: Put) -> None:
    role = "firm of appointment: trigger named, person Bo Ek"
    model = planned(Move("ask", "appointment"), Move("fill", role))

    state = await put(PLANNER, model)

    (event,) = state["claims"]
    assert [(role, mention.text) for role, mention in event.arguments] == [
        ("trigger", "named"),
        ("person", "Bo Ek"),
        ("firm", "Acme"),
    ]
    assert event.fillers("firm")[0].span == Span(24, 28)
    assert event.turns == (1, 3)
    assert (event.votes, event.samples) == (1, 1)
    assert not [move for move in offered(model)[-1] if move.name == "fill"]


async def test_a_filler_that_the_passage_does_not_have_leaves_the_event_as_it_was(
    put: Put,
) -> None:
    role = "firm of appointment: trigger named, person Bo Ek"
    model = planned(
        Move("ask", "appointment"), Move("fill", role), **{"What is the firm": '{"firm":["Hooli"]}'}
    )

    state = await put(PLANNER, model)

    assert told(state) == [("appointment", "named", "Bo Ek")]
    assert [claim.reason for claim in state["claims"]] == ["", "not in the passage: 'Hooli'"]


async def test_a_claim_in_doubt_is_verified_when_the_model_wants_to(put: Put) -> None:
    nobody = '{"appointment":[{"trigger":"named"}]}'
    model = planned(
        Move("ask", "appointment"),
        Move("verify", "appointment: trigger named"),
        **{"Give every event": nobody, "Does it say": '{"answer":"no"}'},
    )

    state = await put(PLANNER, model)

    assert stages(state) == ["plan", "ask", "plan", "verify", "plan"]
    (claim,) = state["claims"]
    assert (claim.verdict, claim.turns) == ("refuted", (1, 3))
    question = model.requests[3].messages
    assert len(question) == 1
    assert "Does it say" in question[0].content


async def test_context_is_shown_from_then_on_and_cannot_be_claimed(put: Put) -> None:
    model = planned(
        Move("context"),
        Move("ask", "person"),
        **{"Copy every mention of: person": '{"person":["Bo Ek","chemist"]}'},
    )

    state = await put(PLANNER, model)

    assert "Bo Ek is a chemist at Acme." not in model.requests[0].messages[1].content
    assert "Bo Ek is a chemist at Acme." in model.requests[2].messages[1].content
    assert told(state) == [("person", "Bo Ek")]


async def test_looking_up_shows_what_the_bank_knows_of_the_same_names(
    schema: Schema, unit: Unit
) -> None:
    text = "For years Acme employed Tim."
    record = {
        "id": "other",
        "text": text,
        "entities": [
            {"text": "Acme", "type": "organization", "start": 10, "end": 14},
            {"text": "Tim", "type": "person", "start": 24, "end": 27},
        ],
        "relations": [{"head": 1, "tail": 0, "type": "works_for"}],
    }
    own = {**record, "id": "doc#9", "text": text.replace("Tim", "Jim")}
    own["entities"] = [
        {**entity, "text": entity["text"].replace("Tim", "Jim")}
        for entity in record["entities"]  # type: ignore[attr-defined]
    ]
    bank = Bank.build([labelled(record), labelled(own)], HashingEmbedder())
    model = planned(Move("ask", "works_for"), Move("look", "works_for"))

    async with SqliteLedger(":memory:") as ledger, model:
        context = Context(gateway=Gateway(model, ledger), schema=schema, bank=bank)
        state = await compile_recipe(PLANNER).ainvoke(initial(unit), context=context)

    told = ('here: "Ann Lee" works for "Acme" (sound)', 'elsewhere: "Tim" works for "Acme"')
    assert state["context"][0].partition("\n")[2] == fenced("\n".join(told))
    assert state["context"][0] in model.requests[-1].messages[1].content


async def test_questions_and_codecs_are_those_of_multi_turn(put: Put) -> None:
    one = planned(Move("detect"), Move("ask", "works_for"))
    other = ScriptedModel({**ANSWERS, "Copy every": '{"person":[],"organization":[]}', "any": "{}"})

    await put(PLANNER, one)
    await put(MULTI_TURN, other)

    def asked(model: ScriptedModel) -> set[tuple[str, str]]:
        return {
            (re.split(r"</passage[^>]*>", r.messages[-1].content)[-1].strip(), repr(r.format))
            for r in model.requests
        }

    alike = sorted(text.splitlines()[0] for text, _ in asked(one) & asked(other))
    assert alike == [
        "Give every pair for: works_for (person, organization).",
        "Which of the types does the passage have?",
    ]


async def test_the_plan_stands_in_one_dialogue_with_the_answers(put: Put) -> None:
    model = planned(Move("detect"), Move("ask", "person"))

    await put(PLANNER, model)

    for earlier, later in zip(model.requests, model.requests[1:], strict=False):
        assert later.messages[: len(earlier.messages)] == earlier.messages


async def test_nothing_detected_and_nothing_left_ends_in_empty_without_another_question(
    put: Put,
) -> None:
    model = planned(Move("detect"), **{"Which of the types": '{"types":[]}'})

    state = await put(PLANNER, model)

    assert stages(state) == ["plan", "detect"]
    assert outcome(state).status == "empty"


async def test_a_plan_that_cannot_be_read_ends_and_keeps_what_was_found(put: Put) -> None:
    moves = iter(['{"move":"ask","about":"person"}', "hm", '{"move":"dance","about":""}'])

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        return ANSWERS["Copy every mention of: person"] if "Copy" in question else next(moves)

    state = await put(PLANNER, ScriptedModel(answer))

    assert ("person", "Bo Ek") in told(state)
    assert outcome(state).status == "failed"
    assert "no move that you can make now" in outcome(state).reason


async def test_the_budget_ends_a_plan(put: Put) -> None:
    first = PLANNER.stages[0]
    short = plan({"ask": lambda state, context: ["person", "organization", "knows"]}, budget=2)
    recipe = replace(
        PLANNER, stages=(replace(first, run=short.run, leave=short.leave), *PLANNER.stages[1:])
    )
    model = planned(Move("ask", "person"), Move("ask", "organization"), Move("ask", "knows"))

    state = await put(recipe, model)

    assert stages(state) == ["plan", "ask", "plan", "ask"]
    assert "there are 1 left" in model.requests[2].messages[-1].content


def some_answer(request: Request, numbers: Sequence[int], at: int, wild: str) -> str:
    """Return an allowed move, or else anything: whatever the question was."""
    number = numbers[at % len(numbers)] if numbers else 0
    if "What next?" in request.messages[-1].content and request.format and number % 5:
        moves = list(pairs(request.format.grammar))
        return MoveChoice(moves).write(moves[number % len(moves)])
    known = list(ANSWERS.values())
    return wild if number % 7 == 0 else known[number % len(known)]


@settings(deadline=None, max_examples=15)
@given(some.lists(some.integers(0, 10_000), max_size=30), some.text(max_size=20))
def test_it_ends_whatever_the_model_answers(numbers: list[int], wild: str) -> None:
    asked = iter(range(10_000))
    model = ScriptedModel(lambda request: some_answer(request, numbers, next(asked), wild))
    chunk = Chunk("doc", TEXT, span=Span(0, len(TEXT)), index=0)

    async def run() -> State:
        async with SqliteLedger(":memory:") as ledger, model:
            context = Context(gateway=Gateway(model, ledger), schema=SCHEMA)
            state = initial(Unit(chunk, document_text=WHOLE))
            return await compile_recipe(PLANNER).ainvoke(state, context=context)  # type: ignore[return-value]

    state = asyncio.run(run())

    moves = made_moves(state["turns"])
    assert len(moves) == len(set(moves)) <= BUDGET
    asked_by = [turn.stage for turn in state["turns"] if not turn.complained]
    for stage, calls in asking(PLANNER, SCHEMA):
        assert calls.least <= asked_by.count(stage.name) <= calls.most
    assert all(claim.grounded for claim in state["claims"] if claim.admitted)
    assert outcome(state).status in ("done", "empty", "failed")


def test_the_drawing_shows_the_loop() -> None:
    picture = drawing(PLANNER)

    for name in ("detect", "ask", "fill", "context", "look", "verify"):
        assert f"plan -.-> {name};" in picture
        assert f"{name} --> ground;" in picture
    assert "check --> plan;" in picture
    assert "plan -.-> __end__;" in picture


def test_the_drawing_shows_no_way_that_nobody_goes() -> None:
    ways = [line for line in drawing(PLANNER).splitlines() if ">" in line]

    others = [way for way in ways if not way.strip().startswith("plan -.->")]
    assert len(others) == len(PLANNER.stages)
    assert not [way for way in others if "-.->" in way]
