"""The run itself: passages in, results out, everything kept on the way."""

import json
from collections.abc import AsyncGenerator, AsyncIterator

from questgraph.agents.concurrency import prefetch
from questgraph.agents.runs.agenda import again
from questgraph.agents.runs.engine import Asked, Engine
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.reader import WAITING
from questgraph.agents.runs.store import RunStore
from questgraph.tools.gateway.batch import BatchGateway
from questgraph.tools.records import Result

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


def taken(store: RunStore) -> set[str]:
    """Return the batches whose answers the run has in its ledger."""
    return set(json.loads(store.fact("batches") or "[]"))
