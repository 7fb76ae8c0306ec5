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
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

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
    run,
    versions,
    write,
)
from throughput_figures import (
    IDEAL,
    LATENCY,
    ONE_IN,
    SLOW,
    WIDTH,
    even,
    slow,
    table,
    warn,
)

WARM_UP = 512
"""Passages that do not count: imports, connections and pools are warm after them."""

SHARE_GOAL, STRETCH_GOAL = 0.6, 1.15

SCENARIOS = {
    "even": ("--latency", str(LATENCY)),
    "slow": ("--latency", str(LATENCY), "--slow", str(SLOW), "--one-in", str(ONE_IN)),
}
"""How the endpoint answers: always after the same time, or now and then after a long one."""

PASSAGES = {
    "aiohttp": {"even": 10_000, "slow": 20_000},
    "openai-aiohttp": {"even": 10_000, "slow": 20_000},
    "questgraph-oneshot-kept": {"even": 10_000, "slow": 20_000},
    "questgraph-multi-turn-kept": {"even": 2_500, "slow": 10_000},
    "neo4j-graphrag": {"even": 4_000, "slow": 8_000},
    "langchain": {"even": 2_000, "slow": 3_000},
    "langextract": {"even": 2_000, "slow": 3_000},
    "kg-gen": {"even": 1_000, "slow": 2_000},
}
"""Ten seconds or more of work for each contender, for which slow ones need fewer passages. More of
them where answers are slow: the last dialogues end one by one, whatever the schedule."""

Runs = dict[str, list[Run]]


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    client, server = cores()
    able = capacity(client, server)
    print(f"client on core {client}, endpoint on core {server}: it can answer {able} calls/s")
    runs = measure(options.only or list(PASSAGES), options.rounds, options.scale, client, server)
    figures = {
        name: {"does": CONTENDERS[name].does, **even(done), **slow(runs["slow"][name])}
        for name, done in runs["even"].items()
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
    warn(figures)
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
        command = [str(OURS), str(HERE / "throughput_capacity.py"), url, "--core", str(client)]
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
                    passages = max(1, round(PASSAGES[name][scenario] * scale))
                    done.append(run(name, url, passages, *client_options))
    return runs


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual passages")
    parser.add_argument("--only", nargs="+", choices=PASSAGES, help="these contenders alone")
    parser.add_argument("--out", type=Path, default=DOCS / "throughput.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
