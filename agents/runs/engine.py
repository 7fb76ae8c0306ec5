"""What a run needs open while it asks: model, ledger, gateway, bank, machine."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from questgraph.agents.concurrency import map_unordered
from questgraph.agents.machine import Machine, compile_recipe
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import Context, State, initial, outcome
from questgraph.retrieval.bank import Bank
from questgraph.tools.chunking import split
from questgraph.tools.errors import RunError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import ChatModel
from questgraph.tools.records import Document, Outcome, Result, Unit
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import schema_to_yaml

_LOG = logging.getLogger(__name__)

CHUNK_SIZE = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides what is asked."""

    schema: Schema
    recipe: Recipe
    bank: Bank | None = None
    chunk_size: int = CHUNK_SIZE
    """Most characters of a passage."""

    overlap: int = 150
    """Characters that neighbouring passages share, about."""


Asked = tuple[Unit, tuple[Labelled, ...]]
"""A unit and the demonstrations that go with it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Questions units through an open gateway."""

    plan: Plan
    gateway: Gateway
    model: ChatModel
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "machine", compile_recipe(self.plan.recipe))

    def facts(self) -> dict[str, str]:
        """Return what a run folder notes about how it was made."""
        return {
            "model": self.model.name,
            "recipe": self.plan.recipe.name,
            "schema": schema_to_yaml(self.plan.schema),
        }

    def prepare(self, document: Document) -> list[Asked]:
        """Cut a document into units and find demonstrations for each; asks no model."""
        plan = self.plan
        chunks = split(document, size=plan.chunk_size, overlap=plan.overlap)
        demos: Sequence[Sequence[Labelled]] = [()] * len(chunks)
        if plan.bank and plan.recipe.demos and chunks:
            demos = plan.bank.search(
                [chunk.text for chunk in chunks],
                k=plan.recipe.demos,
                selection="covering",
                tokens=plan.recipe.demo_tokens,
                avoid=document.id,
            )
        return [(Unit(chunk), tuple(some)) for chunk, some in zip(chunks, demos, strict=True)]

    async def question(self, asked: Asked) -> Result:
        """Put one unit through the machine.

        Raises:
            RunError: When answers cannot be kept: going on would pay for nothing.
        """
        unit, demos = asked
        context = Context(gateway=self.gateway, schema=self.plan.schema)
        try:
            state = cast(State, await self.machine.ainvoke(initial(unit, demos), context=context))
        except RunError:
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

    def results(self, asked: AsyncIterator[Asked]) -> AsyncIterator[Result]:
        """Question units as they come, as many at once as the model has slots for."""
        return map_unordered(self.question, asked, width=self.model.slots)

    async def read(self, document: Document) -> list[Result]:
        """Question a whole document and return its units in reading order."""
        asked = await asyncio.to_thread(self.prepare, document)
        results = [result async for result in self.results(_each(asked))]
        return sorted(results, key=lambda result: result.unit.chunk.index)


@asynccontextmanager
async def open_engine(
    plan: Plan, model: ChatModel, *, ledger: Path | str = ":memory:", limits: Limits | None = None
) -> AsyncIterator[Engine]:
    """Open ledger and model for as long as the block lasts."""
    async with AsyncExitStack() as stack:
        calls = await stack.enter_async_context(Ledger(ledger))
        open_model = await stack.enter_async_context(model)
        yield Engine(plan, Gateway(open_model, calls, limits=limits or Limits()), open_model)


async def _each(asked: Iterable[Asked]) -> AsyncIterator[Asked]:
    for one in asked:
        yield one
