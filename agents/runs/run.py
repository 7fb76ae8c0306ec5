"""The run itself: passages in, results out, everything kept on the way."""

from collections.abc import AsyncGenerator, AsyncIterator

from questgraph.agents.concurrency import prefetch
from questgraph.agents.runs.engine import Asked, Engine
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.store import RunStore
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
