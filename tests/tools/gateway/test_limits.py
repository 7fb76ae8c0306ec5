"""How many calls are let in, at endpoints of all kinds, on a clock that the tests turn."""

import asyncio
import heapq
import random
from collections.abc import Awaitable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.gateway.limits import SLOW, AdaptiveGate, Bucket
from questgraph.tools.gateway.retries import Retries

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes when nobody has anything to do."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._numbers), woken))
        await woken

    async def run(self, work: Awaitable[object], until: float = float("inf")) -> None:
        """Let time pass until `work` is done, or until then."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(8):
                await asyncio.sleep(0)
            if self._waiting and self._waiting[0][0] <= until:
                self.now, _, woken = heapq.heappop(self._waiting)
                if not woken.done():
                    woken.set_result(None)
            elif not task.done() and until < float("inf"):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


class Busy:
    """An endpoint that works on so many calls at once, and lets the others wait."""

    def __init__(self, clock: Clock, capacity: int, seconds: float = 1.0) -> None:
        self.capacity, self.seconds = capacity, seconds
        self.done = 0
        self._clock = clock
        self._free_at = [0.0] * 1000

    async def answer(self) -> float:
        """Answer a call; return how long it took."""
        begun, places = self._clock.now, self._free_at[: self.capacity]
        place = min(range(self.capacity), key=places.__getitem__)
        self._free_at[place] = max(begun, places[place]) + self.seconds
        await self._clock.sleep(self._free_at[place] - begun)
        self.done += 1
        return self._clock.now - begun


async def calls(gate: AdaptiveGate, endpoint: Busy, number: int, callers: int = 400) -> None:
    """Have callers make calls through a gate, one after the other, so many in all."""
    left = count(1)

    async def call() -> None:
        while next(left) <= number:
            async with gate.enter():
                gate.went_well(await endpoint.answer())

    await asyncio.gather(*(call() for _ in range(callers)))


async def let_in(gate: AdaptiveGate, number: int) -> list[int]:
    """Enter so many times, to stay; return the tickets."""
    return [await gate.enter().__aenter__() for _ in range(number)]


async def test_an_endpoint_that_takes_everything_is_used_in_full_after_a_few_rounds() -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, clock=clock), Busy(clock, 1000)

    await clock.run(calls(gate, endpoint, 3000))

    assert gate.width == 256
    assert clock.now <= 5 + 3000 / 256, "five rounds to get there, all the others at full width"


@pytest.mark.parametrize("capacity", [1, 4, 10, 40, 100, 200])
async def test_an_endpoint_of_any_capacity_is_kept_busy_and_not_swamped(capacity: int) -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, clock=clock), Busy(clock, capacity)

    await clock.run(calls(gate, endpoint, 100 * capacity))

    assert clock.now <= 110, "a hundred seconds are enough for whoever has no pause"
    assert gate.width <= max(16, SLOW * capacity)


async def test_an_endpoint_that_slows_down_is_spared_and_one_that_recovers_is_used_again() -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, clock=clock), Busy(clock, 200)
    done, widths = [], []

    for endpoint.capacity in (200, 8, 200):
        before = endpoint.done
        await clock.run(calls(gate, endpoint, 10**9), until=clock.now + 150)
        done.append(endpoint.done - before)
        widths.append(gate.width)

    shares = [number / 150 / capacity for number, capacity in zip(done, (200, 8, 200), strict=True)]
    assert min(shares) > 0.9, "it is kept busy at all times"
    assert widths[0] == widths[2] == 256
    assert widths[1] <= SLOW * 8


async def test_answers_that_come_all_at_once_are_not_taken_for_a_quick_endpoint() -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, start=256, clock=clock), Busy(clock, 1000)

    (ticket,) = await let_in(gate, 1)
    gate.went_badly(ticket)
    for _ in range(256):
        gate.went_well(1.0)
    gate.inside = 0
    await clock.run(calls(gate, endpoint, 10**9), until=60)

    assert gate.width == 256


async def test_the_gate_opens_no_further_than_there_is_use_for() -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, clock=clock), Busy(clock, 1000)

    await clock.run(calls(gate, endpoint, 3000, callers=20))

    assert gate.width <= 32


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


async def test_trouble_halves_the_room_once_for_all_calls_under_way_then() -> None:
    gate = AdaptiveGate(64, start=64)
    tickets = await let_in(gate, 64)

    for ticket in tickets:
        gate.went_badly(ticket)
    volley = gate.width
    gate.inside = 0
    (later,) = await let_in(gate, 1)
    gate.went_badly(later)

    assert (volley, gate.width) == (32, 16)


async def test_the_room_never_shrinks_to_nothing() -> None:
    gate = AdaptiveGate(8)

    for _ in range(9):
        (ticket,) = await let_in(gate, 1)
        gate.went_badly(ticket)
        gate.inside = 0

    assert gate.width == 1


async def test_after_trouble_the_room_grows_by_steps() -> None:
    clock = Clock()
    gate, endpoint = AdaptiveGate(256, start=256, clock=clock), Busy(clock, 1000)
    (ticket,) = await let_in(gate, 1)
    gate.went_badly(ticket)
    gate.inside = 0

    widths = {gate.width}
    for _ in range(6):
        await clock.run(calls(gate, endpoint, 10**9), until=clock.now + 1)
        widths.add(gate.width)

    assert widths == {128, 136, 144, 152, 160, 168, 176}


async def test_short_answers_do_not_make_long_ones_look_slow() -> None:
    clock = Clock()
    gate = AdaptiveGate(256, clock=clock)

    async def call(number: int) -> None:
        async with gate.enter():
            seconds = (0.05, 1.0)[number % 2]
            await clock.sleep(seconds)
            gate.went_well(seconds, kind=number % 2)

    await clock.run(asyncio.gather(*map(call, range(2000))))

    assert gate.width > 100


@given(st.integers(0, 2**32), st.integers(1, 20))
def test_no_place_is_lost_or_given_twice_whoever_goes_away(seed: int, most: int) -> None:
    dice, inside, highest = random.Random(seed), 0, 0

    async def call() -> None:
        nonlocal inside, highest
        async with gate.enter() as ticket:
            inside += 1
            highest = max(highest, inside)
            try:
                for _ in range(dice.randrange(4)):
                    await asyncio.sleep(0)
                if dice.random() < 0.2:
                    gate.went_badly(ticket)
                else:
                    gate.went_well(dice.random())
            finally:
                inside -= 1

    async def come_and_go() -> None:
        callers = [asyncio.create_task(call()) for _ in range(60)]
        for caller in dice.sample(callers, 20):
            await asyncio.sleep(0)
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)

    gate = AdaptiveGate(most)
    asyncio.run(come_and_go())

    assert highest <= most
    assert (inside, gate.inside) == (0, 0)


@given(st.floats(1, 10_000), st.lists(st.floats(0, 500), max_size=60), st.integers(0, 2**32))
def test_no_more_flows_out_of_a_bucket_than_flowed_in(
    per_minute: float, amounts: list[float], seed: int
) -> None:
    clock, dice = Clock(), random.Random(seed)
    bucket = Bucket(per_minute, clock=clock, sleep=clock.sleep)
    taken: list[tuple[float, float]] = []

    async def take(amount: float) -> None:
        await clock.sleep(dice.uniform(0, 60))
        await bucket.take(amount)
        taken.append((clock.now, amount))

    async def take_all() -> None:
        await clock.run(asyncio.gather(*map(take, amounts)))

    asyncio.run(take_all())

    assert len(taken) == len(amounts)
    for now, _ in taken:
        so_far = sum(amount for when, amount in taken if when <= now)
        assert so_far <= per_minute * (1 + now / 60) * (1 + 1e-6) + 1e-6


async def test_whoever_comes_first_to_a_bucket_is_served_first() -> None:
    clock, served = Clock(), []
    bucket = Bucket(60, clock=clock, sleep=clock.sleep)

    async def take(amount: int) -> None:
        await bucket.take(amount)
        served.append((amount, clock.now))

    await clock.run(asyncio.gather(*map(take, (50, 40, 1, 30))))

    assert served == [(50, 0.0), (40, 30.0), (1, 31.0), (30, 61.0)]


async def test_what_was_taken_too_much_is_given_back_and_no_more_than_a_minute_is_kept() -> None:
    clock = Clock()
    bucket = Bucket(60, clock=clock, sleep=clock.sleep)

    await bucket.take(60)
    bucket.give_back(59)
    clock.now = 1000.0
    await clock.run(bucket.take(60))
    at_once = clock.now
    await clock.run(bucket.take(1))

    assert (at_once, clock.now) == (1000.0, 1001.0)


async def test_a_bucket_without_a_rate_never_waits() -> None:
    bucket = Bucket(None)

    for _ in range(1000):
        await bucket.take(10**9)


@given(st.integers(1, 100), st.floats(0, 10), st.integers(0, 2**32))
def test_pauses_double_at_most_and_have_a_longest(attempt: int, base: float, seed: int) -> None:
    retries = Retries(base=base, longest=30, dice=random.Random(seed))

    assert 0 <= retries.pause(attempt) <= min(30, base * 2 ** (attempt - 1))


@pytest.mark.parametrize(("wanted", "pause"), [(0.0, 0.0), (7.5, 7.5), (3600.0, 60.0)])
def test_the_endpoints_wish_outranks_our_own(wanted: float, pause: float) -> None:
    assert Retries().pause(1, wanted) == Retries().pause(6, wanted) == pause
