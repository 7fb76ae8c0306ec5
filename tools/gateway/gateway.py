"""The one way to a model: ledger first, then limits, then the call, and again when it fails."""

import asyncio
from dataclasses import dataclass, replace

from questgraph.tools.errors import ModelUnavailableError
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.gateway.limits import AdaptiveGate, Bucket, Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.base import ChatModel, Reply, Request
from questgraph.tools.records import Usage

CHARACTERS_A_TOKEN = 4
"""Estimate for what a prompt will cost, settled with the truth afterwards."""


@dataclass(frozen=True, slots=True)
class Call:
    """An answered request."""

    key: str
    """Name of the call in the ledger."""

    reply: Reply
    usage: Usage
    """What this time cost: nothing when the ledger answered."""


class Gateway:
    """Asks a model through a ledger.

    What it promises:

    * A reply is committed to the ledger before `ask` returns it; a known request is answered
      from there and nothing is sent.
    * Equal requests under way at the same time are sent once.
    * `ModelUnavailableError` is tried again, at growing intervals; other errors are not.

    Args:
        model: Who is asked; opened and closed by the caller.
        ledger: Where replies are kept; opened and closed by the caller.
        limits: What may be under way.
        retries: How often and when to ask again.
    """

    def __init__(
        self,
        model: ChatModel,
        ledger: Ledger,
        *,
        limits: Limits | None = None,
        retries: Retries | None = None,
    ) -> None:
        limits = limits or Limits()
        self.model, self.ledger = model, ledger
        self._retries = retries or Retries()
        self._gate = AdaptiveGate(min(model.slots, limits.concurrency or model.slots))
        self._requests = Bucket(limits.requests_per_minute)
        self._tokens = Bucket(limits.tokens_per_minute)
        self._under_way: dict[str, asyncio.Task[Call]] = {}

    @property
    def in_flight(self) -> int:
        """How many calls are at the endpoint now."""
        return self._gate.inside

    async def ask(self, request: Request) -> Call:
        """Return the answer to `request`.

        Raises:
            ModelUnavailableError: When the last try failed too.
            ModelRefusedError: When the endpoint will not answer this request.
            RunError: When the ledger cannot be written.
        """
        key = request.key(self.model.name)
        if reply := self.ledger.get(key):
            return Call(key, reply, Usage(replayed=1))
        if task := self._under_way.get(key):
            call = await asyncio.shield(task)
            return replace(call, usage=Usage(replayed=1))
        task = asyncio.create_task(self._send(key, request))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._landed(key, done))
        # A caller that goes away does not take the call along: others may wait for it, and
        # its answer is paid for.
        return await asyncio.shield(task)

    def _landed(self, key: str, task: asyncio.Task[Call]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            # Looked at, so that asyncio does not report it when every caller went away.
            task.exception()

    async def _send(self, key: str, request: Request) -> Call:
        estimate = _estimate(request)
        for attempt in range(1, self._retries.tries + 1):
            try:
                reply = await self._once(request, estimate)
            except ModelUnavailableError as error:
                if attempt == self._retries.tries:
                    message = f"{error} (tried {attempt} times)"
                    raise ModelUnavailableError(message, error.retry_after) from error
                await asyncio.sleep(self._retries.pause(attempt, error.retry_after))
            else:
                await self.ledger.put(key, self.model.name, request, reply, attempts=attempt)
                return Call(key, reply, replace(reply.usage, calls=attempt))
        raise AssertionError("a try either returns or raises")

    async def _once(self, request: Request, estimate: float) -> Reply:
        async with self._gate.enter() as ticket:
            await self._requests.take(1)
            await self._tokens.take(estimate)
            try:
                reply = await self.model.complete(request)
            except ModelUnavailableError:
                self._gate.went_badly(ticket)
                raise
            self._gate.went_well()
            used = reply.usage.prompt_tokens + reply.usage.completion_tokens
            self._tokens.give_back(estimate - used)
            return reply


def _estimate(request: Request) -> float:
    written = sum(len(message.content) for message in request.messages)
    return written / CHARACTERS_A_TOKEN + request.max_tokens
