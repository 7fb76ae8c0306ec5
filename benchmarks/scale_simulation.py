"""Simulates workers who question passages: event by event, on a clock that jumps.

Queue, gate, buckets and pauses are questgraph's own (`map_unordered`, `AdaptiveGate`, `Bucket`,
`Retries`). Simulated are the endpoint, the ledger, the processors and the deaths of workers.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import scale_clock
from scale_clock import Station
from scale_world import Call, Passage, World

from questgraph.agents.concurrency import map_unordered, together
from questgraph.agents.runs.engine import SPARE
from questgraph.tools.gateway.limits import AdaptiveGate, Bucket


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
            try:
                wait = await world.answer(call)
            except asyncio.CancelledError:
                world.counts["lost"] += 1
                raise
            if wait is None:
                self._gate.went_well(self._loop.time() - begun, kind=call.limit)
            else:
                self._gate.went_badly(ticket)
        return wait


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
    counted = ("passages", "sent", "answered", "busy", "lost")
    return {
        **{name: float(world.counts[name]) for name in counted},
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
