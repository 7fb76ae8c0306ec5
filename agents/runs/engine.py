"""What a run needs open while it asks: models, ledger, gateways, bank, machine."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import cast

from questgraph.agents.concurrency import map_unordered
from questgraph.agents.machine import Machine, compile_recipe
from questgraph.agents.runs.beside import BesideGateway
from questgraph.agents.runs.plan import Asked, Plan
from questgraph.agents.stages.vote import join
from questgraph.agents.state import Context, State, initial, outcome
from questgraph.tools.chunking import halves
from questgraph.tools.confidence import Judge
from questgraph.tools.errors import ConfigError, NotAskedError, StorageError
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import ChatModel
from questgraph.tools.records import Chunk, Document, Outcome, Result, Unit, within
from questgraph.tools.telemetry import span

_LOG = logging.getLogger(__name__)

SPLITS = 2
"""How often a passage is cut in two at most when its answers do not fit."""

SPARE = 4
"""One unit more for each so many slots, so that the next call is there when one ends."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Questions units through an open gateway."""

    plan: Plan
    gateway: Gateway
    model: ChatModel
    judge: Judge | None = None
    """Scores what was found, where there is a calibration."""

    proposer: Gateway | None = None
    """To the small model that reads first, where the plan names one."""

    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        if self.plan.proposer and self.proposer is None:
            raise ConfigError(f"{self.plan.proposer} proposes for runs only: leave out `proposer`")
        object.__setattr__(self, "machine", compile_recipe(self.plan.recipe))

    async def question(self, asked: Asked) -> Result | None:
        """Put one unit through the machine; `None` when it was put off.

        A passage whose answers are cut off, or that does not fit into the model, is cut in two.
        """
        unit, demos = asked
        document, recipe = unit.chunk.document_id, self.plan.recipe.name
        try:
            with span("unit", unit=unit.id, document=document, recipe=recipe) as current:
                result = await self._question(unit, demos, SPLITS)
                if self.judge:
                    result = replace(result, claims=self.judge(result.claims))
                current.set_attribute("questgraph.outcome", result.outcome.status)
                return result
        except NotAskedError as reason:
            _LOG.debug("%s: %s", unit.id, reason)
        except StorageError as error:
            # The gateway has stopped; what could not be kept is asked again some day.
            _LOG.debug("%s: %s", unit.id, error)
        return None

    def results(self, asked: AsyncIterator[Asked]) -> AsyncIterator[Result | None]:
        """Question units as they come, about as many at once as the model has slots for."""
        slots = self.model.slots
        return map_unordered(self.question, asked, width=slots + slots // SPARE)

    async def read(self, document: Document) -> list[Result]:
        """Question a whole document and return its units in reading order."""
        units = self.plan.units(document)
        asked = await asyncio.to_thread(self.plan.prepare, units, avoid=document.id)
        results = [result async for result in self.results(_each(asked)) if result]
        return sorted(results, key=lambda result: result.unit.chunk.index)

    async def _question(self, unit: Unit, demos: tuple[Labelled, ...], splits: int) -> Result:
        result = await self._once(unit, demos)
        if result.outcome.status != "truncated" or not splits:
            return result
        parts = [_part(unit, chunk) for chunk in halves(unit.chunk)]
        if len(parts) < 2:
            return result
        _LOG.info("%s: cut in %d: %s", unit.id, len(parts), result.outcome.reason)
        return _whole(result, [await self._question(part, demos, splits - 1) for part in parts])

    async def _once(self, unit: Unit, demos: tuple[Labelled, ...]) -> Result:
        context = Context(
            gateway=self.gateway,
            schema=self.plan.schema,
            bank=self.plan.bank,
            catalogue=self.plan.catalogue,
            entailment=self.plan.entailment,
            proposer=self.proposer,
        )
        try:
            state = cast(State, await self.machine.ainvoke(initial(unit, demos), context=context))
        except (NotAskedError, StorageError):
            raise
        except Exception as error:  # a bug of ours in one passage must not lose the others
            _LOG.exception("%s: an error that should not be", unit.id)
            return Result(unit=unit, outcome=Outcome("failed", f"a bug, please report: {error!r}"))
        return Result(
            unit=unit,
            outcome=outcome(state),
            claims=state["claims"],
            turns=tuple(state["turns"]),
        )


@asynccontextmanager
async def open_engine(
    plan: Plan,
    model: ChatModel,
    ledger: Ledger,
    gateway: Callable[[ChatModel, Ledger], Gateway],
    judge: Judge | None = None,
    proposer: tuple[ChatModel, Terms] | None = None,
) -> AsyncIterator[Engine]:
    """Open ledger, model and the gateway between them for as long as the block lasts.

    Args:
        plan: What is asked.
        model: Who is asked.
        ledger: Keeps the calls.
        gateway: Makes the way from the one to the other.
        judge: Scores what is found.
        proposer: The small model that reads first, and on what terms; its calls are kept in the
            same ledger.
    """
    async with AsyncExitStack() as stack:
        calls = await stack.enter_async_context(ledger)
        open_model = await stack.enter_async_context(model)
        open_gateway = await stack.enter_async_context(gateway(open_model, calls))
        aside = None
        if proposer:
            small, terms = proposer
            open_small = await stack.enter_async_context(small)
            way = BesideGateway(open_small, calls, terms, beside=open_gateway)
            aside = await stack.enter_async_context(way)
        yield Engine(plan, open_gateway, open_model, judge, aside)


def _part(unit: Unit, chunk: Chunk) -> Unit:
    """Return the unit of a part of a passage, with what is given of that part."""
    return replace(unit, chunk=chunk, given=within(unit.given, chunk.span))


def _whole(tried: Result, parts: Sequence[Result]) -> Result:
    """Return what the parts of a unit gave, as the unit's, behind the turns that it took before."""
    turns = list(tried.turns)
    claims = []
    for part in parts:
        before = len(turns)
        claims += [
            replace(claim, turns=tuple(turn + before for turn in claim.turns))
            for claim in part.claims
        ]
        turns += part.turns
    incomplete = [part.outcome for part in parts if not part.outcome.complete]
    found = [part.outcome for part in parts if part.outcome.status == "done"]
    return replace(
        tried,
        outcome=next(iter([*incomplete, *found, parts[0].outcome])),
        claims=tuple(join(claims)),
        turns=tuple(turns),
    )


async def _each(asked: Collection[Asked]) -> AsyncIterator[Asked]:
    for one in asked:
        yield one
