"""What is simulated around the workers: passages, endpoint, ledger, processors."""

import asyncio
import math
import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from scale_clock import Station

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
