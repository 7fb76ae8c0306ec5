"""A run on many machines: the same questions under Ray Data, with results in Parquet.

PostgreSQL keeps the calls of all workers: none is made twice, and caps hold for all of them
together. The run folder has the tables `documents`, `results`, `graph/nodes.parquet` and
`graph/edges.parquet`, and `run.json` about the run as a whole. All machines must see it, and the
inputs, under the same paths. Whoever wants the graph merged and settled opens the run as any other
(`agents/opening.py`).
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar, Unpack

from filelock import FileLock, Timeout

from questgraph.agents.banks import STARTER
from questgraph.agents.options import Lookup, Options, look_up
from questgraph.agents.runs.status import Status
from questgraph.tools.errors import ConfigError, MissingPackageError, RunError
from questgraph.tools.gateway.ledger import Spending
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.postgres_ledger import PostgresLedger
from questgraph.tools.settings import Settings

try:
    from questgraph.agents.distributed import cluster, counting, tables
    from questgraph.agents.distributed.counting import Tally
    from questgraph.agents.distributed.extraction import DistributedExtraction
    from questgraph.agents.distributed.questioner import Order
    from questgraph.agents.distributed.shards import shards_in
except ImportError as error:
    raise MissingPackageError(
        "ray", "a distributed run", "pip install 'questgraph[ray,postgres]'"
    ) from error

T = TypeVar("T")

_MAKING = ".making"
"""Where in the run folder tables are made, until they take the place of the older ones."""


def extract(
    inputs: Path | str | Iterable[Path | str],
    *,
    out: Path | str,
    workers: int | None = None,
    graph: bool = True,
    on_progress: Callable[[Tally], None] | None = None,
    **options: Unpack[Options],
) -> Status:
    """Question documents on all machines of a Ray cluster; return how the run stands at its end.

    The cluster that this machine belongs to is used, or one is started here. A run that was
    killed continues when the same command is given: the ledger has what was answered.

    Args:
        inputs: Files, folders and globs; Parquet besides what `questgraph extract` reads, with
            columns called as in JSONL.
        out: The run folder. Its tables are replaced when the new ones are complete.
        workers: How many processes question; as many as there are processors when left out.
        graph: Whether to make the tables of the graph as well; `make_graph` does so later.
        on_progress: Called when questioning begins, and again with the same record.
        options: How to question, see `Options`. Limits are shared out among the workers.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
        RunError: When ledger, cluster or run folder cannot be used, or can no longer be.
    """
    _check(options)
    found, shards, folder = look_up(options), shards_in(inputs), Path(out).absolute()
    asyncio.run(_spending(found))
    with _making(folder) as making, cluster.joined() as processors:
        notes = {**found.facts, "config": found.config}
        counting.write_notes(folder, {**notes, "ended": False})
        count = workers or processors
        files = cluster.write_documents(shards, making, count)
        count = min(count, len(files), found.terms.limits.concurrency or count)
        order = _order(options, found, making, count)
        _question(order, files, count, on_progress or (lambda _: None))
        if graph:
            cluster.build_graph(making, files, found.plan.schema, into=making)
        for table in (tables.DOCUMENTS, tables.RESULTS, tables.GRAPH):
            tables.publish(making / table, folder / table)
        spending = asdict(asyncio.run(_spending(found)))
        counting.write_notes(folder, {**notes, "ended": True, "spending": spending})
    return status(folder)


def make_graph(folder: Path | str) -> None:
    """Make the tables of a distributed run's graph anew from its results; asks no model.

    Raises:
        RunError: When there is no such run, or the cluster cannot be used.
    """
    place = Path(folder).absolute()
    schema = DistributedExtraction(place).schema
    with _making(place) as making, cluster.joined():
        files = tables.files(place, tables.DOCUMENTS)
        cluster.build_graph(place, files, schema, into=making)
        tables.publish(making / tables.GRAPH, place / tables.GRAPH)


def status(folder: Path | str) -> Status:
    """Return how the distributed run in `folder` stands.

    Raises:
        RunError: When there is none.
    """
    return counting.status_of(Path(folder))


def _check(options: Options) -> None:
    if not options.get("ledger"):
        raise ConfigError(
            "a distributed run needs a ledger that all machines share, and a file in the run folder"
            " is none: pass --ledger postgresql://user@host/database"
        )
    if options.get("batch"):
        raise ConfigError("batches are sent from one machine: leave out --batch, or --engine ray")


def _order(options: Options, found: Lookup, folder: Path, workers: int) -> Order:
    """Return what each of so many workers is told.

    Raises:
        ConfigError: When a model, recipe or bank is an object that cannot travel.
    """
    bank = options.get("bank", STARTER)
    if isinstance(bank, str | Path) and Path(bank).exists():
        bank = _everywhere(bank)
    told: Options = {
        "schema": found.plan.schema,
        "recipe": options.get("recipe", found.plan.recipe.name),
        "model": options.get("model"),
        "bank": bank,
        "proposer": options.get("proposer"),
        "chunk_size": found.plan.chunk_size,
        "ledger": found.ledger,
        "catalogue": _everywhere(options.get("catalogue")),
        "logprobs": options.get("logprobs", False),
        "calibration": _everywhere(options.get("calibration")),
        "min_precision": options.get("min_precision"),
        # What the environment says here counts everywhere.
        "settings": options.get("settings") or Settings.read(),
    }
    terms = replace(found.terms, limits=shared_out(found.terms.limits, workers))
    order = Order(options=told, terms=terms, config=found.config, folder=folder)
    cluster.check_travels(order)
    return order


def _everywhere(told: T) -> T | Path:
    """Return a path that means the same wherever a worker runs; anything else as it is."""
    return Path(told).absolute() if told and isinstance(told, str | Path) else told


def shared_out(limits: Limits, workers: int) -> Limits:
    """Return what one of so many workers may do, so that together they keep to `limits`."""
    requests, tokens = limits.requests_per_minute, limits.tokens_per_minute
    return Limits(
        requests_per_minute=requests and requests / workers,
        tokens_per_minute=tokens and tokens / workers,
        concurrency=limits.concurrency and limits.concurrency // workers,
    )


def _question(
    order: Order, files: Sequence[str], workers: int, report: Callable[[Tally], None]
) -> None:
    tally = Tally(files=len(files))
    report(tally)
    for row in cluster.question(order, files, workers):
        tally.note(row)
        report(tally)
    if tables.files(order.folder, tables.RESULTS) != list(files):
        raise RunError("Ray ended without all results: the same command continues")


async def _spending(found: Lookup) -> Spending:
    """Ask the ledger, which shows as well whether it is there."""
    async with PostgresLedger(found.ledger) as ledger:
        return await ledger.spending()


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """Give an empty folder in the run folder, which nobody else uses meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    making = folder / _MAKING
    try:
        with FileLock(folder / ".lock", timeout=0):
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            try:
                yield making
            finally:
                shutil.rmtree(making, ignore_errors=True)
    except Timeout as error:
        raise RunError(f"another command works on {folder}: wait until it ends") from error
