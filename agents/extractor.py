"""The public face: documents in, an `Extraction` out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import ExitStack, aclosing, closing
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from questgraph.agents.estimates.estimate import Estimate
from questgraph.agents.estimates.estimate import estimate as reckon
from questgraph.agents.extraction import PAGE, RUN_FILE, Extraction, run_file
from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.agenda import again, of_inputs
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.interrupts import interruptible
from questgraph.agents.runs.plan import Asked
from questgraph.agents.runs.progress import Progress
from questgraph.agents.runs.reader import WAITING
from questgraph.agents.runs.run import run, run_to_the_end, taken
from questgraph.agents.runs.status import facts_of
from questgraph.agents.runs.store import RunStore
from questgraph.tools.database import Database, open_database
from questgraph.tools.documents import Inputs
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Result
from questgraph.tools.schema_sources import schema_from_yaml

Report = Callable[[Progress], None]
"""Called when a run begins, and again with the same record as it goes on."""

INCOMPLETE = ("failed", "truncated", "refused", "over_budget", WAITING)
"""How units stand that `retry` asks about again."""


async def aextract(
    inputs: Inputs,
    *,
    out: Path | str | None = None,
    on_progress: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Question documents and return what was found, with every answer's place in the text.

    Args:
        inputs: A file, folder, glob, `Document` or LangChain document, or several of them.
        out: The run folder. Calls that were answered there before are not made again, documents
            that are complete there and have not changed are not read again; a run of moderate
            size writes the page and the default exports into it. Without it nothing is kept.
        on_progress: Called when the run begins and as units end; `Progress.stop` ends it early.
        options: How to question, see `Options`.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        RunError: When the run folder cannot be used, or can no longer be written.
    """
    # Names are looked up before the run folder is touched.
    found = look_up(options)
    folder = Path(out) if out is not None else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with open_database(folder / RUN_FILE if folder else ":memory:") as database:
        store = RunStore(database)
        async with found.open(database, store.tag, taken(store)) as engine:
            store.begin(found.facts, found.config)
            progress = Progress(gateway=engine.gateway)
            asked = of_inputs(engine, inputs, progress, store)
            await _ask(engine, asked, progress, store, on_progress)
            if progress.planned:
                store.note({"met": "yes"})
            _end(engine, store)
        found.history.note(found.model.name, found.plan.recipe.name, progress.past())
        stopped = bool(engine.gateway.stopped)
        return await _finished(database, store, folder, stopped=stopped)


async def aretry(
    folder: Path | str,
    *,
    only: Collection[str] = (),
    on_progress: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Ask again about what a run misses, and about nothing else.

    Answers that could not be read are forgotten first; what they cost stays spent.

    Args:
        folder: The run folder.
        only: How the units ended that are asked about; all that are not complete when empty.
        on_progress: As `aextract` has it.
        options: What is to be other than it was; the rest is as the run folder notes it.

    Raises:
        ConfigError: When there is no such ending, or the run was made with a model, recipe or bank
            that has no name: pass it again.
        RunError: When there is no run in the folder.
    """
    if strange := set(only) - set(INCOMPLETE):
        raise ConfigError(
            f"no unit that is not complete ends in {', '.join(sorted(strange))}: "
            f"choose from {', '.join(INCOMPLETE)}"
        )
    statuses = tuple(only) or INCOMPLETE
    with open_database(run_file(folder)) as database:
        store = RunStore(database)
        found = look_up({**as_before(store), **options})
        async with found.open(database, store.tag, taken(store)) as engine:
            await engine.gateway.ledger.forget(list(store.unreadable_calls(statuses)))
            progress = Progress(gateway=engine.gateway)
            asked = again(engine, store, statuses, progress)
            await _ask(engine, asked, progress, store, on_progress)
            _end(engine, store)
        found.history.note(found.model.name, found.plan.recipe.name, progress.past())
        stopped = bool(engine.gateway.stopped)
        return await _finished(database, store, Path(folder), stopped=stopped)


def estimate(
    inputs: Inputs, *, out: Path | str | None = None, **options: Unpack[Options]
) -> Estimate:
    """Return what questioning documents would need: calls, tokens, money, time; asks no model.

    Args:
        inputs: As `aextract` takes them.
        out: The run folder, if there is one: what is complete in it needs nothing.
        options: How to question, see `Options`.

    Raises:
        ConfigError: When the call is wrong.
    """
    found = look_up(options)
    file = Path(out) / RUN_FILE if out is not None else None
    with ExitStack() as stack:
        known = None
        if file and file.is_file():
            known = stack.enter_context(closing(Database(file)))
        return reckon(
            inputs,
            found.plan,
            found.model,
            replace(found.terms, batch=found.poll is not None),
            database=known,
            history=found.history,
        )


def extract(
    inputs: Inputs,
    *,
    out: Path | str | None = None,
    on_progress: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Do what `aextract` does, for scripts that have no event loop.

    Ctrl-C once finishes what is at the endpoint and returns what there is; twice stops at once.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        RunError: When the run folder cannot be used, or can no longer be written.
    """

    async def main() -> Extraction:
        with interruptible(on_progress) as watch:
            return await aextract(inputs, out=out, on_progress=watch, **options)

    return asyncio.run(main())


def retry(
    folder: Path | str,
    *,
    only: Collection[str] = (),
    on_progress: Report | None = None,
    **options: Unpack[Options],
) -> Extraction:
    """Do what `aretry` does, for scripts that have no event loop.

    Raises:
        ConfigError: When there is no such ending, or something has to be passed again.
        RunError: When there is no run in the folder.
    """

    async def main() -> Extraction:
        with interruptible(on_progress) as watch:
            return await aretry(folder, only=only, on_progress=watch, **options)

    return asyncio.run(main())


async def stream(inputs: Inputs, **options: Unpack[Options]) -> AsyncIterator[Result]:
    """Yield each unit's result as soon as it is there; nothing is kept.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    found = look_up(options)
    with closing(Database(":memory:")) as database:
        async with found.open(database) as engine:
            progress = Progress(gateway=engine.gateway)
            asked = of_inputs(engine, inputs, progress)
            async with aclosing(run(engine, asked, progress)) as results:
                async for result in results:
                    yield result


async def _ask(
    engine: Engine,
    asked: AsyncIterator[Asked],
    progress: Progress,
    store: RunStore,
    on_progress: Report | None,
) -> None:
    report = on_progress or (lambda _: None)
    report(progress)
    async with aclosing(run_to_the_end(engine, asked, progress, store)) as results:
        async for _ in results:
            report(progress)
    spending = await engine.gateway.ledger.spending()
    store.note(facts_of(progress.usage, spending, engine.gateway.stopped))


def _end(engine: Engine, store: RunStore) -> None:
    """End a generation whose inputs were all met, unless the command was stopped."""
    if store.fact("met") and not engine.gateway.stopped:
        store.end()


async def _finished(
    database: Database, store: RunStore, folder: Path | None, *, stopped: bool
) -> Extraction:
    """Write the page and the exports of a run that is small enough; return what it found.

    Not over older ones when the run was stopped: what it has not asked again yet is not gone.
    """
    extraction = Extraction(store, folder, database)
    if folder and extraction.moderate and not (stopped and (folder / PAGE).exists()):
        # In a thread: it takes seconds, and others may share the event loop.
        await asyncio.to_thread(extraction.write, folder)
    return extraction


def as_before(store: RunStore) -> Options:
    """Return the options that the run was made with.

    Raises:
        ConfigError: When one of them was an object without a name, and only that.
    """
    before: Options = {
        "schema": schema_from_yaml(store.fact("schema"), "the run's schema"),
        "recipe": store.fact("recipe"),
        "model": store.fact("asked_model") or None,
        "bank": store.fact("bank") or None,
        "proposer": store.fact("proposer") or None,
        "catalogue": store.fact("catalogue") or None,
        "chunk_size": int(store.fact("chunk_size")),
        "ledger": store.fact("ledger"),
        "logprobs": bool(store.fact("logprobs")),
        "calibration": store.fact("calibration") or None,
        "min_precision": float(store.fact("min_precision") or 0) or None,
    }
    return before
