"""Measures what a model call costs the client in processor time: questgraph and its peers.

    make bench            # or: .venv/bin/python benchmarks/overhead.py --repetitions 5

The endpoint answers at once and runs in a process of its own, so that what is measured is the
client alone. Each contender runs in a process and an environment of its own; repetitions are
interleaved, so that a busy minute of the machine hits all of them. Prints a table and writes
`docs/overhead.json`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from contenders import CONTENDERS
from harness import DOCS, Run, endpoint, machine, markdown, run, versions, write

FLOOR = "openai-aiohttp"
MEASURED = (
    FLOOR,
    "openai",
    "neo4j-graphrag",
    "langchain",
    "langextract",
    "kg-gen",
    "questgraph-oneshot",
    "questgraph-multi-turn",
    "questgraph-run",
)


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    runs: dict[str, list[Run]] = {name: [] for name in options.only or MEASURED}
    with endpoint() as url:
        for repetition in range(options.repetitions):
            for name in runs:
                print(f"{repetition + 1}/{options.repetitions} {name}", file=sys.stderr)
                runs[name].append(run(name, url, options.passages))
    figures = {name: summary(name, some) for name, some in runs.items()}
    firsts = [some[0] for some in runs.values()]
    report = {"machine": machine(), "versions": versions(firsts), "contenders": figures}
    write(report, options.out)
    print(table(figures))


def summary(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Return the median and the spread over the repetitions."""
    per_call = [1000 * run["processor_seconds"] / run["calls"] for run in runs]
    return {
        "does": CONTENDERS[name].does,
        "passages": runs[0]["passages"],
        "calls_per_passage": runs[0]["calls"] / runs[0]["passages"],
        "ms_per_call": round(median(per_call), 3),
        "ms_per_call_range": [round(min(per_call), 3), round(max(per_call), 3)],
        "ms_per_passage": round(
            median(1000 * run["processor_seconds"] / run["passages"] for run in runs), 3
        ),
        "calls_per_second": round(median(run["calls"] / run["wall_seconds"] for run in runs)),
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the figures as a Markdown table, cheapest call first."""
    floor = figures.get(FLOOR, {}).get("ms_per_call")
    head = ["contender", "each passage", "calls", "ms a call", "x floor", "ms a passage"]
    rows = []
    for name, row in sorted(figures.items(), key=lambda item: item[1]["ms_per_call"]):
        low, high = row["ms_per_call_range"]
        rows.append(
            [
                name,
                row["does"],
                f"{row['calls_per_passage']:g}",
                f"{row['ms_per_call']:.2f} ({low:.2f}-{high:.2f})",
                f"{row['ms_per_call'] / floor:.1f}" if floor else "",
                f"{row['ms_per_passage']:.1f}",
                f"{row['calls_per_second']}",
                f"{row['peak_mb']:.0f}",
            ]
        )
    return markdown([*head, "calls/s", "MB"], rows, words=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passages", type=int, default=300, help="how many, each time")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=MEASURED, help="these contenders alone")
    parser.add_argument("--out", type=Path, default=DOCS / "overhead.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
