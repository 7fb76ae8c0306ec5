"""Measures what a model call costs the client in processor time: questgraph and its peers.

    make bench            # or: .venv/bin/python benchmarks/overhead.py --repetitions 5

The endpoint answers at once and runs in a process of its own, so that what is measured is the
client alone. Each contender runs in a process and an environment of its own; repetitions are
interleaved, so that a busy minute of the machine hits all of them. Prints a table and writes
`docs/overhead.json`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OURS = Path(sys.executable)
PEERS = ROOT / ".venv-peers" / "bin" / "python"
FLOOR = "openai-aiohttp"

CONTENDERS = {
    "openai-aiohttp": (OURS, "the SDK alone, on aiohttp"),
    "openai": (OURS, "the SDK alone, as it comes"),
    "neo4j-graphrag": (PEERS, "extractor: prompt, parse"),
    "langchain": (PEERS, "LLMGraphTransformer: prompt, structured output"),
    "langextract": (PEERS, "prompt, parse, align with the text"),
    "questgraph-oneshot": (OURS, "one question: prompt, parse, ground, check the schema"),
    "questgraph-staged": (OURS, "dialogue: prompt, parse, ground, vote, verify, ask for more"),
    "questgraph-run": (OURS, "the same, with a run folder, the graph, its page and exports"),
}
"""Interpreter, and what is done for each passage."""

Run = dict[str, Any]


def main() -> None:
    """Run the benchmark as the command line says."""
    options = _options()
    runs: dict[str, list[Run]] = {name: [] for name in options.only or CONTENDERS}
    with endpoint() as url:
        for repetition in range(options.repetitions):
            for name in runs:
                print(f"{repetition + 1}/{options.repetitions} {name}", file=sys.stderr)
                runs[name].append(run(name, url, options.passages))
    figures = {name: summary(name, some) for name, some in runs.items()}
    report = {"machine": machine(), "versions": versions(runs), "contenders": figures}
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(table(figures))


@contextmanager
def endpoint() -> Iterator[str]:
    """Serve the endpoint for as long as the block lasts; yields its URL."""
    command = [OURS, HERE / "overhead_endpoint.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        yield process.stdout.readline().strip()
        process.stdin.close()


def run(name: str, url: str, passages: int) -> Run:
    """Put `passages` passages to the endpoint through a contender; return what it measured."""
    python, _ = CONTENDERS[name]
    if not python.exists():
        raise SystemExit(f"{name} needs the peers' environment: make peers")
    done = subprocess.run(
        [python, HERE / "overhead_contenders.py", name, str(passages)],
        env=_environment(OPENAI_BASE_URL=f"{url}/{name}/v1", OPENAI_API_KEY="none"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def summary(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Return the median and the spread over the repetitions."""
    per_call = [1000 * run["processor_seconds"] / run["calls"] for run in runs]
    return {
        "does": CONTENDERS[name][1],
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
    lines = [
        "| contender | each passage | calls | ms a call | x floor | ms a passage | calls/s | MB |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, row in sorted(figures.items(), key=lambda item: item[1]["ms_per_call"]):
        low, high = row["ms_per_call_range"]
        ratio = f"{row['ms_per_call'] / floor:.1f}" if floor else ""
        lines.append(
            f"| {name} | {row['does']} | {row['calls_per_passage']:g} "
            f"| {row['ms_per_call']:.2f} ({low:.2f}-{high:.2f}) | {ratio} "
            f"| {row['ms_per_passage']:.1f} | {row['calls_per_second']} | {row['peak_mb']:.0f} |"
        )
    return "\n".join(lines)


def machine() -> dict[str, object]:
    """Return what the figures depend on besides the code."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions(runs: Mapping[str, Sequence[Run]]) -> dict[str, str]:
    """Return the versions of all packages that took part."""
    return {
        package: version
        for some in runs.values()
        for package, version in sorted(some[0]["versions"].items())
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _environment(**more: str) -> dict[str, str]:
    """Return the environment in which the scripts find each other."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"} | more


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passages", type=int, default=300, help="how many, each time")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, help="these contenders alone")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "overhead.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
