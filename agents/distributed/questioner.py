"""What a worker of a distributed run does: a file of documents in, a file of results out.

A worker may die at any moment, and another one does its files again: the ledger has what was
answered, and a file takes the place of one that may be there already.
"""

import asyncio
import json
import logging
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from questgraph.agents.distributed import tables
from questgraph.agents.options import Lookup, Options, look_up
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Asked
from questgraph.graphs.reduce import Row
from questgraph.tools.database import Database
from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.records import Chunk, Document, Outcome, Result, Span, Unit

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How every worker is to question; it travels to other machines."""

    options: Options
    terms: Terms
    """On which terms one worker asks."""

    config: str
    """Hash of all that decides what is asked, as the machine has it that began the run."""

    folder: Path
    """Where the tables are, the same on every machine."""


class Questioner:
    """Questions files of documents through one engine, whose event loop has its own thread.

    It may be called from several threads at once, so that the slots of the model do not wait for
    the last passage of a file.

    Raises:
        ConfigError: When this machine has another questgraph than the one that began the run, or
            the options mean something else here.
    """

    def __init__(self, order: Order) -> None:
        self._folder = order.folder
        found = _looked_up(order)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine", daemon=True)
        self._thread.start()
        self._opened = found.open(Database(":memory:"))
        self._engine: Engine = self._wait_for(self._opened.__aenter__())

    def __call__(self, row: Row) -> Row:
        """Question the documents of one file.

        Args:
            row: `file`, its name in the table of documents.

        Returns:
            The same with `documents`, how many there were, and `units`, as JSON: how many of them
            ended how.
        """
        documents = list(tables.documents(self._folder, row["file"]))
        rows = self._wait_for(self._question(documents))
        tables.write(rows, self._folder, tables.RESULTS, row["file"])
        units = Counter(str(unit["status"]) for unit in rows)
        return {**row, "documents": len(documents), "units": json.dumps(units)}

    def close(self) -> None:
        """Let go of everything; a process that Ray ends lets go by ending."""
        self._wait_for(self._opened.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _question(self, documents: Sequence[Document]) -> list[Row]:
        """Return how each unit of `documents` ended, in reading order."""
        units: dict[str, Unit] = {}
        results: dict[str, Result] = {}

        async def asked() -> AsyncIterator[Asked]:
            for document in documents:
                try:
                    prepared = await asyncio.to_thread(self._prepare, document)
                except Exception as error:  # a bug of ours in one document must not lose the others
                    _LOG.exception("%s: an error that should not be", document.id)
                    lost = _lost(document, f"a bug, please report: {error!r}")
                    units[lost.unit.id], results[lost.unit.id] = lost.unit, lost
                    continue
                units.update((unit.id, unit) for unit, _ in prepared)
                for one in prepared:
                    yield one

        async for result in self._engine.results(asked()):
            if result:
                results[result.unit.id] = result
        stopped = self._engine.gateway.stopped
        return [
            tables.unit_row(unit, results.get(id_), stopped) for id_, unit in sorted(units.items())
        ]

    def _prepare(self, document: Document) -> list[Asked]:
        plan = self._engine.plan
        units = plan.units(document)
        if self._engine.gateway.stopped:
            return [(unit, ()) for unit in units]
        return plan.prepare(units, avoid=document.id)


def _looked_up(order: Order) -> Lookup:
    found = replace(look_up(order.options), terms=order.terms)
    if found.config != order.config:
        raise ConfigError(
            f"{socket.gethostname()} would ask something else than the machine that began the run:"
            " install the same version of questgraph there, and put the bank where both find it"
        )
    return found


def _lost(document: Document, reason: str) -> Result:
    """Return the one result of a document that could not be cut into passages."""
    whole = Chunk(document.id, document.text, span=Span(0, len(document.text)), index=0)
    return Result(unit=Unit(whole), outcome=Outcome("failed", reason))
