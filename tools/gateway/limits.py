"""How much may be under way at once: a given pace, and what the endpoint turns out to take."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

STEPS = 32
"""Steps from nothing to the widest, once growth is additive."""

RECENT = 48
"""Calls of a kind whose median tells how long one takes: the best times of fewer are luck,
which no later ones could match."""

NOTABLE = 1.02
"""How much more must be done in a second for growth to have helped."""

EASY = 1.2
"""How many times as long as in the best round calls may take while there is room for more."""

SLOW = 4.0
"""How many times as long as in the best round calls must take to be too slow: they queue."""

LEAST = 0.001
"""Seconds that a call takes at least: what varies below is this machine."""

PATIENCE = 4
"""Rounds without growth until it is tried again whether more helps."""

FORGETTING = 1.01
"""How fast the best rounds pale, so that an endpoint may change."""


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
    """Lets in as many as the endpoint makes use of.

    The width doubles with each round of calls until growing no longer helps or something goes
    wrong (slow start), then grows by a step (additive increase); trouble halves it, and so does an
    endpoint that has become slow without doing more (multiplicative decrease), as TCP does it.

    A round is as many calls as may be in. Calls of one kind (with one limit on the answer) are
    compared with each other only: short answers do not make long ones look slow. What a round
    achieved is the time that its calls take in the best round, for each second that it took: how
    many calls were really worked on side by side. First come, first served.

    Args:
        most: How many may be in at once at most.
        start: How many may be in at first.
        clock: Seconds that only grow.
    """

    def __init__(
        self, most: int, start: int = 8, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = max(1, most)
        self.width = min(start, self.most)
        """How many may be in now."""

        self.inside = 0
        self._step = max(1, self.most // STEPS)
        self._queue: deque[asyncio.Future[None]] = deque()
        self._entered = 0
        self._last_cut = 0
        self._clock = clock
        self._begun = clock()
        self._round: list[tuple[int, float]] = []
        self._recent: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=RECENT))
        self._quickest: dict[int, float] = {}
        self._most_done = 0.0
        self._starting = True
        self._probing = False
        self._held = 0

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

    def went_well(self, seconds: float = 0.0, kind: int = 0) -> None:
        """Note a call of some kind that was answered after `seconds` at the endpoint."""
        self._round.append((kind, max(seconds, LEAST)))
        if len(self._round) >= self.width:
            self._judge()
            self._round, self._begun = [], self._clock()
            self._admit()

    def went_badly(self, ticket: int) -> None:
        """Note that the endpoint had enough: half the room, once for all calls under way then."""
        if ticket > self._last_cut:
            self._cut()

    def _judge(self) -> None:
        """Choose the next width by how the last round went."""
        slowness, done = self._measured()
        # As quick as ever: the endpoint has room, though some slow answers may hide it.
        helped = done > self._most_done * NOTABLE or slowness < EASY
        self._most_done = max(self._most_done / FORGETTING, done)
        if slowness > SLOW and not helped:
            self._cut()
        elif helped and self._queue:
            self._grow(self.width if self._starting else self._step)
        elif self._probing:
            self._grow(-self._step)
        elif self._queue and self.width < self.most:
            # Without a queue nobody would make use of more room.
            self._starting = False
            self._held += 1
            if self._held > PATIENCE:
                self._grow(self._step)
                self._probing = True

    def _measured(self) -> tuple[float, float]:
        """Return how slow the round was beside the best ones, and how much it did."""
        took = max(self._clock() - self._begun, LEAST)
        kinds: dict[int, list[float]] = {}
        for kind, seconds in self._round:
            kinds.setdefault(kind, []).append(seconds)
        work = usual = 0.0
        for kind, times in kinds.items():
            recent = self._recent[kind]
            recent.extend(times)
            # A few slow answers among many say nothing about the others.
            middle = median(recent)
            self._quickest[kind] = min(self._quickest.get(kind, middle) * FORGETTING, middle)
            work += self._quickest[kind] * len(times)
            usual += middle * len(times)
        # No more are worked on side by side than are in, however closely their answers come.
        return usual / work, min(work / took, self.width)

    def _grow(self, by: int) -> None:
        self.width = max(1, min(self.most, self.width + by))
        self._probing, self._held = False, 0

    def _cut(self) -> None:
        self._last_cut = self._entered
        self._starting = self._probing = False
        self._round, self._begun = [], self._clock()
        self._held = 0
        self.width = max(1, self.width // 2)
        # What half the room achieves is not known yet.
        self._most_done /= 2

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
