"""What every ledger promises, wherever it keeps its records."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questgraph.tools.gateway.cost import Caps, Cost
from questgraph.tools.gateway.ledger import Ledger, Record, Spending
from questgraph.tools.models.base import Message, Reply, Request
from questgraph.tools.models.tokens import Token
from questgraph.tools.records import Usage

from .ledger_process import CAPS, ONE, opened, record

pytestmark = pytest.mark.anyio

PROCESS = Path(__file__).with_name("ledger_process.py")
BIGGER_THAN_ANY_COLUMN = Cost(calls=2**80)

# Examples share a ledger: each has keys of its own.
examples = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "run.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def ledger(address: str) -> AsyncIterator[Ledger]:
    async with opened(address) as ledger:
        yield ledger


def start(address: str, work: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROCESS), address, work]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_nothing_is_kept_under_an_unknown_key(ledger: Ledger) -> None:
    assert await ledger.get("k") is None


async def test_a_reply_comes_back_whole(ledger: Ledger) -> None:
    usage = Usage(prompt_tokens=7, cached_tokens=3, completion_tokens=2, seconds=0.125)
    reply = Reply("Ann", "length", usage)

    await ledger.put(Record("k", "m", Request((Message("user", "Who?"),)), reply))

    assert await ledger.get("k") == reply


async def test_a_reply_comes_back_with_its_tokens_and_a_newer_one_with_its_own(
    ledger: Ledger,
) -> None:
    request = Request((Message("user", "Who?"),), logprobs=True)
    replies = [Reply("Ann", tokens=(Token(1, -0.5), Token(3, 0.0))), Reply("Bob")]

    for reply in replies:
        await ledger.put(Record("k", "m", request, reply))
        assert await ledger.get("k") == reply


@examples
@given(st.text(), st.text())
async def test_any_text_is_kept_as_it_is(ledger: Ledger, asked: str, answered: str) -> None:
    request = Request((Message("user", asked),))
    key = request.key(answered)

    await ledger.put(Record(key, "m", request, Reply(answered)))

    assert await ledger.get(key) == Reply(answered)


async def test_half_of_a_surrogate_pair_is_kept_as_it_is(ledger: Ledger) -> None:
    await ledger.put(record("k", text="\ud83d"))

    assert await ledger.get("k") == Reply("\ud83d")


async def test_a_record_is_seen_by_everybody_at_once(ledger: Ledger, address: str) -> None:
    async with opened(address) as other:
        assert await other.get("k") is None
        await ledger.put(record("k"))
        assert await other.get("k") == Reply("Ann")


async def test_a_record_replaces_an_older_one_and_the_cost_of_both_stays_spent(
    ledger: Ledger,
) -> None:
    await ledger.put(record("k", text="Ann", cost=Cost(calls=1, tokens=5, usd=0.5)))
    await ledger.put(record("k", text="Bob", cost=Cost(calls=2, tokens=7, usd=0.25)))

    assert await ledger.get("k") == Reply("Bob")
    assert await ledger.spending() == Spending(Cost(calls=3, tokens=12, usd=0.75))


async def test_of_records_put_at_once_under_one_key_one_is_kept(ledger: Ledger) -> None:
    await asyncio.gather(*(ledger.put(record("k", text=name)) for name in ("Ann", "Bob")))

    assert await ledger.get("k") in (Reply("Ann"), Reply("Bob"))
    assert await ledger.spending() == Spending(Cost(calls=2))


async def test_a_record_ends_its_reservation(ledger: Ledger) -> None:
    await ledger.reserve("r", Cost(calls=1, tokens=900, usd=9), Caps())
    await ledger.put(record("k", cost=Cost(calls=1, tokens=5, usd=0.5), reservation="r"))

    assert await ledger.spending() == Spending(Cost(calls=1, tokens=5, usd=0.5))


@pytest.mark.parametrize(
    "wrong",
    [
        record("wrong", cost=BIGGER_THAN_ANY_COLUMN, reservation="r"),
        record("wrong", reservation="\ud83d"),
    ],
    ids=["cost", "reservation"],
)
async def test_a_record_that_cannot_be_accounted_for_is_not_kept_and_disturbs_no_other(
    ledger: Ledger, wrong: Record
) -> None:
    await ledger.reserve("r", ONE, Caps())

    puts = [ledger.put(record("a")), ledger.put(wrong), ledger.put(record("b"))]
    failures = await asyncio.gather(*puts, return_exceptions=True)

    assert [failure is None for failure in failures] == [True, False, True]
    assert [await ledger.get(key) for key in ("a", "wrong", "b")] == [
        Reply("Ann"),
        None,
        Reply("Ann"),
    ]
    assert await ledger.spending() == Spending(Cost(calls=2), ONE)


async def test_what_is_forgotten_is_gone_and_stays_spent(ledger: Ledger) -> None:
    for key in ("a", "b", "c"):
        await ledger.put(record(key))

    await ledger.forget(["a", "c", "unknown"])
    await ledger.forget([])

    assert [await ledger.get(key) for key in ("a", "b", "c")] == [None, Reply("Ann"), None]
    assert await ledger.spending() == Spending(Cost(calls=3))


async def test_what_waits_is_written_before_the_ledger_closes(address: str) -> None:
    async with opened(address) as ledger:
        putting = asyncio.create_task(ledger.put(record("k")))
        await asyncio.sleep(0)
    await putting

    async with opened(address) as ledger:
        assert await ledger.get("k") == Reply("Ann")


async def test_a_name_holds_one_reservation(ledger: Ledger) -> None:
    caps = Caps(calls=1)

    assert await ledger.reserve("r", ONE, caps)
    assert await ledger.reserve("r", ONE, caps)
    assert await asyncio.gather(*(ledger.reserve("r", Cost(calls=9), caps) for _ in "ab")) == [
        True,
        True,
    ]
    assert not await ledger.reserve("s", ONE, caps)
    assert await ledger.spending() == Spending(Cost(), ONE)


async def test_a_reservation_that_nobody_settles_outlives_its_ledger(address: str) -> None:
    async with opened(address) as ledger:
        await ledger.reserve("r", Cost(calls=1, tokens=5, usd=0.5), Caps())

    async with opened(address) as ledger:
        assert await ledger.spending() == Spending(Cost(), Cost(calls=1, tokens=5, usd=0.5))
        assert not await ledger.reserve("s", ONE, Caps(calls=1))


async def test_a_settled_call_frees_what_it_did_not_cost(ledger: Ledger) -> None:
    caps = Caps(tokens=100)

    assert await ledger.reserve("r", Cost(tokens=90), caps)
    assert not await ledger.reserve("s", Cost(tokens=20), caps)
    await ledger.settle(Cost(tokens=80), "r")
    assert await ledger.reserve("s", Cost(tokens=20), caps)


async def test_settling_what_was_never_reserved_only_adds_the_cost(ledger: Ledger) -> None:
    await ledger.reserve("r", ONE, Caps())

    await ledger.settle(ONE, "unknown")
    await ledger.settle(ONE)

    assert await ledger.spending() == Spending(Cost(calls=2), ONE)


async def test_money_is_added_up_without_drifting(ledger: Ledger) -> None:
    dime, caps = Cost(usd=0.1), Caps(usd=1.0)

    allowed = [await ledger.reserve(str(i), dime, caps) for i in range(11)]

    assert allowed == [True] * 10 + [False]


@pytest.mark.parametrize(
    "caps",
    [Caps(calls=50), Caps(tokens=350), Caps(usd=5), Caps(usd=9, tokens=900, calls=50)],
    ids=str,
)
async def test_a_cap_holds_whoever_reserves_at_the_same_time(address: str, caps: Caps) -> None:
    async with AsyncExitStack() as stack:
        ledgers = [await stack.enter_async_context(opened(address)) for _ in range(4)]
        most = Cost(calls=1, tokens=7, usd=0.1)
        allowed = await asyncio.gather(
            *(ledgers[i % 4].reserve(str(i), most, caps) for i in range(200))
        )
        spending = await ledgers[0].spending()

    assert sum(allowed) == 50
    assert (spending.reserved.calls, spending.reserved.tokens) == (50, 350)


async def test_a_cap_holds_across_processes(ledger: Ledger, address: str) -> None:
    processes = [start(address, "reserve") for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        print(file=process.stdin, flush=True)
    allowed = [int(process.communicate()[0]) for process in processes]

    assert sum(allowed) == CAPS.calls
    assert await ledger.spending() == Spending(Cost(), Cost(calls=70))


async def test_a_killed_process_loses_nothing_that_was_put(address: str) -> None:
    with start(address, "put") as process:
        assert process.stdout
        early = [process.stdout.readline() for _ in range(300)]
        process.kill()
        printed = {line.strip() for line in (*early, *process.stdout) if line.endswith("\n")}

    async with opened(address) as ledger:
        spending = await at_rest(ledger)
        keys = map(str, range(len(printed) + 1000))
        kept = {key for key in keys if await ledger.get(key)}

    assert printed <= kept
    assert spending.settled.calls == len(kept), "a record and its cost are written together"
    assert spending.reserved.calls <= 16, "only calls under way stay reserved"


async def at_rest(ledger: Ledger) -> Spending:
    """Return what was spent once a server has finished what a killed process sent last."""
    before = None
    while (now := await ledger.spending()) != before:
        before = now
        await asyncio.sleep(0.1)
    return now


async def test_the_event_loop_goes_on_while_thousands_of_records_are_put(ledger: Ledger) -> None:
    lags = [await lag_of_putting(ledger, f"{trial}") for trial in range(3)]

    # The best of three: whoever else is busy on this machine is not the ledger's fault.
    assert min(lags) < 0.05


async def lag_of_putting(ledger: Ledger, prefix: str) -> float:
    """Return by how many seconds a tick is late, in 95 of 100 cases at most."""
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.perf_counter())
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.gather(
        *(ledger.put(record(f"{prefix} {i}", text="x" * 500)) for i in range(2000))
    )
    ticking.cancel()
    gaps = [later - earlier for earlier, later in pairwise(ticks)]
    return quantiles([*gaps, time.perf_counter() - ticks[-1]], n=20)[-1]
