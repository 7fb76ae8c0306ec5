"""What is to be asked about: passages of inputs, or those that a run still misses."""

import asyncio
from collections.abc import AsyncIterator, Collection

from questgraph.agents.runs.engine import Asked, Engine
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.store import RunStore
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError


AT_ONCE = 16
"""Documents, or passages, that are prepared in one go."""


async def of_inputs(
    engine: Engine, inputs: Inputs, progress: Progress, store: RunStore | None = None
) -> AsyncIterator[Asked]:
    """Yield the passages of everything that `inputs` hold, save those that `store` has complete.

    Each document is noted with its units before the first of them is asked about, so that an
    interrupted run knows what is missing. Reading, cutting and searching happen in a thread.
    """
    found = enumerate(load(inputs))

    def prepare() -> list[Asked] | None:
        """Read and prepare the next document; `None` when there is none."""
        position, document = next(found, (0, None))
        if document is None or engine.gateway.stopped:
            return None
        if isinstance(document, DocumentError):
            progress.unreadable += 1
            if store:
                store.add_unreadable(position, document)
            return []
        progress.documents += 1
        if store and store.unchanged(position, document):
            return []
        units = engine.units(document)
        wanted = store.add(position, document, units) if store else {unit.id for unit in units}
        progress.units += len(units)
        progress.known += len(units) - len(wanted)
        return engine.prepare(document, [unit for unit in units if unit.id in wanted])

    def prepare_some() -> tuple[list[Asked], bool]:
        """Prepare documents until there is enough to ask; say whether there may be more."""
        enough: list[Asked] = []
        for _ in range(AT_ONCE):
            if (some := prepare()) is None:
                return enough, False
            enough += some
            if len(enough) >= AT_ONCE:
                break
        return enough, True

    more = True
    while more:
        # In one go: the way to the thread and back takes longer than many a document.
        some, more = await asyncio.to_thread(prepare_some)
        for asked in some:
            yield asked
    progress.planned = True


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
        document = store.document(id_)
        return engine.prepare(document, [u for u in engine.units(document) if u.id in wanted])

    for id_, wanted in standing:
        for asked in await asyncio.to_thread(prepare, id_, wanted):
            yield asked
