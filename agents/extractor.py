"""The public face: documents in, an `Extraction` out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Unpack

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.options import Options, engine
from questgraph.agents.runs.run import run
from questgraph.agents.runs.store import RunStore
from questgraph.tools.documents import Inputs
from questgraph.tools.records import Result

Report = Callable[[Result, int], None]
"""Called with each unit's result as it comes, and how many units are known of so far."""


async def aextract(
    inputs: Inputs,
    *,
    out: Path | str | None = None,
    on_result: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Question documents and return what was found, with every answer's place in the text.

    Args:
        inputs: A file, folder, glob, `Document` or LangChain document, or several of them.
        out: The run folder. Calls that were answered there before are not made again; the page
            and the default exports are written into it. Without it nothing is kept.
        on_result: Called with each unit's result as it comes, for a progress display.
        options: How to question, see `Options`.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        RunError: When the run folder cannot be used.
    """
    folder = Path(out) if out is not None else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / RUN_FILE if folder else ":memory:"
    # Names are looked up before the run folder is touched.
    opening = engine(options, path)
    store = RunStore(path)
    async with opening as open_engine:
        store.begin(open_engine.facts())
        async with aclosing(run(open_engine, inputs, store)) as results:
            async for result in results:
                if on_result:
                    on_result(result, store.planned)
    extraction = Extraction(store, folder)
    if folder:
        extraction.write(folder)
    return extraction


def extract(
    inputs: Inputs,
    *,
    out: Path | str | None = None,
    on_result: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Do what `aextract` does, for scripts that have no event loop.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        RunError: When the run folder cannot be used.
    """
    return asyncio.run(aextract(inputs, out=out, on_result=on_result, **options))


async def stream(inputs: Inputs, **options: Unpack[Options]) -> AsyncIterator[Result]:
    """Yield each unit's result as soon as it is there; nothing is kept.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    opening = engine(options)
    with RunStore(":memory:") as store:
        async with opening as open_engine, aclosing(run(open_engine, inputs, store)) as results:
            async for result in results:
                yield result
