"""Sets what the simulation foretells against real runs of the copied demo.

The client's processor is this machine's, shared with others: how long a call keeps it is measured
by a run against an endpoint that answers at once, just before. Everything else is foretold.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from scale_copies import copies, served
from scale_measuring import Figures
from scale_simulation import Client, Dialogue, Endpoint, Passage, World, passages, to_the_end

import questgraph
from questgraph.agents.extractor import aretry
from questgraph.agents.options import Options
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.models.openai import OpenAIModel

FAULTS = 0.2
"""Share of the requests that meet one of the twelve kinds of faults."""

_KIND = FAULTS / 12
FAULTY = Endpoint(
    # busy, crowded, broken, dropped, halved, garbled; wrong, cut, runaway; refused, filtered
    unavailable=6 * _KIND,
    again=3 * _KIND,
    declined=2 * _KIND,
    dripped=_KIND,
)


def validated(dialogues: Sequence[Dialogue], ready: Callable[[str], None] = print) -> Figures:
    """Return measured and foretold figures, and how far they are apart."""
    calls, seconds = _timed(150, "0", 256)
    client = Client(call_seconds=seconds / calls)
    ready(f"a call keeps the processor for {1000 * client.call_seconds:.2f} ms")
    slow = Endpoint(latency=0.2)
    tailed = Endpoint(latency=0.5, sigma=0.8)
    return {
        "ms_per_call": 1000 * client.call_seconds,
        "200 ms, 256 in flight": _compared(600, "0.2", slow, client, dialogues),
        "median 500 ms with a heavy tail, 32 in flight": _compared(
            150, "lognormal:0.5,0.8", tailed, replace(client, slots=32), dialogues
        ),
        "20 % faults": _healed(300, client, dialogues),
    }


def _compared(
    count: int, latency: str, endpoint: Endpoint, client: Client, dialogues: Sequence[Dialogue]
) -> Figures:
    calls, seconds = _timed(count, latency, client.slots)
    world = World(endpoint, client, islice(passages(dialogues), count))
    foretold = to_the_end(world)
    return {
        "passages": count,
        "seconds": _apart(seconds, foretold),
        "calls": _apart(calls, world.counts["sent"]),
    }


def _timed(count: int, latency: str, slots: int) -> tuple[int, float]:
    """Return how many calls a run made, and the seconds it took."""
    with served("--latency", latency) as url:
        options = _options(url, slots)
        # The first call of a process compiles the recipe and opens what is needed.
        asyncio.run(_run(copies(6, first=10_000), options))
        begun = time.perf_counter()
        found = asyncio.run(_run(copies(count), options))
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
            ends.append((float(calls - spent), float(count - status.units["done"])))
            found.close()
            if len(ends) == most or status.complete:
                return ends
            spent = calls
            found = await aretry(run, **options)


def _foretold(
    count: int, client: Client, dialogues: Sequence[Dialogue], rounds: int, tries: int = 20
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
