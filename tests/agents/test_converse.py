"""Send, read, send the complaint back; whatever goes wrong is told and sinks nobody else."""

from collections.abc import Sequence
from contextlib import closing

import pytest

from questgraph.agents.converse import Answer, Question, converse
from questgraph.tools.database import Database
from questgraph.tools.errors import (
    AnswerError,
    ModelRefusedError,
    ModelUnavailableError,
    NotAskedError,
    OverBudgetError,
    PromptTooLongError,
)
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Message, Reply
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Status, Usage

pytestmark = pytest.mark.anyio

ASKED = "How many?"
COMPLAINT = "Answer with digits."
RUNAWAY = "and so on, " * 60


def number(answer: str) -> int:
    if not answer.strip().isdecimal():
        raise AnswerError(COMPLAINT, partial=len(answer))
    return int(answer)


async def ask(model: ScriptedModel, *, tries: int = 2) -> Answer[int]:
    question = Question(text=ASKED, read=number, write=str, max_tokens=100)
    terms = Terms(retries=Retries(tries=2, base=0.0))
    with closing(Database(":memory:")) as database:
        gateway = Gateway(model, SqliteLedger(database), terms)
        return await converse(
            gateway, [Message("user", ASKED)], question, stage="count", tries=tries
        )


def said(model: ScriptedModel) -> list[tuple[str, ...]]:
    """Return what the model was shown, each time."""
    return [tuple(message.content for message in asked.messages) for asked in model.requests]


async def test_a_readable_answer_is_read_at_once() -> None:
    answer = await ask(ScriptedModel([" 42 "]))

    (turn,) = answer.turns
    assert (answer.value, answer.problem) == (42, None)
    assert (turn.stage, turn.question, turn.answer, turn.parsed) == ("count", ASKED, " 42 ", "42")
    assert turn.about == ASKED


async def test_an_unreadable_answer_is_sent_back_with_the_reason() -> None:
    model = ScriptedModel(["forty-two", "42"])

    answer = await ask(model)

    assert (answer.value, answer.problem) == (42, None)
    assert said(model) == [(ASKED,), (ASKED, "forty-two", COMPLAINT)]
    assert [turn.question for turn in answer.turns] == [ASKED, COMPLAINT]
    assert [turn.parsed for turn in answer.turns] == ["", "42"]
    assert [turn.about for turn in answer.turns] == [ASKED, ASKED]


@pytest.mark.parametrize("tries", [1, 2, 3])
async def test_an_answer_that_stays_unreadable_leaves_what_could_be_read_and_a_problem(
    tries: int,
) -> None:
    model = ScriptedModel(lambda _: "many")

    answer = await ask(model, tries=tries)

    assert answer.value == len("many")
    assert len(answer.turns) == len(model.requests) == tries
    assert answer.problem
    assert answer.problem.status == "failed"
    assert answer.problem.reason == f"no readable answer in {tries} tries: {COMPLAINT}"


async def test_an_answer_that_is_cut_off_is_asked_for_once_more_with_twice_the_room() -> None:
    usage = Usage(prompt_tokens=5, completion_tokens=100)
    model = ScriptedModel([Reply("4", "length", usage), Reply("42", usage=usage)])

    answer = await ask(model)

    (turn,) = answer.turns
    assert (answer.value, answer.problem) == (42, None)
    assert [request.max_tokens for request in model.requests] == [100, 200]
    assert model.requests[0].messages == model.requests[1].messages
    assert turn.call == model.requests[1].key(model.name)
    assert turn.usage == Usage(calls=2, prompt_tokens=10, completion_tokens=200)


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        (Reply("4", "length"), "was cut off"),
        (Reply(RUNAWAY, "length"), "repeated itself"),
        (Reply(RUNAWAY), "repeated itself"),
        (Reply(f'["{RUNAWAY}"]'), "repeated itself"),
    ],
    ids=["cut off", "running away", "running away to an end", "closed by a grammar"],
)
async def test_an_answer_that_is_too_long_with_twice_the_room_too_is_truncated(
    reply: Reply, how: str
) -> None:
    model = ScriptedModel(lambda _: reply)

    answer = await ask(model)

    assert [request.max_tokens for request in model.requests] == [100, 200]
    assert answer.value is None
    assert [turn.parsed for turn in answer.turns] == [""]
    assert answer.problem
    assert answer.problem.status == "truncated"
    assert answer.problem.reason == f"the answer {how}, with twice the room too"


async def test_a_long_answer_that_ends_by_itself_is_no_runaway() -> None:
    digits = "".join(str(n * n) for n in range(400))

    answer = await ask(ScriptedModel([digits]))

    assert answer.value == int(digits)


@pytest.mark.parametrize(
    ("replies", "status", "reason"),
    [
        ([Reply("I will not.", "refusal")], "refused", "the endpoint declined: 'I will not.'"),
        ([Reply("", "refusal")], "refused", "the endpoint declined: ''"),
        (["I'm sorry, no.", "I cannot."], "refused", "the model declined: 'I cannot.'"),
        ([ModelRefusedError("wrong key")], "refused", "wrong key"),
        ([ModelUnavailableError("away")] * 2, "failed", "away (tried 2 times)"),
        ([PromptTooLongError("8000 tokens")], "truncated", "8000 tokens"),
        ([OverBudgetError("the cap")], "over_budget", "the cap"),
    ],
    ids=[
        "by the endpoint",
        "by a filter",
        "in words",
        "for good",
        "unavailable",
        "too long",
        "over budget",
    ],
)
async def test_a_question_without_an_answer_says_why(
    replies: Sequence[str | Reply | Exception], status: Status, reason: str
) -> None:
    answer = await ask(ScriptedModel(replies))

    assert answer.problem
    assert (answer.problem.stage, answer.problem.status) == ("count", status)
    assert answer.problem.reason == reason
    assert not any(turn.parsed for turn in answer.turns)


async def test_trouble_after_a_complaint_loses_neither_the_turn_nor_what_was_read() -> None:
    model = ScriptedModel(["many", ModelRefusedError("wrong key")])

    answer = await ask(model)

    assert answer.value == len("many")
    assert [turn.answer for turn in answer.turns] == ["many"]
    assert answer.problem
    assert answer.problem.status == "refused"


async def test_a_question_that_is_put_off_puts_off_whoever_asks_it() -> None:
    with pytest.raises(NotAskedError):
        await ask(ScriptedModel([NotAskedError("it waits for a batch")]))
