import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.database import Database
from questgraph.tools.errors import (
    ModelError,
    ModelRefusedError,
    ModelUnavailableError,
    NotAskedError,
    RunError,
    StorageError,
)
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.gateway.gateway import HOPELESS, Call, Gateway, Terms
from questgraph.tools.gateway.ledger import Record
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
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


async def test_equal_questions_under_way_fail_together_and_are_asked_anew_later() -> None:
    model = ScriptedModel([ModelRefusedError("not now"), "Ann"])
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger)
        asking = (gateway.ask(question()) for _ in range(5))
        ended = await asyncio.gather(*asking, return_exceptions=True)
        call = await gateway.ask(question())

    assert {str(each) for each in ended} == {"not now"}
    assert call.reply.text == "Ann"
    assert len(model.requests) == 2


async def test_an_endpoint_that_asks_for_patience_gets_it() -> None:
    model = ScriptedModel([ModelUnavailableError("busy", retry_after=0.2), "Ann"])
    clock = asyncio.get_running_loop().time
    async with SqliteLedger(":memory:") as ledger:
        begun = clock()
        call = await Gateway(model, ledger, Terms(retries=AT_ONCE)).ask(question())

    assert call.reply.text == "Ann"
    assert clock() - begun >= 0.2


@pytest.mark.parametrize(
    "error",
    [ModelUnavailableError("away"), ModelRefusedError("wrong key")],
    ids=["unavailable", "refused"],
)
async def test_an_endpoint_that_answers_nobody_is_left_alone(error: ModelError) -> None:
    model = ScriptedModel(lambda _: error)
    terms = Terms(limits=Limits(concurrency=4), retries=AT_ONCE)
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger, terms)
        asking = (gateway.ask(question(seed=seed)) for seed in range(1000))
        ended = await asyncio.gather(*asking, return_exceptions=True)

    given_up = [each for each in ended if isinstance(each, type(error))]
    put_off = [each for each in ended if isinstance(each, NotAskedError)]
    assert HOPELESS <= len(given_up) <= HOPELESS + 4, "those under way at that moment"
    assert len(given_up) + len(put_off) == 1000
    assert gateway.stopped.startswith("50 calls in a row got no answer")


async def test_an_endpoint_that_answers_now_and_then_is_asked_on() -> None:
    model = ScriptedModel(
        lambda request: "Ann" if request.seed % 9 == 0 else ModelRefusedError("no")
    )
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger, Terms(limits=Limits(concurrency=4)))
        asking = (gateway.ask(question(seed=seed)) for seed in range(900))
        ended = await asyncio.gather(*asking, return_exceptions=True)

    assert sum(isinstance(each, Call) for each in ended) == 100
    assert not gateway.stopped


class Slow(ScriptedModel):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__(lambda _: "Ann")
        self.now = asyncio.Event()

    async def complete(self, request: Request) -> Reply:
        reply = await super().complete(request)
        await self.now.wait()
        return reply


@pytest.mark.parametrize(
    "terms",
    [
        Terms(limits=Limits(concurrency=3)),
        Terms(limits=Limits(requests_per_minute=3)),
        Terms(limits=Limits(tokens_per_minute=3100)),
        Terms(caps=Caps(calls=3)),
    ],
    ids=["for room", "for the next minute", "for tokens", "for the budget"],
)
async def test_what_is_under_way_is_finished_when_asked_to_stop_and_what_waits_is_put_off(
    terms: Terms,
) -> None:
    model = Slow()
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger, terms)
        asking = [asyncio.create_task(gateway.ask(question(seed=seed))) for seed in range(6)]
        while len(model.requests) < 3:
            await asyncio.sleep(0.001)
        gateway.stop("it was told to")
        model.now.set()
        ended = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 10)
        kept = len(ledger)

    assert [type(each) for each in ended] == [Call] * 3 + [NotAskedError] * 3
    assert str(ended[-1]) == "it was told to"
    assert kept == len(model.requests) == 3


async def test_a_call_that_pauses_before_its_next_try_is_put_off_when_asked_to_stop() -> None:
    model = ScriptedModel([ModelUnavailableError("busy", retry_after=50.0)])
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(model, ledger)
        asking = asyncio.create_task(gateway.ask(question()))
        while gateway.in_flight or not model.requests:
            await asyncio.sleep(0.001)
        gateway.stop("it was told to")

        with pytest.raises(NotAskedError, match="it was told to"):
            await asyncio.wait_for(asking, 10)


async def test_a_known_question_is_answered_although_nothing_more_is_asked() -> None:
    async with SqliteLedger(":memory:") as ledger:
        gateway = Gateway(ScriptedModel(["Ann"]), ledger)
        await gateway.ask(question())
        gateway.stop("it was told to")

        again = await gateway.ask(question())

    assert again.usage == Usage(replayed=1)


async def test_a_gateway_closes_when_all_that_was_asked_is_kept() -> None:
    model = Slow()
    async with SqliteLedger(":memory:") as ledger:
        async with Gateway(model, ledger) as gateway:
            asking = asyncio.create_task(gateway.ask(question()))
            while not model.requests:
                await asyncio.sleep(0)
            asking.cancel()
            model.now.set()

        assert len(ledger) == 1


async def test_nothing_is_asked_when_no_answer_could_be_kept_and_what_is_known_is_told(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(lambda request: "x" * request.seed)
    with closing(Database(tmp_path / "run.db", ballast=1 << 20)) as database:
        gateway = Gateway(model, SqliteLedger(database))
        await gateway.ask(question(seed=1))
        database.do(lambda db: db.execute("pragma max_page_count = 14"))

        with pytest.raises(StorageError, match="Free some space"):
            await gateway.ask(question(seed=100_000))
        with pytest.raises(StorageError, match="the disk is full"):
            await gateway.ask(question(seed=2))
        known = await gateway.ask(question(seed=1))

    assert known.reply.text == "x"
    assert len(model.requests) == 2
    assert "the same command continues" in gateway.stopped
