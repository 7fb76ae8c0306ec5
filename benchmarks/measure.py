"""Measures one contender in a process of its own; the benchmarks start it.

    OPENAI_BASE_URL=http://…/openai/v1 OPENAI_API_KEY=none python measure.py openai 300

Prints, as JSON, the time that the passages after the warm-up took, and what the endpoint says
about them. Time is of this process alone; starting and importing come before.
"""

import argparse
import asyncio
import json
import os
import resource
import time
import urllib.request
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contenders import CONTENDERS
from task import FACTS, passages

PACKAGES = (
    "questgraph",
    "aiohttp",
    "kg-gen",
    "langchain-experimental",
    "langchain-openai",
    "langextract",
    "neo4j-graphrag",
    "openai",
)


async def measure(name: str, count: int, *, width: int, warm_up: int) -> dict[str, Any]:
    """Return what it took to put `count` passages to the endpoint."""
    async with CONTENDERS[name].open(width) as ask:
        await ask(passages(0, warm_up))
        texts = passages(warm_up, count)
        tally()
        busy, wall, processor = busy_seconds(), time.perf_counter(), time.process_time()
        found = await ask(texts)
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
        busy = busy_seconds() - busy
    if found < FACTS:
        raise SystemExit(f"{name} read {found} of {FACTS} facts: its answer is not in its form")
    return {
        "passages": count,
        "processor_seconds": round(processor, 4),
        "wall_seconds": round(wall, 4),
        "taken_seconds": round(max(0.0, busy - processor), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "versions": versions(),
        **tally(),
    }


def busy_seconds() -> float:
    """Return the seconds that the only core of this process has worked, for whomever.

    0 when the process has several cores, since then nobody can be in its way.
    """
    cores = os.sched_getaffinity(0)
    if len(cores) != 1:
        return 0.0
    [core] = cores
    lines = Path("/proc/stat").read_text().splitlines()
    fields = next(line for line in lines if line.startswith(f"cpu{core} ")).split()[1:9]
    user, nice, system, _idle, _waiting, *interrupts, stolen = map(int, fields)
    return (user + nice + system + sum(interrupts) + stolen) / os.sysconf("SC_CLK_TCK")


def tally() -> dict[str, Any]:
    """Return what the endpoint got from this contender since it was last asked."""
    url = os.environ["OPENAI_BASE_URL"].removesuffix("/v1") + "/tally"
    with urllib.request.urlopen(url) as answer:
        return dict(json.load(answer))


def versions() -> dict[str, str]:
    """Return the versions of those packages that are installed here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("passages", type=int)
    parser.add_argument("--width", type=int, default=32, help="calls in flight")
    parser.add_argument("--warm-up", type=int, default=64, help="passages that do not count")
    parser.add_argument("--core", type=int, help="the processor core to stay on")
    told = parser.parse_args()
    if told.core is not None:
        os.sched_setaffinity(0, {told.core})
    found = measure(told.name, told.passages, width=told.width, warm_up=told.warm_up)
    print(json.dumps(asyncio.run(found)))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
