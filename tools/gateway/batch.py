"""Batch mode: questions are put off, handed to the provider together, and asked again.

It falls out of replay. A unit goes as far as the ledger answers; what it asks next waits. What
waits becomes a batch, the answers go into the ledger, and the unit goes through again: until
nothing waits. All that is under way is known to the provider and all that was answered to the
ledger, so that a run may die and come back at any time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import MutableSet
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from questgraph.tools.errors import (
    ModelError,
    ModelUnavailableError,
    NotAskedError,
    OverBudgetError,
)
from questgraph.tools.gateway.gateway import SENT, Call, Gateway, Terms
from questgraph.tools.gateway.ledger import Ledger, Record
from questgraph.tools.models.base import ChatModel, Reply, Request
from questgraph.tools.records import Usage

if TYPE_CHECKING:
    from questgraph.tools.models.openai_batch import Batch, OpenAIBatches

_LOG = logging.getLogger(__name__)

POLL = 30.0
"""Seconds between two looks at the provider."""


class BatchGateway(Gateway):
    """Asks a model through a ledger and through the provider's batch mode.

    `ask` answers from the ledger and raises `NotAskedError` for everything else, which then
    stands in `waiting`; `collect` brings answers.

    Args:
        model: Whose answers; it is not asked itself.
        ledger: Where replies are kept.
        terms: Retries for each request, caps, and the price; nothing else applies.
        batches: The provider.
        tag: Name of the run at the provider: what goes by it is ours.
        taken: Ids of the batches whose answers are in the ledger; new ones are added.
        poll: Seconds between two looks at the provider.
    """

    def __init__(
        self,
        model: ChatModel,
        ledger: Ledger,
        terms: Terms,
        batches: "OpenAIBatches",
        *,
        tag: str,
        taken: MutableSet[str],
        poll: float = POLL,
    ) -> None:
        super().__init__(model, ledger, replace(terms, batch=True))
        self.waiting: dict[str, Request] = {}
        """What was put off, by key."""

        self.taken = taken
        self._batches, self._tag, self._poll = batches, tag, poll
        self._attempts: Counter[str] = Counter()
        self._handed_in: dict[Batch, set[str]] = {}
        self._listed = False
        self._refused: dict[str, ModelError] = {}
        self._fresh: dict[str, Usage] = {}

    async def __aenter__(self) -> Self:
        await self._batches.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await super().__aexit__(kind, error, trace)
        await self._batches.__aexit__(kind, error, trace)

    async def _answer(self, key: str, request: Request) -> Call:
        call = await super()._answer(key, request)
        # To the unit an answer that a batch brought just now is no replay.
        return replace(call, usage=self._fresh.get(key, call.usage))

    async def _send(self, key: str, request: Request) -> Call:
        if error := self._refused.get(key):
            raise error
        if self.stopped:
            raise NotAskedError(self.stopped)
        self.waiting[key] = request
        raise NotAskedError("it waits for a batch")

    async def collect(self) -> None:
        """Hand in what waits and is not handed in yet, and wait until a batch has ended.

        The provider is asked what is under way, so nothing is handed in twice, whatever happened
        to the process that did it. An item that failed is handed in again with the next batch, as
        often as the terms allow; then `ask` raises its error.
        """
        while not self.stopped:
            try:
                if await self._look():
                    return
            except ModelUnavailableError as error:
                _LOG.warning("the provider's batch mode: %s", error)
            await self._pause(self._poll)

    async def _look(self) -> bool:
        """Say whether anything came of one look at the provider."""
        if not self._listed:
            for batch in await self._batches.batches(self._tag):
                if batch.id not in self.taken:
                    self._handed_in[batch] = await self._batches.keys(batch)
            self._listed = True
        ended = []
        for batch in list(self._handed_in):
            now = await self._batches.look(batch)
            if now.state == "ended":
                await self._take(now, self._handed_in[batch])
                del self._handed_in[batch]
                self.taken.add(batch.id)
                ended.append(batch)
        return bool(ended) or await self._submit()

    async def _submit(self) -> bool:
        """Hand in what waits and the budget allows; say whether some of it was refused."""
        there = set[str]().union(*self._handed_in.values())
        requests = {key: request for key, request in self.waiting.items() if key not in there}
        # Side by side, so that the ledger writes them together.
        affordable = await asyncio.gather(*(self._affordable(*item) for item in requests.items()))
        allowed = {key: requests[key] for key, yes in zip(requests, affordable, strict=True) if yes}
        if allowed:
            # Some may arrive although it fails: then the provider's list tells.
            self._listed = False
            for batch in await self._batches.submit(allowed, tag=self._tag):
                self._handed_in[batch] = await self._batches.keys(batch)
            self._listed = True
            _LOG.info("%d questions handed in", len(allowed))
        # What was refused is decided: its units can end.
        return len(allowed) < len(requests)

    async def _affordable(self, key: str, request: Request) -> bool:
        most = self._worst(request)
        if not self.terms.caps or await self.ledger.reserve(_name(key), most, self.terms.caps):
            return True
        self._refused[key] = OverBudgetError(f"it might go beyond the cap of {self.terms.caps}")
        return False

    async def _take(self, batch: "Batch", keys: set[str]) -> None:
        """Put the answers of a batch into the ledger; note what there is no answer to."""
        open_ = keys & self.waiting.keys()
        async for key, outcome in self._batches.results(batch):
            if key not in open_:
                continue
            open_.discard(key)
            if isinstance(outcome, Reply):
                await self._keep(key, outcome)
            else:
                await self._note(key, outcome)
        problem = batch.problem or f"the batch is {batch.status} without an answer to it"
        for key in open_:
            await self._note(key, ModelUnavailableError(f"{self.model.name}: {problem}"))

    async def _keep(self, key: str, reply: Reply) -> None:
        request, attempt = self.waiting.pop(key), self._attempts.pop(key, 0) + 1
        spent = self._cost_of(request, reply.usage)
        await self.ledger.put(
            Record(key, self.model.name, request, reply, attempt, spent, _name(key))
        )
        self._fresh[key] = replace(reply.usage, calls=attempt)

    async def _note(self, key: str, error: ModelError) -> None:
        billed = isinstance(error, ModelUnavailableError) and error.billed
        await self.ledger.settle(self._worst(self.waiting[key]) if billed else SENT, _name(key))
        self._attempts[key] += 1
        lasting = not isinstance(error, ModelUnavailableError)
        if lasting or self._attempts[key] >= self.terms.retries.tries:
            self._refused[key] = error


def _name(key: str) -> str:
    """Name a reservation so that it is found again by whoever takes the answer."""
    return f"batch:{key}"
