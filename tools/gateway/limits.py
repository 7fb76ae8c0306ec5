"""How much may be under way at once: a given pace, and what the endpoint turns out to take."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a caller allows; anything left out is left to the endpoint."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    concurrency: int | None = None
    """Calls in flight at most."""


class Bucket:
    """A token bucket: so much a minute, a minute's worth at once at most.

    Args:
        per_minute: How much flows in; `None` for no limit.
        clock: Seconds that only grow.
        sleep: How to wait.
    """

    def __init__(
        self,
        per_minute: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = per_minute / 60 if per_minute else None
        self._most = per_minute or 0.0
        self._level = self._most
        self._clock, self._sleep = clock, sleep
        self._filled = clock()

    async def take(self, amount: float) -> None:
        """Take `amount`, and wait until the debt is paid off when it is not there.

        Takers are served in the order they come, since each one's debt delays the next.
        """
        if self._rate is None:
            return
        self._fill()
        self._level -= amount
        if self._level < 0:
            await self._sleep(-self._level / self._rate)

    def give_back(self, amount: float) -> None:
        """Return what was taken too much; a negative amount takes what was too little."""
        self._level = min(self._most, self._level + amount)

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._filled) * (self._rate or 0.0))
        self._filled = now


class AdaptiveGate:
    """Lets in as many as the endpoint takes: one more after a full round, half after trouble.

    Additive increase, multiplicative decrease, as TCP does it. First come, first served.

    Args:
        most: How many may be in at once at most.
        start: How many may be in at first.
    """

    def __init__(self, most: int, start: int = 8) -> None:
        self.most = max(1, most)
        self.width = min(start, self.most)
        """How many may be in now."""

        self.inside = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._good = 0
        self._entered = 0
        self._last_cut = 0

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[int]:
        """Wait for room and hold it for as long as the block lasts; yields a ticket number."""
        await self._wait()
        self._entered += 1
        try:
            yield self._entered
        finally:
            self.inside -= 1
            self._admit()

    def went_well(self) -> None:
        """Note a call that was answered: after a whole round of them there is room for one more."""
        self._good += 1
        if self._good >= self.width and self._queue:
            self._good = 0
            self.width = min(self.most, self.width + 1)
            self._admit()

    def went_badly(self, ticket: int) -> None:
        """Note that the endpoint had enough: half the room, once for all calls under way then."""
        self._good = 0
        if ticket > self._last_cut:
            self._last_cut = self._entered
            self.width = max(1, self.width // 2)

    async def _wait(self) -> None:
        if self.inside < self.width and not self._queue:
            self.inside += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # Admitted and cancelled in the same moment: the place goes to the next.
                self.inside -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._queue and self.inside < self.width:
            turn = self._queue.popleft()
            if not turn.done():
                self.inside += 1
                turn.set_result(None)
