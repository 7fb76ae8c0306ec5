"""The one way to a model: ledger first, then budget and limits, then the call, and again."""

import asyncio
import contextlib
import logging
import uuid
from dataclasses import dataclass, field, replace
from itertools import count
from types import TracebackType
from typing import Self

from questgraph.tools.errors import (
    ModelError,
    ModelUnavailableError,
    NotAskedError,
    OverBudgetError,
    PromptTooLongError,
    StorageError,
)
from questgraph.tools.gateway.cost import Caps, Cost, Price, cost, worst
from questgraph.tools.gateway.ledger import Ledger, Record
from questgraph.tools.gateway.limits import AdaptiveGate, Bucket, Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.base import ChatModel, Reply, Request
from questgraph.tools.records import Usage
from questgraph.tools.telemetry import answered, call_span

_LOG = logging.getLogger(__name__)

CHARACTERS_A_TOKEN = 4
"""Estimate for what a prompt will cost, settled with the truth afterwards."""

HOPELESS = 50
"""Calls given up one after the other, none answered between them, after which it is no use to go
on: the endpoint is away, or the key is wrong."""


@dataclass(frozen=True, slots=True)
class Call:
    """An answered request."""

    key: str
    """Name of the call in the ledger."""

    reply: Reply
    usage: Usage
    """What this time cost: nothing when the ledger answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a gateway asks."""

    limits: Limits = field(default_factory=Limits)
    """What may be under way."""

    retries: Retries = field(default_factory=Retries)
    """How often and when to ask again."""

    caps: Caps = field(default_factory=Caps)
    """What may be spent at most, by all who share the ledger together."""

    price: Price | None = None
    """What the model costs; `None` when nobody knows."""

    batch: bool = False
    """Whether the price is that of the provider's batch mode."""

    logprobs: bool = False
    """Whether replies are to say how likely each token was: another question to the ledger."""


class Gateway:
    """Asks a model through a ledger.

    What it promises:

    * A reply is committed to the ledger before `ask` returns it; a known request is answered
      from there and nothing is sent.
    * Equal requests under way at the same time are sent once.
    * `ModelUnavailableError` is tried again, at growing intervals; other errors are not.
    * Under a cap, the worst that a call can cost is set aside before it is sent and settled
      afterwards, each retry anew: what was spent is never above the cap.

    Args:
        model: Who is asked; opened and closed by the caller.
        ledger: Where replies are kept; opened and closed by the caller.
        terms: Limits, retries, caps and price.
    """

    def __init__(self, model: ChatModel, ledger: Ledger, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self.model, self.ledger = model, ledger
        limits = self.terms.limits
        self._gate = AdaptiveGate(min(model.slots, limits.concurrency or model.slots))
        # What waits for its turn there is put off as soon as the gateway is stopped.
        self._requests = Bucket(limits.requests_per_minute, sleep=self._pause)
        self._tokens = Bucket(limits.tokens_per_minute, sleep=self._pause)
        self._under_way: dict[str, asyncio.Task[Call]] = {}
        self._reserved = 0
        self._settlement = asyncio.Event()
        self._hopeless = 0
        self._stop = asyncio.Event()
        self.stopped = ""
        """Why nothing more is asked; empty as long as all is well."""

    @property
    def in_flight(self) -> int:
        """How many calls are at the endpoint now."""
        return self._gate.inside

    @property
    def width(self) -> int:
        """How many calls may be at the endpoint now."""
        return self._gate.width

    def stop(self, reason: str) -> None:
        """Ask nothing more: what is under way is finished and kept, the rest is put off."""
        self.stopped = self.stopped or reason
        self._stop.set()

    async def ask(self, request: Request) -> Call:
        """Return the answer to `request`.

        Raises:
            ModelUnavailableError: When the last try failed too.
            ModelRefusedError: When the endpoint will not answer this request.
            OverBudgetError: When it might cost more than is left.
            NotAskedError: When the gateway was stopped before this was asked.
            StorageError: When the answer could not be kept.
        """
        if self.terms.logprobs:
            request = replace(request, logprobs=True)
        key = request.key(self.model.name)
        if task := self._under_way.get(key):
            call = await asyncio.shield(task)
            return replace(call, usage=Usage(replayed=1))
        task = asyncio.create_task(self._answer(key, request))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._landed(key, done))
        # A caller that goes away does not take the call along: others may wait for it, and
        # its answer is paid for.
        return await asyncio.shield(task)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the calls under way: they are paid for, even if nobody waits for them.

        But not when whoever asks was cancelled: then at once.
        """
        if isinstance(error, asyncio.CancelledError):
            for task in self._under_way.values():
                task.cancel()
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    def _landed(self, key: str, task: asyncio.Task[Call]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            # Looked at, so that asyncio does not report it when every caller went away.
            task.exception()

    async def _answer(self, key: str, request: Request) -> Call:
        try:
            if reply := await self.ledger.get(key):
                return Call(key, reply, Usage(replayed=1))
            return await self._send(key, request)
        except StorageError as error:
            self.stop(str(error))
            raise

    async def _send(self, key: str, request: Request) -> Call:
        """Ask the model until it answers, or until there is no use."""
        for attempt in count(1):
            try:
                reply, reservation = await self._once(request)
            except ModelUnavailableError as error:
                if attempt >= self.terms.retries.tries:
                    self._give_up(error)
                    raise ModelUnavailableError(
                        f"{error} (tried {attempt} times)", error.retry_after, billed=error.billed
                    ) from error
                await self._pause(self.terms.retries.pause(attempt, error.retry_after))
            except (OverBudgetError, PromptTooLongError):
                raise
            except ModelError as error:
                self._give_up(error)
                raise
            else:
                self._hopeless = 0
                spent = self._cost_of(request, reply.usage)
                record = Record(key, self.model.name, request, reply, attempt, spent, reservation)
                try:
                    await self.ledger.put(record)
                finally:
                    self._free(reservation)
                return Call(key, reply, replace(reply.usage, calls=attempt))
        raise AssertionError("a try either returns or raises")

    async def _once(self, request: Request) -> tuple[Reply, str]:
        """Ask as soon as there is room; return the reply and the name of its reservation."""
        estimate = _estimate(request)
        async with self._gate.enter() as ticket:
            await self._requests.take(1)
            await self._tokens.take(estimate)
            # Not earlier: should the process die, what only waited for its turn cost nothing.
            reservation = await self._reserve(request)
            reply = await self._complete(request, reservation, ticket)
            self._gate.went_well(reply.usage.seconds, kind=request.max_tokens)
        used = reply.usage.prompt_tokens + reply.usage.completion_tokens
        self._tokens.give_back(estimate - used)
        return reply, reservation

    async def _complete(self, request: Request, reservation: str, ticket: int) -> Reply:
        """Ask now; settle at once what brings no reply."""
        try:
            with call_span(self.model.name, request) as span:
                reply = await self.model.complete(request)
                answered(span, reply)
        except ModelUnavailableError as error:
            # A connection that breaks says nothing about how much the endpoint takes.
            if not error.billed:
                self._gate.went_badly(ticket)
            await self._settle(self._worst(request) if error.billed else SENT, reservation)
            raise
        except ModelError:
            await self._settle(SENT, reservation)
            raise
        except Exception:
            # A bug, here or in a library: nobody knows what it cost.
            await self._settle(self._worst(request), reservation)
            raise
        return reply

    async def _reserve(self, request: Request) -> str:
        """Set aside what the call may cost; return the reservation's name, if there is a cap.

        Raises:
            OverBudgetError: When a cap forbids it, and nothing under way can change that.
            NotAskedError: When the gateway was stopped.
        """
        if not (self.terms.caps or self.stopped):
            return ""
        name, most = uuid.uuid4().hex, self._worst(request)
        while not self.stopped:
            settlement = self._settlement
            if await self.ledger.reserve(name, most, self.terms.caps):
                self._reserved += 1
                return name
            if not self._reserved and not settlement.is_set():
                raise OverBudgetError(f"it might go beyond the cap of {self.terms.caps}")
            # Calls under way mostly cost less than was set aside for them.
            await settlement.wait()
        raise NotAskedError(self.stopped)

    async def _settle(self, spent: Cost, reservation: str) -> None:
        try:
            await self.ledger.settle(spent, reservation)
        finally:
            self._free(reservation)

    def _free(self, reservation: str) -> None:
        if reservation:
            self._reserved -= 1
            self._settlement.set()
            self._settlement = asyncio.Event()

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until the gateway is stopped."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _worst(self, request: Request) -> Cost:
        return worst(request, self.terms.price, batch=self.terms.batch)

    def _cost_of(self, request: Request, usage: Usage) -> Cost:
        """Return what an answer cost; uncounted tokens cost the most there is, under a cap."""
        if self.terms.caps and not (usage.prompt_tokens and usage.completion_tokens):
            return self._worst(request)
        return cost(usage, self.terms.price, batch=self.terms.batch)

    def _give_up(self, error: ModelError) -> None:
        """Note a call that nobody answered; stop when it has become one of many."""
        self._hopeless += 1
        if self._hopeless == HOPELESS:
            _LOG.error("%d calls in a row got no answer: %s", HOPELESS, error)
            self.stop(f"{HOPELESS} calls in a row got no answer, the last one: {error}")


SENT = Cost(calls=1)
"""What a call costs that was sent and not worked on."""


def _estimate(request: Request) -> float:
    written = sum(len(message.content) for message in request.messages)
    return written / CHARACTERS_A_TOKEN + request.max_tokens
