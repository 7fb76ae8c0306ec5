import asyncio
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError, RunError
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.ledger import Record
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.gateway.limits import AdaptiveGate, Bucket
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.base import AnswerFormat, Message, Reply, Request
from questgraph.tools.models.replay import ReplayModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Usage

pytestmark = pytest.mark.anyio

AT_ONCE = Retries(base=0.0)


def question(text: str = "Who?", seed: int = 0) -> Request:
    return Request((Message("user", text),), seed=seed)


async def test_a_known_question_is_answered_from_the_ledger(tmp_path: Path) -> None:
    model = ScriptedModel([Reply("Ann", usage=Usage(prompt_tokens=7))])
    async with SqliteLedger(tmp_path / "run.db") as ledger:
        first = await Gateway(model, ledger).ask(question())
    async with SqliteLedger(tmp_path / "run.db") as ledger:
        again = await Gateway(model, ledger).ask(question())

    assert (first.reply, first.usage) == (again.reply, Usage(calls=1, prompt_tokens=7))
    assert again.usage == Usage(replayed=1)
    assert len(model.requests) == 1


async def test_a_reply_is_on_disk_before_it_is_returned(tmp_path: Path) -> None:
    async with SqliteLedger(tmp_path / "run.db") as ledger:
        call = await Gateway(ScriptedModel(["Ann"]), ledger).ask(question())
        with sqlite3.connect(tmp_path / "run.db") as other:
            rows = other.execute("select key, reply from calls").fetchall()

    assert rows == [(call.key, "Ann")]


async def test_equal_questions_under_way_are_sent_once() -> None:
    model = ScriptedModel(["Ann"])
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger)
        calls = await asyncio.gather(*(gateway.ask(question()) for _ in range(5)))

    assert {call.reply.text for call in calls} == {"Ann"}
    assert sorted(call.usage.calls for call in calls) == [0, 0, 0, 0, 1]
    assert len(model.requests) == 1


async def test_whoever_asks_first_may_go_away_without_taking_the_answer_along() -> None:
    model = ScriptedModel(["Ann"])
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger)
        leader = asyncio.create_task(gateway.ask(question()))
        await asyncio.sleep(0)
        follower = asyncio.create_task(gateway.ask(question()))
        await asyncio.sleep(0)
        leader.cancel()
        call = await follower

    assert call.reply.text == "Ann"
    assert len(model.requests) == 1


async def test_trouble_that_may_pass_is_tried_again_and_counted() -> None:
    model = ScriptedModel(
        [ModelUnavailableError("busy", 0.0), ModelUnavailableError("away"), "Ann"]
    )
    async with SqliteLedger(":memory:") as ledger:
        call = await Gateway(model, ledger, Terms(retries=AT_ONCE)).ask(question())

    assert call.reply.text == "Ann"
    assert call.usage.calls == 3


async def test_the_last_failure_is_raised_with_the_number_of_tries() -> None:
    model = ScriptedModel(lambda _: ModelUnavailableError("away"))
    async with SqliteLedger(":memory:") as ledger:
        with pytest.raises(ModelUnavailableError, match=r"away \(tried 6 times\)"):
            await Gateway(model, ledger, Terms(retries=AT_ONCE)).ask(question())
        assert len(ledger) == 0


async def test_a_refusal_is_not_tried_again() -> None:
    model = ScriptedModel(lambda _: ModelRefusedError("wrong key"))
    async with SqliteLedger(":memory:") as ledger:
        with pytest.raises(ModelRefusedError):
            await Gateway(model, ledger, Terms(retries=AT_ONCE)).ask(question())

    assert len(model.requests) == 1


async def test_no_more_calls_are_under_way_than_the_model_has_slots() -> None:
    most = 0

    class Slow(ScriptedModel):
        async def complete(self, request: Request) -> Reply:
            nonlocal most
            most = max(most, gateway.in_flight)
            await asyncio.sleep(0.001)
            return await super().complete(request)

    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(Slow(lambda _: "x", slots=3), ledger)
        await asyncio.gather(*(gateway.ask(question(seed=i)) for i in range(20)))

    assert most == 3


@pytest.mark.parametrize(
    "other",
    [
        Request((Message("user", "Who else?"),)),
        Request((Message("system", "Who?"),)),
        Request((Message("user", "Who?"),), max_tokens=7),
        Request((Message("user", "Who?"),), temperature=0.5),
        Request((Message("user", "Who?"),), seed=1),
        Request((Message("user", "Who?"),), format=AnswerFormat({"type": "object"})),
    ],
)
def test_whatever_decides_the_answer_is_part_of_the_key(other: Request) -> None:
    assert other.key("m") != question().key("m")
    assert question().key("m") != question().key("n")
    assert question().key("m") == question().key("m")


async def test_a_file_that_is_no_ledger_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "run.db").write_bytes(b"no database at all, but long enough to look like one" * 9)

    with pytest.raises(RunError, match="cannot be used"):
        SqliteLedger(tmp_path / "run.db")


async def test_a_ledger_from_the_future_is_an_error_that_says_so(tmp_path: Path) -> None:
    SqliteLedger(tmp_path / "run.db").close()
    with sqlite3.connect(tmp_path / "run.db") as file:
        file.execute("update ledger set version = 99")
    file.close()

    with pytest.raises(RunError, match="newer"):
        SqliteLedger(tmp_path / "run.db")


async def test_a_recording_answers_what_it_holds_and_nothing_else(tmp_path: Path) -> None:
    async with SqliteLedger(tmp_path / "run.db") as ledger:
        await Gateway(ScriptedModel(["Ann"], name="m"), ledger).ask(question())
        ledger.dump(tmp_path / "calls.jsonl")

    for path in (tmp_path / "run.db", tmp_path / "calls.jsonl"):
        async with ReplayModel(path) as model:
            assert model.name == "m"
            assert (await model.complete(question())).text == "Ann"
            with pytest.raises(ModelRefusedError, match="holds no answer"):
                await model.complete(question("Where?"))


@given(st.text(), st.text())
def test_any_text_is_kept_as_it_is(asked: str, answered: str) -> None:
    async def put_and_get() -> Reply | None:
        async with SqliteLedger(":memory:") as ledger:
            request = question(asked)
            await ledger.put(Record("k", "m", request, Reply(answered)))
            assert (ledger.request("k") or {})["messages"] == [["user", asked]]
            return await ledger.get("k")

    reply = asyncio.run(put_and_get())

    assert reply is not None
    assert reply.text == answered


async def test_a_bucket_waits_as_long_as_the_debt_takes_to_flow_in() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    bucket = Bucket(60, clock=lambda: 0.0, sleep=sleep)
    for _ in range(62):
        await bucket.take(1)
    bucket.give_back(1)
    await bucket.take(1)

    assert slept == [1.0, 2.0, 2.0]


async def test_the_gate_opens_after_a_full_round_and_halves_once_for_a_volley() -> None:
    gate = AdaptiveGate(64, start=8)
    entered = [gate.enter() for _ in range(9)]
    tickets = [await entry.__aenter__() for entry in entered[:8]]
    waiting = asyncio.create_task(entered[8].__aenter__())
    await asyncio.sleep(0)

    for _ in range(8):
        gate.went_well()
    assert gate.width == 16
    assert await waiting == 9
    for ticket in tickets:
        gate.went_badly(ticket)
    assert gate.width == 8


async def test_a_place_is_not_lost_when_whoever_waits_for_it_goes_away() -> None:
    gate = AdaptiveGate(1)
    async with gate.enter():
        waiting = asyncio.create_task(gate.enter().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async with gate.enter():
        assert gate.inside == 1
