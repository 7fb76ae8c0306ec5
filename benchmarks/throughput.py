"""Measures what share of a slow endpoint's throughput each library reaches with one processor core.

    make throughput       # or: .venv/bin/python benchmarks/throughput.py --rounds 3

Every answer takes 200 ms and 256 calls may be in flight, so that 1280 calls a second are ideal.
Then one answer in ten takes 2 s, and the elapsed time is set against what no schedule can beat: all
work spread evenly over 256 places, or the longest dialogue. The client has one core to itself and
the endpoint another. Contenders take turns. Prints tables, writes `docs/throughput.json` and
draws `docs/throughput.png`.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from contenders import CONTENDERS
from harness import (
    DOCS,
    HERE,
    OURS,
    Run,
    draw,
    endpoint,
    environment,
    machine,
    markdown,
    run,
    versions,
    write,
)

LATENCY, SLOW, ONE_IN = 0.2, 2.0, 10
WIDTH = 256
IDEAL = WIDTH / LATENCY
WARM_UP = 512
"""Passages; slow contenders get as many as keep the connections and the pools warm all the same."""

SHARE_GOAL, STRETCH_GOAL = 0.6, 1.15

PASSAGES = {
    "aiohttp": 10_000,
    "openai-aiohttp": 10_000,
    "questgraph-oneshot-kept": 10_000,
    "questgraph-staged-kept": 2_500,
    "neo4j-graphrag": 4_000,
    "langchain": 2_000,
    "langextract": 2_000,
    "kg-gen": 1_000,
}
"""Ten seconds or more of work for each contender; the slow ones need fewer for that."""

SCENARIOS = {
    "even": ("--latency", str(LATENCY)),
    "slow": ("--latency", str(LATENCY), "--slow", str(SLOW), "--one-in", str(ONE_IN)),
}
"""How the endpoint answers: always after the same time, or now and then after a long one."""

Runs = dict[str, list[Run]]


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    client, server = cores()
    able = capacity(client, server)
    print(f"client on core {client}, endpoint on core {server}: it can answer {able} calls/s")
    runs = measure(options.only or list(PASSAGES), options.rounds, options.scale, client, server)
    figures = {
        name: {"does": CONTENDERS[name].does, **even(runs["even"][name]), **slow(runs["slow"][name])}
        for name in runs["even"]
    }
    report = {
        "machine": machine(),
        "endpoint_calls_per_second": able,
        "ideal_calls_per_second": IDEAL,
        "goals": {"share": SHARE_GOAL, "stretch": STRETCH_GOAL},
        "versions": versions(some[0] for some in runs["even"].values()),
        "contenders": figures,
    }
    write(report, options.out)
    print(table(figures))
    draw("throughput", options.out)


def cores() -> tuple[int, int]:
    """Return a core for the client and one for the endpoint."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise SystemExit("client and endpoint need a core each, and there is one core only")
    return available[0], available[1]


def capacity(client: int, server: int) -> int:
    """Return how many calls a second the endpoint answers when it need not wait."""
    with endpoint("--core", str(server)) as url:
        command = [OURS, HERE / "throughput_capacity.py", url, "--core", str(client)]
        asked = subprocess.run(
            command, env=environment(), stdout=subprocess.PIPE, text=True, check=True
        )
    return int(asked.stdout)


def measure(
    names: Iterable[str], rounds: int, scale: float, client: int, server: int
) -> dict[str, Runs]:
    """Return the runs of each contender under each scenario, taken in turns."""
    runs: dict[str, Runs] = {scenario: {name: [] for name in names} for scenario in SCENARIOS}
    client_options = ("--width", str(WIDTH), "--warm-up", str(WARM_UP), "--core", str(client))
    with ExitStack() as stack:
        urls = {
            scenario: stack.enter_context(endpoint(*pace, "--core", str(server)))
            for scenario, pace in SCENARIOS.items()
        }
        for number in range(rounds):
            for scenario, url in urls.items():
                for name, done in runs[scenario].items():
                    print(f"{number + 1}/{rounds} {scenario} {name}", file=sys.stderr)
                    passages = max(1, round(PASSAGES[name] * scale))
                    done.append(run(name, url, passages, *client_options))
    return runs


def even(runs: Sequence[Run]) -> dict[str, Any]:
    """Return throughput and cost of the runs in which all answers took the same time."""
    return {
        "passages": runs[0]["passages"],
        "calls_per_passage": runs[0]["calls"] / runs[0]["passages"],
        **spread("calls_per_second", runs, _pace, 1),
        **spread("share", runs, lambda run: _pace(run) / IDEAL, 4),
        **spread("ms_per_call", runs, lambda run: 1000 * run["processor_seconds"] / run["calls"], 3),
        **spread("wall_seconds", runs, lambda run: run["wall_seconds"], 2),
        "most_in_flight": max(run["most_in_flight"] for run in runs),
        "endpoint_busy": round(
            max(run["endpoint_processor_seconds"] / run["wall_seconds"] for run in runs), 3
        ),
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def slow(runs: Sequence[Run]) -> dict[str, Any]:
    """Return how much longer than need be the runs took in which some answers took long."""
    return {
        "slow_bound_seconds": round(bound(runs[0]), 2),
        **spread("slow_wall_seconds", runs, lambda run: run["wall_seconds"], 2),
        **spread("stretch", runs, lambda run: run["wall_seconds"] / bound(run), 3),
        "slow_most_in_flight": max(run["most_in_flight"] for run in runs),
    }


def bound(run: Run) -> float:
    """Return the seconds that no schedule can beat."""
    return float(max(run["work_seconds"] / WIDTH, run["longest_dialogue_seconds"]))


def spread(
    name: str, runs: Sequence[Run], figure: Callable[[Run], float], digits: int
) -> dict[str, Any]:
    """Return median and range of a figure over the rounds."""
    values = sorted(map(figure, runs))
    ends = [round(value, digits) for value in (values[0], values[-1])]
    return {name: round(median(values), digits), f"{name}_range": ends}


def table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the figures as a Markdown table, highest throughput first."""
    head = ["contender", "each passage", "passages", "calls", "calls/s", "share of ideal"]
    head += ["ms a call", "in flight", "slow answers: elapsed / bound", "MB"]
    ordered = sorted(figures.items(), key=lambda item: -item[1]["share"])
    return markdown(head, [_row(name, row) for name, row in ordered], words=2)


def _row(name: str, row: Mapping[str, Any]) -> list[str]:
    return [
        name,
        row["does"],
        f"{row['passages']}",
        f"{row['calls_per_passage']:g}",
        f"{row['calls_per_second']:.0f}",
        _ranged(row, "share", ".2f"),
        _ranged(row, "ms_per_call", ".2f"),
        f"{row['most_in_flight']}",
        _ranged(row, "stretch", ".2f"),
        f"{row['peak_mb']:.0f}",
    ]


def _ranged(row: Mapping[str, Any], name: str, form: str) -> str:
    low, high = row[f"{name}_range"]
    return f"{row[name]:{form}} ({low:{form}}-{high:{form}})"


def _pace(run: Run) -> float:
    return float(run["calls"] / run["wall_seconds"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual passages")
    parser.add_argument("--only", nargs="+", choices=PASSAGES, help="these contenders alone")
    parser.add_argument("--out", type=Path, default=DOCS / "throughput.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
