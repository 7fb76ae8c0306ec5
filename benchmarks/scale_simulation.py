"""Simulates workers who question passages: event by event, on a clock that jumps.

Queue, gate, buckets and pauses are questgraph's own (`map_unordered`, `AdaptiveGate`, `Bucket`,
`Retries`). Simulated are the endpoint, the ledger, the processors and the deaths of workers.
"""

import asyncio
import math
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import scale_clock
from scale_clock import Station

from questgraph.agents.concurrency import map_unordered, together
from questgraph.agents.runs.engine import SPARE
from questgraph.tools.gateway.limits import AdaptiveGate, Bucket
from questgraph.tools.gateway.retries import Retries


@dataclass(frozen=True, slots=True)
class Call:
    """What the endpoint reads and writes, in tokens."""

    fresh: float
    cached: float
    written: float
    limit: int
    """How much may be written: the gate compares only calls with the same limit."""

    @property
    def tokens(self) -> float:
        """All of them, as rate limits count."""
        return self.fresh + self.cached + self.written


Dialogue = Sequence[Sequence[Call]]
"""Steps one after the other, each of calls side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How the endpoint behaves."""

    latency: float = 0.0
    """Seconds, the median."""

    sigma: float = 0.0
    """How much latency varies: that of its logarithm."""

    seconds_per_token: float = 0.0
    """Of what is written."""

    requests_per_minute: float = math.inf
    tokens_per_minute: float = math.inf
    burst: float = 60.0
    """Seconds whose quota is granted at once."""

    reads: float = math.inf
    """Fresh tokens a second, when it does nothing else."""

    writes: float = math.inf
    """Tokens written a second, when it does nothing else."""

    unavailable: float = 0.0
    """Share of the tries that fail, to be tried again."""

    again: float = 0.0
    """Share of the answers that are no use, so that the question is put once more."""

    declined: float = 0.0
    """Share of the answers after which the passage is incomplete."""

    dripped: float = 0.0
    """Share of the answers that take `drip` seconds longer."""

    drip: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The machines that question."""

    workers: int = 1
    slots: int = 256
    """Calls that a worker may have under way."""

    cores: float = 1.0
    """Processors that each worker has for itself."""

    passage_seconds: float = 0.0
    """Processor time of a passage, besides its calls."""

    call_seconds: float = 0.0
    replay_seconds: float = 0.0
    """Processor time of a call that the ledger answers."""

    puts: float = math.inf
    """Calls that the ledger keeps a second."""

    told: bool = False
    """Whether the workers know the limits of the endpoint, and keep to them."""

    retries: Retries = field(default_factory=lambda: Retries(dice=random.Random(1)))


@dataclass(slots=True)
class Passage:
    """A passage, and which of its calls the ledger has."""

    dialogue: Dialogue
    answered: set[tuple[int, int]] = field(default_factory=set)
    """By step, and by place in it."""

    complete: bool = True
    broken: bool = False
    """Whether an answer is missing that later questions depend on: they will be others."""


class World:
    """Everything that is simulated.

    Args:
        endpoint: How it behaves.
        client: Who asks.
        passages: What is asked about; there may be no end to it.
        seed: Another one gives other accidents.
    """

    def __init__(
        self, endpoint: Endpoint, client: Client, passages: Iterable[Passage], seed: int = 0
    ) -> None:
        self.endpoint, self.client = endpoint, client
        self.counts: Counter[str] = Counter()
        self.incomplete: list[Passage] = []
        self.returned: deque[Passage] = deque()
        """What workers died over."""

        self.inside = 0.0
        """Seconds that all calls were under way, together."""

        self.ledger = Station(client.puts)
        self.processors = [Station(client.cores) for _ in range(client.workers)]
        self.hardware = Station(1.0)
        self.requests = Quota(endpoint.requests_per_minute / 60, endpoint.burst)
        self.tokens = Quota(endpoint.tokens_per_minute / 60, endpoint.burst)
        self._passages, self._dice = iter(passages), random.Random(seed)

    def passage(self) -> Passage | None:
        """Return what is to be asked about next."""
        return self.returned.popleft() if self.returned else next(self._passages, None)

    def happens(self, share: float) -> bool:
        """Throw the dice."""
        return bool(share) and self._dice.random() < share

    async def answer(self, call: Call) -> float | None:
        """Answer a call; return the seconds to wait before the next try, `None` when it is one."""
        now = asyncio.get_running_loop().time()
        if wait := max(self.requests.wait(now, 1), self.tokens.wait(now, call.tokens)):
            self.counts["busy"] += 1
            return wait
        self.requests.take(1)
        self.tokens.take(call.tokens)
        work = call.fresh / self.endpoint.reads + call.written / self.endpoint.writes
        if work:
            await self.hardware.serve(work)
        await asyncio.sleep(self._lasts(call))
        self.inside += asyncio.get_running_loop().time() - now
        return 0.0 if self.happens(self.endpoint.unavailable) else None

    def _lasts(self, call: Call) -> float:
        """Return how long an answer takes that need not wait."""
        sigma = self.endpoint.sigma
        spread = math.exp(self._dice.gauss(0.0, sigma)) if sigma else 1.0
        late = self.endpoint.drip if self.happens(self.endpoint.dripped) else 0.0
        plain = self.endpoint.latency + call.written * self.endpoint.seconds_per_token
        return plain * spread + late


class Worker:
    """One process: an event loop with its own gate.

    Args:
        world: Where it works.
        processor: What it computes on.
    """

    def __init__(self, world: World, processor: Station) -> None:
        self._world, self._client, self._processor = world, world.client, processor
        self._loop = asyncio.get_running_loop()
        self._gate = AdaptiveGate(world.client.slots, clock=self._loop.time)
        self._buckets = [
            Bucket(60 * quota.rate / world.client.workers, clock=self._loop.time)
            for quota in (world.requests, world.tokens)
            if world.client.told
        ]
        self._at_work: dict[int, Passage] = {}

    async def work(self) -> None:
        """Question passages until there is none; those that it dies over are returned."""
        width = self._client.slots + self._client.slots // SPARE
        try:
            async for _ in map_unordered(self._question, self._passages(), width=width):
                pass
        finally:
            self._world.returned.extend(self._at_work.values())

    async def _passages(self) -> AsyncIterator[Passage]:
        while passage := self._world.passage():
            yield passage

    async def _question(self, passage: Passage) -> None:
        self._at_work[id(passage)] = passage
        await self._processor.serve(self._client.passage_seconds)
        for i, step in enumerate(passage.dialogue):
            asked = (self._call(passage, call, (i, j)) for j, call in enumerate(step))
            answered = await together(asked)
            passage.complete &= all(answered)
            passage.broken |= len(step) == 1 and not all(answered)
        del self._at_work[id(passage)]
        self._world.counts["passages"] += 1
        if not passage.complete:
            self._world.incomplete.append(passage)

    async def _call(self, passage: Passage, call: Call, place: tuple[int, int]) -> bool:
        """Have a call answered; say whether the answer is of use."""
        world, endpoint = self._world, self._world.endpoint
        if place in passage.answered:
            await self._processor.serve(self._client.replay_seconds)
            return True
        answered = await self._put(call)
        if answered and world.happens(endpoint.again):
            answered = await self._put(call) and not world.happens(endpoint.again)
        if not answered or world.happens(endpoint.declined):
            return False
        if not passage.broken:
            passage.answered.add(place)
        return True

    async def _put(self, call: Call) -> bool:
        """Ask until there is an answer, and keep it; say whether there is one."""
        for attempt in range(1, self._client.retries.tries + 1):
            await self._processor.serve(self._client.call_seconds / 2)
            wait = await self._try(call)
            if wait is None:
                await self._processor.serve(self._client.call_seconds / 2)
                await self._world.ledger.serve(1)
                self._world.counts["answered"] += 1
                return True
            await asyncio.sleep(self._client.retries.pause(attempt, wait or None))
        return False

    async def _try(self, call: Call) -> float | None:
        world = self._world
        async with self._gate.enter() as ticket:
            for bucket, amount in zip(self._buckets, (1, call.tokens), strict=False):
                await bucket.take(amount)
            begun = self._loop.time()
            world.counts["sent"] += 1
            wait = await world.answer(call)
            if wait is None:
                self._gate.went_well(self._loop.time() - begun, kind=call.limit)
            else:
                self._gate.went_badly(ticket)
        return wait


class Quota:
    """So much a second, and what some seconds bring at once, as endpoints grant it."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._most = self._level = burst * rate
        self._filled = self.taken = 0.0

    def wait(self, now: float, amount: float) -> float:
        """Return the seconds until `amount` is there."""
        if math.isinf(self.rate):
            return 0.0
        self._level = min(self._most, self._level + (now - self._filled) * self.rate)
        self._filled = now
        return max(0.0, (min(amount, self._most) - self._level) / self.rate)

    def take(self, amount: float) -> None:
        """Take what is there."""
        self._level -= amount
        self.taken += amount


def passages(dialogues: Sequence[Dialogue]) -> Iterator[Passage]:
    """Yield passages with the dialogues in turn, without end."""
    return map(Passage, cycle(dialogues))


def to_the_end(world: World) -> float:
    """Question all passages; return the seconds it takes."""

    async def work() -> float:
        await together(Worker(world, processor).work() for processor in world.processors)
        return asyncio.get_running_loop().time()

    return scale_clock.run(work)


def for_a_while(
    world: World, seconds: float, *, warm_up: float = 0.0, lose_every: float = 0.0
) -> dict[str, float]:
    """Question passages without end; return what happened in `seconds` behind the warm-up.

    Args:
        world: With enough passages.
        seconds: How long.
        warm_up: Seconds before, which do not count.
        lose_every: Seconds after which a worker dies, and another one takes its place.
    """

    async def work() -> dict[str, float]:
        tasks = [asyncio.create_task(Worker(world, each).work()) for each in world.processors]
        await asyncio.sleep(warm_up)
        before = _standing(world)
        for _ in range(int(seconds / lose_every) if lose_every else 0):
            await asyncio.sleep(lose_every)
            await _lose(world, tasks)
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, warm_up + seconds - now))
        after = _standing(world)
        await _end(tasks)
        return {name: after[name] - before[name] for name in after}

    return scale_clock.run(work)


def _standing(world: World) -> dict[str, float]:
    """Return what was done so far, by whom."""
    return {
        **{name: float(world.counts[name]) for name in ("passages", "sent", "answered", "busy")},
        "incomplete": float(len(world.incomplete)),
        "slots": world.inside,
        "processor": sum(each.done for each in world.processors),
        "ledger": world.ledger.done,
        "hardware": world.hardware.done,
        "requests": world.requests.taken,
        "tokens": world.tokens.taken,
    }


async def _lose(world: World, tasks: list[asyncio.Task[None]]) -> None:
    """Have the oldest worker die, and another one take its place."""
    await _end([tasks.pop(0)])
    processor = world.processors.pop(0)
    world.processors.append(processor)
    tasks.append(asyncio.create_task(Worker(world, processor).work()))


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
