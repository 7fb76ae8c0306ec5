"""Measures what a ledger on PostgreSQL keeps in a second, and what Ray takes for many files."""

import asyncio
import logging
import os
import time
import tracemalloc
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
from harness import ROOT
from scale_measuring import Figures, milliseconds
from scale_postgres import Server, serving

from questgraph.agents.distributed import shards
from questgraph.graphs.reduce import Row
from questgraph.tools.gateway.cost import Caps, Cost
from questgraph.tools.gateway.ledger import Record
from questgraph.tools.gateway.postgres_ledger import PostgresLedger
from questgraph.tools.models.base import Message, Reply, Request
from questgraph.tools.records import digest

PUTS = 3000
"""Calls that each process puts into the ledger."""

_DIALOGUE = (ROOT / "retrieval/starter/world.jsonl").read_text(encoding="utf-8")[:13_000]
"""About as long as a question of the demo with its demonstrations, and as compressible."""

_COMMITS = "select xact_commit from pg_stat_database where datname = current_database()"
_WORST, _COST = Cost(calls=1, tokens=30_000, usd=0.01), Cost(calls=1, tokens=4000, usd=0.001)


def ledger(rounds: int = 3) -> Figures:
    """Return how many calls a second a server keeps, in the median of rounds taken in turns."""
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for processes, capped in product((1, 3), (False, True)):
            with serving() as server:
                rate, group = _rate(server, processes, capped=capped)
            name = f"{'pairs' if capped else 'puts'}_per_second_from_{processes}"
            rates[name].append(rate)
            rates[f"calls_per_commit_of_{name}"].append(group)
    medians = {name: median(some) for name, some in rates.items()}
    ranges = {f"{name}_range": [min(some), max(some)] for name, some in rates.items()}
    return medians | {name: ends for name, ends in ranges.items() if "second" in name[:16]}


def rayed(few: int = 100, many: int = 1100) -> Figures:
    """Return what the files of a distributed run take under Ray, and the names of its documents."""
    import ray

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    begun = time.perf_counter()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    started = time.perf_counter() - begun
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    ray.data.DataContext.get_current().enable_progress_bars = False
    _files(few)
    small, large = _files(few), _files(many)
    ray.shutdown()
    names = ("ms_per_file", "driver_ms_per_file", "driver_bytes_per_file")
    slopes = [(b - a) / (many - few) for a, b in zip(small, large, strict=True)]
    return {"start_seconds": started, **dict(zip(names, slopes, strict=True)), **_roll(2_000_000)}


def _rate(server: Server, processes: int, *, capped: bool) -> tuple[float, float]:
    """Return the calls that are kept in a second, and in a commit."""
    before = server.one(_COMMITS)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(put_many, server.url, i, capped) for i in range(processes)]
        spans = [job.result() for job in jobs]
    calls = processes * PUTS
    seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
    return calls / seconds, calls / (server.one(_COMMITS) - before)


def put_many(url: str, number: int, capped: bool) -> tuple[float, float]:
    """Put `PUTS` calls of the demo's sizes into the ledger; return when that began and ended."""
    return asyncio.run(_put_many(url, number, capped))


async def _put_many(url: str, number: int, capped: bool) -> tuple[float, float]:
    room, caps = asyncio.Semaphore(256), Caps(usd=1e6)
    async with PostgresLedger(url) as kept:

        async def one(i: int) -> None:
            key = digest(str(number), str(i))
            async with room:
                if capped:
                    await kept.reserve(key, _WORST, caps)
                await kept.put(_record(key, i, reservation=key if capped else ""))

        begun = time.time()
        await asyncio.gather(*map(one, range(PUTS)))
        return begun, time.time()


def _record(key: str, number: int, *, reservation: str) -> Record:
    """Return a record as the demo has them: two in five with a dialogue of 13,000 characters."""
    text = _DIALOGUE if number % 5 < 2 else _DIALOGUE[:600]
    request = Request((Message("user", f"{key}{text}"),))
    return Record(key, "m", request, Reply("Ann " * 90), 1, _COST, reservation)


def _files(count: int) -> tuple[float, float, float]:
    """Question `count` empty files; return ms in all, ms of the driver, and bytes that it holds."""
    import ray.data

    held, wall, took = _resident(), time.perf_counter(), time.process_time()
    told = [{"file": f"{i:015}"} for i in range(count)]
    pool = ray.data.ActorPoolStrategy(size=2)
    files = ray.data.from_items(told, override_num_blocks=count)
    answered = files.map(_Nothing, compute=pool, num_cpus=1)  # type: ignore[arg-type]  # a class
    for _ in answered.iter_rows():
        pass
    took, wall = time.process_time() - took, time.perf_counter() - wall
    return 1000 * wall, 1000 * took, float(_resident() - held)


class _Nothing:
    def __call__(self, row: Row, /) -> Row:
        return {**row, "documents": 256, "units": "{}"}


def _roll(count: int) -> Figures:
    """Return what it takes to tell which of `count` documents have the same name."""
    dice = np.random.default_rng(1)
    names = [dice.integers(1, 2**63, count // 100, dtype=np.uint64) for _ in range(100)]
    tracemalloc.start()
    took = milliseconds(lambda: shards.roll_of(names), count)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"name_ms": took, "name_bytes": peak / count + names[0].itemsize}


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
