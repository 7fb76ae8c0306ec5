"""Sets what the simulation foretells against real runs of the copied demo.

How long a call keeps the client busy is measured before and after, by runs against an endpoint that
answers at once: the processor is shared with others. Everything else is foretold.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from harness import Run, endpoint, run
from scale_copies import copies, served
from scale_measuring import Figures
from scale_simulation import to_the_end
from scale_world import Call, Client, Dialogue, Endpoint, Passage, World, passages

import questgraph
from questgraph.agents.extractor import aretry
from questgraph.agents.options import Options
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.models.openai import OpenAIModel

FAULTS = 0.2
"""Share of the requests that meet one of the twelve kinds of faults."""

SEEDS = 24
"""Simulations of which the middle one, or the mean, is what is foretold."""

_KIND = FAULTS / 12
FAULTY = Endpoint(
    # busy, crowded, broken, dropped, halved, garbled; wrong, cut, runaway; refused, filtered
    unavailable=6 * _KIND,
    again=3 * _KIND,
    declined=2 * _KIND,
    dripped=_KIND,
)


def validated(dialogues: Sequence[Dialogue]) -> Figures:
    """Return measured and foretold figures, and how far they are apart."""
    before = _bench(600, "0")
    slow = _bench(2000, "0.2")
    after = _bench(600, "0")
    seconds, calls = (before[name] + after[name] for name in ("wall_seconds", "calls"))
    client = Client(call_seconds=seconds / calls)
    return {
        "ms_per_call": 1000 * client.call_seconds,
        "even": _even(slow, client),
        "tailed": _tailed(150, replace(client, slots=32), dialogues),
        "faulty": _healed(300, client, dialogues),
    }


def _even(done: Run, client: Client) -> Figures:
    """Compare at 200 ms and 256 in flight, on the passages of `make throughput`."""
    steps = [[Call(600, 0, 100, limit)] for limit in (512, 1024, 1024, 512)]
    world = World(Endpoint(latency=0.2), client, islice(passages([steps]), done["passages"]))
    foretold = to_the_end(world)
    return {
        "passages": done["passages"],
        "seconds": _apart(done["wall_seconds"], foretold),
        "calls": _apart(done["calls"], world.counts["sent"]),
    }


def _tailed(count: int, client: Client, dialogues: Sequence[Dialogue]) -> Figures:
    """Compare where one answer takes a tenth, and another one ten times as long as most."""
    tailed = Endpoint(latency=0.5, sigma=0.8)
    worlds = [
        World(tailed, client, islice(passages(dialogues), count), seed) for seed in range(SEEDS)
    ]
    foretold = sorted(map(to_the_end, worlds))
    calls, seconds = _timed(count, "lognormal:0.5,0.8", client.slots)
    return {
        "passages": count,
        "seconds": _apart(seconds, foretold[SEEDS // 2]),
        "foretold": foretold,
        "calls": _apart(calls, worlds[0].counts["sent"]),
    }


def _bench(count: int, latency: str) -> Run:
    with endpoint("--latency", latency) as url:
        return run("questgraph-multi-turn", url, count, "--width", "256", "--warm-up", "64")


def _timed(count: int, latency: str, slots: int) -> tuple[int, float]:
    """Return how many calls a run made, and the seconds it took."""
    with served("--latency", latency) as url:
        begun = time.perf_counter()
        found = asyncio.run(_run(copies(count), _options(url, slots)))
        return found.status.usage.calls, time.perf_counter() - begun


async def _run(some: Iterable[questgraph.Document], options: Options) -> questgraph.Extraction:
    return await questgraph.aextract(some, **options)


def _healed(count: int, client: Client, dialogues: Sequence[Dialogue]) -> Figures:
    """Compare runs that are gone on with until little is missing."""
    with served("--faults", str(FAULTS)) as url:
        measured = asyncio.run(_rounds(count, _options(url, client.slots)))
    foretold = _foretold(count, client, dialogues, len(measured))
    return {
        "passages": count,
        "calls": [_apart(a[0], b[0]) for a, b in zip(measured, foretold, strict=True)],
        "incomplete": [_apart(a[1], b[1]) for a, b in zip(measured, foretold, strict=True)],
    }


async def _rounds(count: int, options: Options, most: int = 4) -> list[tuple[float, float]]:
    """Return the calls of each command, and the passages that are incomplete after it."""
    ends = []
    with tempfile.TemporaryDirectory() as run:
        found = await questgraph.aextract(copies(count), out=run, **options)
        spent = 0
        while True:
            status = found.status
            calls = status.spending.settled.calls
            missing = count - status.units["done"] - status.units["empty"]
            ends.append((float(calls - spent), float(missing)))
            found.close()
            if len(ends) == most or status.complete:
                return ends
            spent = calls
            found = await aretry(run, **options)


def _foretold(
    count: int, client: Client, dialogues: Sequence[Dialogue], rounds: int, tries: int = SEEDS
) -> list[tuple[float, float]]:
    """Return the same from the simulation, in the mean of several."""
    ends = [[0.0, 0.0] for _ in range(rounds)]
    for seed in range(tries):
        left: Iterable[Passage] = islice(passages(dialogues), count)
        for end in ends:
            world = World(FAULTY, client, left, seed)
            to_the_end(world)
            left = [Passage(each.dialogue, each.answered) for each in world.incomplete]
            end[0] += world.counts["sent"] / tries
            end[1] += len(world.incomplete) / tries
    return [(calls, incomplete) for calls, incomplete in ends]


def _options(url: str, slots: int) -> Options:
    model = OpenAIModel("demo", base_url=url)
    return {"model": model, "bank": None, "limits": Limits(concurrency=slots)}


def _apart(measured: float, foretold: float) -> dict[str, Any]:
    error = foretold / measured - 1 if measured else 0.0
    return {"measured": measured, "foretold": foretold, "error": error}
