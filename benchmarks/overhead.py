"""Processor time that a tool spends for each model call, beside its rivals.

Every contender questions the same passages, 32 calls at once, at a loopback endpoint in another
process that answers at once, in the contender's own format. Counted is the processor time of the
contender's process after a passage to warm up, by the calls that the endpoint counted.
Contenders run in turn, each in a process of its own, several rounds; the median is reported.

    make peers && .venv/bin/python benchmarks/overhead.py
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS, PEERS = ROOT / ".venv/bin/python", ROOT / ".venv-peers/bin/python"

CONTENDERS = {
    "questgraph, staged": (OURS, "questgraph_staged"),
    "questgraph, oneshot": (OURS, "questgraph_oneshot"),
    "openai SDK loop, aiohttp transport": (OURS, "sdk_aiohttp"),
    "openai SDK loop, default transport": (OURS, "sdk"),
    "LangChain LLMGraphTransformer": (PEERS, "langchain_transformer"),
    "langextract": (PEERS, "langextract"),
    "neo4j-graphrag extractor": (PEERS, "neo4j_graphrag"),
}


@contextmanager
def endpoint() -> Iterator[str]:
    """Serve canned answers in a process of its own; yield its base URL."""
    command = [str(OURS), str(HERE / "instant_endpoint.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        assert up.stdin
        try:
            yield up.stdout.readline().strip()
        finally:
            up.stdin.close()


def calls_so_far(url: str) -> int:
    """Return how many calls the endpoint has answered."""
    with urllib.request.urlopen(f"{url}/count") as reply:
        return int(reply.read())


def measure(python: Path, contender: str, url: str, passages: int) -> tuple[float, int]:
    """Return processor seconds and calls of one contender's run."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "OPENAI_BASE_URL": url,
            "OPENAI_API_KEY": "none",
            "PYTHONSAFEPATH": "",
            "LANGEXTRACT_API_KEY": "none",
        }
        before = calls_so_far(url)
        command = [str(python), str(HERE / "contenders.py"), contender, str(passages)]
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{contender} failed:\n{done.stderr[-2000:]}")
        return float(done.stdout.split()[-1]), calls_so_far(url) - before


def main() -> None:
    """Run all contenders in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--passages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="contenders whose names contain this")
    told = parser.parse_args()
    chosen = {n: c for n, c in CONTENDERS.items() if not told.only or told.only in n}
    costs: dict[str, list[float]] = {name: [] for name in chosen}
    calls: dict[str, int] = {}
    with endpoint() as url:
        for _ in range(told.rounds):
            for name, (python, contender) in chosen.items():
                seconds, calls[name] = measure(python, contender, url, told.passages)
                costs[name].append(1000 * seconds / calls[name])
    results = {
        name: {
            "median": statistics.median(c),
            "least": min(c),
            "most": max(c),
            "calls": calls[name],
        }
        for name, c in costs.items()
    }
    ours = results.get("questgraph, staged", {}).get("median")
    print(f"| {'contender':36} | ms/call | range | calls | times ours |\n|---|---|---|---|---|")
    for name, row in results.items():
        ratio = f"{row['median'] / ours:.2f}" if ours else ""
        spread = f"{row['least']:.2f}-{row['most']:.2f}"
        print(f"| {name:36} | {row['median']:.2f} | {spread} | {row['calls']} | {ratio} |")
    if not told.only:
        text = json.dumps(results, indent=1)
        (ROOT / "docs" / "overhead.json").write_text(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
