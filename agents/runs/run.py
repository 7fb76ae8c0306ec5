"""The run itself: documents in, results out, everything kept on the way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from questgraph.agents.concurrency import prefetch
from questgraph.agents.runs.engine import Asked, Engine
from questgraph.agents.runs.store import RunStore
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Result

AHEAD = 1000
"""Units that are prepared before they are asked about: enough to say how much there is to do in
most runs, and a bound on memory in the others."""


async def run(engine: Engine, inputs: Inputs, store: RunStore) -> AsyncGenerator[Result]:
    """Question everything that `inputs` holds and yield the results as they come.

    Each document is noted with its units before the first of them is asked about, so that an
    interrupted run knows what is missing. Reading, cutting and searching happen in a thread,
    some way ahead of the questions.
    """
    planned = prefetch(_plan(engine, inputs, store), ahead=AHEAD)
    async for result in engine.results(planned):
        store.save(result)
        yield result
    store.flush()
    store.note("ended", "yes")


async def _plan(engine: Engine, inputs: Inputs, store: RunStore) -> AsyncIterator[Asked]:
    found = enumerate(load(inputs))

    def prepare() -> list[Asked] | None:
        """Read and prepare the next document; `None` when there is none."""
        position, document = next(found, (0, None))
        if document is None:
            return None
        if isinstance(document, DocumentError):
            store.add_unreadable(position, document)
            return []
        asked = engine.prepare(document)
        store.add(position, document, [unit for unit, _ in asked])
        return asked

    while (some := await asyncio.to_thread(prepare)) is not None:
        for asked in some:
            yield asked
