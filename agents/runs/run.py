"""The run itself: passages in, results out, everything kept on the way."""

import gc
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager

from questgraph.agents.concurrency import prefetch
from questgraph.agents.runs.agenda import again
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Asked
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.reader import WAITING
from questgraph.agents.runs.store import RunStore
from questgraph.tools.gateway.batch import BatchGateway
from questgraph.tools.records import Result

COLLECTIONS = (50_000, 20, 50)
"""Objects more than before until the youngest are looked through, and so on."""

AHEAD = 1000
"""Units that are prepared before they are asked about: enough to say how much there is to do in
most runs, and a bound on memory in the others."""


async def run(
    engine: Engine, asked: AsyncIterator[Asked], progress: Progress, store: RunStore | None = None
) -> AsyncGenerator[Result]:
    """Question passages and yield the results as they come.

    A unit that was put off gives none. Results leave memory as soon as they are written and
    taken.
    """
    with _rare_collections():
        async for result in engine.results(prefetch(asked, ahead=AHEAD)):
            if result is None:
                continue
            progress.note(result)
            if store:
                store.save(result)
            yield result


async def run_to_the_end(
    engine: Engine, asked: AsyncIterator[Asked], progress: Progress, store: RunStore
) -> AsyncGenerator[Result]:
    """Do what `run` does; in batch mode again and again, until no unit waits for an answer."""
    async for result in run(engine, asked, progress, store):
        yield result
    gateway = engine.gateway
    while isinstance(gateway, BatchGateway) and gateway.waiting and not gateway.stopped:
        progress.waiting = len(gateway.waiting)
        await gateway.collect()
        store.note({"batches": json.dumps(sorted(gateway.taken))})
        gateway.waiting.clear()
        async for result in run(engine, again(engine, store, {WAITING}, progress), progress, store):
            yield result
    progress.waiting = 0


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Have the garbage collector look less often while the block lasts.

    A passage makes thousands of objects that are gone by themselves when it ends. Looking through
    all that is alive after every 700 of them takes a third of a run's processor time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def taken(store: RunStore) -> set[str]:
    """Return the batches whose answers the run has in its ledger."""
    return set(json.loads(store.fact("batches") or "[]"))
