"""What is to be asked about: passages of inputs, or those that a run still misses."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator

from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Asked
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.store import RunStore
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Document

AT_ONCE = 64
"""Documents, or passages, that are prepared in one go."""


async def of_inputs(
    engine: Engine, inputs: Inputs, progress: Progress, store: RunStore | None = None
) -> AsyncIterator[Asked]:
    """Yield the passages of everything that `inputs` hold, save those that `store` has complete.

    Each document is noted with its units before the first of them is asked about, so that an
    interrupted run knows what is missing. Reading, cutting and searching happen in a thread.
    """
    documents = _documents(engine, inputs, progress, store)

    def prepare() -> tuple[list[Asked], bool]:
        """Prepare some documents; say whether there may be more.

        Several in one go: the way to the thread and back takes longer than many a document.
        """
        asked: list[Asked] = []
        for _ in range(AT_ONCE):
            if engine.gateway.stopped or (some := next(documents, None)) is None:
                return asked, False
            asked += some
            if len(asked) >= AT_ONCE:
                break
        return asked, True

    more = True
    while more:
        some, more = await asyncio.to_thread(prepare)
        for asked in some:
            yield asked
    progress.planned = not engine.gateway.stopped


def _documents(
    engine: Engine, inputs: Inputs, progress: Progress, store: RunStore | None
) -> Iterator[list[Asked]]:
    """Yield for each document what is to be asked about it, which may be nothing."""
    for position, found in enumerate(load(inputs)):
        if isinstance(found, DocumentError):
            progress.unreadable += 1
            if store:
                store.add_unreadable(position, found)
            continue
        progress.documents += 1
        kept = store.unchanged(position, found) if store else None
        if kept is None:
            yield _asked(engine, position, found, progress, store)
        else:
            progress.units += kept
            progress.known += kept


def _asked(
    engine: Engine, position: int, document: Document, progress: Progress, store: RunStore | None
) -> list[Asked]:
    units = engine.plan.units(document)
    wanted = store.add(position, document, units) if store else {unit.id for unit in units}
    progress.units += len(units)
    progress.known += len(units) - len(wanted)
    return engine.plan.prepare([u for u in units if u.id in wanted], avoid=document.id)


async def again(
    engine: Engine, store: RunStore, statuses: Collection[str], progress: Progress
) -> AsyncIterator[Asked]:
    """Yield the passages that stand at one of `statuses`.

    They are the whole plan, unless `progress` has one already.
    """
    standing = await asyncio.to_thread(store.standing_at, statuses)
    if not progress.planned:
        progress.units = sum(len(units) for _, units in standing)
        progress.documents = len(standing)
        progress.planned = True

    def prepare(id_: str, wanted: Collection[str]) -> list[Asked]:
        units = engine.plan.units(store.document(id_))
        return engine.plan.prepare([u for u in units if u.id in wanted], avoid=id_)

    for id_, wanted in standing:
        for asked in await asyncio.to_thread(prepare, id_, wanted):
            yield asked
