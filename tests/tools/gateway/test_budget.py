"""What a provider bills is never above a cap: whatever goes wrong, however many calls at once."""

import asyncio
import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.tools.database import Database
from questgraph.tools.errors import (
    ModelRefusedError,
    ModelUnavailableError,
    NotAskedError,
    OverBudgetError,
    StorageError,
)
from questgraph.tools.gateway.cost import Caps, Cost, Price, cost, worst
from questgraph.tools.gateway.gateway import Call, Gateway, Terms
from questgraph.tools.gateway.ledger import Spending
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Message, Reply, Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Usage

pytestmark = pytest.mark.anyio

RUNS, SHARES = 960, 8
PRICE = Price(prompt=3, completion=15, cached=0.3)
PATIENT = Retries(tries=50, base=0.0)


class Provider(ScriptedModel):
    """Answers after a while, with trouble on the way, and knows what it charges for."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(lambda _: "Ann")
        self.billed = Cost()
        self._dice = dice

    async def complete(self, request: Request) -> Reply:
        await self._a_while()
        if self._dice.random() < 0.1:
            raise ModelUnavailableError("busy")
        reply = await super().complete(request)
        usage = self._counted(request)
        self.billed += cost(usage, PRICE)
        await self._a_while()
        if self._dice.random() < 0.1:
            raise ModelUnavailableError("lost on the way", billed=True)
        return Reply(reply.text, usage=usage if self._dice.random() < 0.9 else Usage())

    async def _a_while(self) -> None:
        for _ in range(self._dice.randrange(4)):
            await asyncio.sleep(0)

    def _counted(self, request: Request) -> Usage:
        prompt = self._dice.randint(1, len(request.messages[0].content) + 16)
        cached = self._dice.randint(0, prompt)
        said = self._dice.randint(1, request.max_tokens)
        return Usage(prompt_tokens=prompt, cached_tokens=cached, completion_tokens=said)


def questions(dice: random.Random) -> list[Request]:
    """Return some questions, a few of them equal."""
    return [
        Request((Message("user", f"{dice.randrange(40)}?" * dice.randint(1, 60)),), most)
        for most in dice.choices((16, 512, 1024), k=dice.randint(1, 40))
    ]


def some_caps(dice: random.Random) -> Caps:
    """Return one cap, or several."""
    return Caps(
        usd=dice.uniform(0, 0.3) if (which := dice.randint(1, 7)) & 1 else None,
        tokens=dice.randint(0, 20_000) if which & 2 else None,
        calls=dice.randint(0, 40) if which & 4 else None,
    )


def question(number: int) -> Request:
    return Request((Message("user", f"Who is number {number:03}?"),))


async def asked(
    model: ScriptedModel, file: Path, terms: Terms, requests: list[Request]
) -> tuple[list[Call | BaseException], Spending]:
    """Ask everything at once, through a ledger that is opened for it."""
    with closing(Database(file, ballast=0)) as database:
        ledger = SqliteLedger(database)
        async with asyncio.timeout(60), Gateway(model, ledger, terms) as gateway:
            asking = (gateway.ask(request) for request in requests)
            ended = await asyncio.gather(*asking, return_exceptions=True)
            return ended, await ledger.spending()


async def given_up(
    model: Provider, file: Path, terms: Terms, requests: list[Request], turns: int
) -> None:
    """Ask everything at once, and go away before all is answered."""
    asking = asyncio.create_task(asked(model, file, terms, requests))
    for _ in range(turns):
        await asyncio.sleep(0.0005)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.parametrize(
    "share", [0, *(pytest.param(share, marks=pytest.mark.slow) for share in range(1, SHARES))]
)
async def test_a_cap_holds_whatever_happens_and_a_higher_one_continues(
    tmp_path: Path, share: int
) -> None:
    for seed in range(share, RUNS, SHARES):
        dice, file = random.Random(seed), tmp_path / f"{seed}.db"
        model, requests, caps = Provider(dice), questions(dice), some_caps(dice)
        limits = Limits(concurrency=dice.randint(1, 64))
        free = Terms(limits=limits, retries=PATIENT, price=PRICE)
        terms = replace(free, caps=caps)

        if dice.random() < 0.3:
            await given_up(model, file, terms, requests, dice.randrange(10))
        await asked(model, file, terms, requests)
        ended, spending = await asked(model, file, terms, requests)

        assert caps.allow(model.billed), seed
        assert caps.allow(spending.total), seed
        assert model.billed.calls <= spending.total.calls, seed
        left_out = [isinstance(each, OverBudgetError) for each in ended]
        assert all(left_out[i] or isinstance(each, Call) for i, each in enumerate(ended)), seed
        for out, request in zip(left_out, requests, strict=True):
            assert not out or not caps.allow(spending.total + worst(request, PRICE)), seed

        ended, _ = await asked(model, file, free, requests)

        for out, each in zip(left_out, ended, strict=True):
            assert isinstance(each, Call), seed
            assert out or each.usage.replayed, f"{seed}: an answer was asked for again"


@pytest.mark.parametrize("concurrency", [1, 8, 64])
async def test_a_cap_on_calls_is_used_to_the_last_one(tmp_path: Path, concurrency: int) -> None:
    model = ScriptedModel(lambda _: "Ann")
    terms = Terms(limits=Limits(concurrency=concurrency), caps=Caps(calls=50))

    ended, spending = await asked(model, tmp_path / "run.db", terms, [*map(question, range(200))])

    assert len(model.requests) == 50
    assert sum(isinstance(each, Call) for each in ended) == 50
    assert spending.total.calls == 50


async def test_what_calls_under_way_do_not_need_is_spent_on_others(tmp_path: Path) -> None:
    usage = Usage(prompt_tokens=4, completion_tokens=6)
    model = ScriptedModel(lambda _: Reply("Ann", usage=usage))
    terms = Terms(caps=Caps(tokens=10 * 100 + worst(question(0), None).tokens))

    _, spending = await asked(model, tmp_path / "run.db", terms, [*map(question, range(200))])

    assert len(model.requests) == 101, "far more than the worst case of each would allow at once"
    assert spending == Spending(Cost(calls=101, tokens=1010))


async def test_what_waits_for_its_turn_has_nothing_set_aside(tmp_path: Path) -> None:
    under_way = 0

    async def look(ledger: SqliteLedger) -> None:
        nonlocal under_way
        under_way = max(under_way, (await ledger.spending()).reserved.calls)

    class Watched(ScriptedModel):
        async def complete(self, request: Request) -> Reply:
            await look(ledger)
            return await super().complete(request)

    model, terms = (
        Watched(lambda _: "Ann"),
        Terms(limits=Limits(concurrency=3), caps=Caps(calls=99)),
    )
    with closing(Database(tmp_path / "run.db", ballast=0)) as database:
        ledger = SqliteLedger(database)
        gateway = Gateway(model, ledger, terms)
        await asyncio.gather(*(gateway.ask(question(number)) for number in range(30)))

    assert 1 <= under_way <= 3


@pytest.mark.parametrize(
    "usage",
    [Usage(), Usage(prompt_tokens=7), Usage(completion_tokens=7)],
    ids=["nothing", "what was read", "what was written"],
)
async def test_an_answer_that_is_not_counted_in_full_costs_the_most_that_it_can(
    tmp_path: Path, usage: Usage
) -> None:
    most = worst(question(0), PRICE)
    terms = Terms(caps=Caps(tokens=most.tokens), price=PRICE)

    model = ScriptedModel(lambda _: Reply("Ann", usage=usage))
    _, spending = await asked(model, tmp_path / "run.db", terms, [question(0)])

    assert spending == Spending(most)


@pytest.mark.parametrize(
    ("error", "billed"),
    [
        (ModelUnavailableError("busy"), Cost(calls=1)),
        (ModelRefusedError("wrong key"), Cost(calls=1)),
        (ModelUnavailableError("lost", billed=True), worst(question(0), PRICE)),
        (ZeroDivisionError("a bug"), worst(question(0), PRICE)),
    ],
    ids=["turned away", "refused", "lost on the way", "a bug"],
)
async def test_a_call_without_an_answer_costs_what_it_may_have_cost_and_blocks_no_other(
    tmp_path: Path, error: Exception, billed: Cost
) -> None:
    model = ScriptedModel(lambda _: error)
    caps = Caps(tokens=worst(question(0), PRICE).tokens * 3 // 2)
    terms = Terms(retries=Retries(tries=1), caps=caps, price=PRICE)

    ended, spending = await asked(model, tmp_path / "run.db", terms, [question(0), question(1)])

    assert isinstance(ended[0], type(error))
    assert isinstance(ended[1], OverBudgetError if billed.tokens else type(error))
    assert spending.settled.tokens == billed.tokens
    assert spending.reserved == Cost()


async def test_answers_that_cannot_be_kept_leave_nobody_waiting_for_the_budget(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(lambda _: "x" * 50_000)
    terms = Terms(caps=Caps(tokens=worst(question(0), None).tokens * 3 // 2))

    with closing(Database(tmp_path / "run.db", ballast=0)) as database:
        ledger = SqliteLedger(database)
        database.do(lambda db: db.execute("pragma max_page_count = 14"))
        gateway = Gateway(model, ledger, terms)
        asking = (gateway.ask(question(number)) for number in range(3))
        ended = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 10)

    assert isinstance(ended[0], StorageError)
    assert all(isinstance(each, StorageError | NotAskedError) for each in ended[1:])
    assert "Free some space" in gateway.stopped
