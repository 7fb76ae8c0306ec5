"""Kill the process anywhere and run the same command: only open calls are made again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.tools.gateway.sqlite_ledger import SqliteLedger

ANSWERS = {
    "Which of the types": '{"types":["person","organization","works_for","appointment"]}',
    "Copy every mention": '{"person":["Ann Lee"],"organization":["Acme"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
    "Give every event": '{"appointment":[{"trigger":"named","person":["Ann Lee"]}]}',
    "anything of the types": "{}",
    "Does it say": '{"answer":"yes"}',
}
OUTPUTS = ("graph.graphml", "graph.jsonld", "graph.ttl", "tables/nodes.csv", "tables/edges.csv")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with documents, answers, and nothing else."""
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS))
    (tmp_path / "in").mkdir()
    for number in range(12):
        text = f"Ann Lee works for Acme. In {1990 + number} Acme named Ann Lee its head."
        (tmp_path / "in" / f"{number:02}.txt").write_text(text)
    return tmp_path


@pytest.fixture
def endpoint(world: Path) -> Iterator[str]:
    """A real endpoint in a process of its own, which outlives its killed clients."""
    command = [
        *(sys.executable, "-m", "questgraph.tools.models.endpoint"),
        *("--answers", str(world / "answers.json"), "--record", str(world / "sent")),
        *("--latency", "0.05"),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        yield up.stdout.readline().strip()
        assert up.stdin
        up.stdin.close()


def start(world: Path, url: str, out: str) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "questgraph", "extract", str(world / "in")),
        *("--model", "openai:test", "--bank", "none", "--out", str(world / out)),
    ]
    environment = {**os.environ, "OPENAI_BASE_URL": url, "QUESTGRAPH_CACHE": str(world / "cache")}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kept(database: Path) -> set[str]:
    """Return the keys in the ledger."""
    if not database.exists():
        return set()
    ledger = SqliteLedger(database)
    keys = {str(record["key"]) for record in ledger.records()}
    ledger.close()
    return keys


def sent(world: Path) -> Counter[str]:
    return Counter((world / "sent").read_text().split()) if (world / "sent").exists() else Counter()


@pytest.mark.slow
def test_a_run_killed_at_random_moments_asks_nothing_twice_and_ends_the_same(
    world: Path, endpoint: str
) -> None:
    dice = random.Random(7)
    answered, counts = set[str](), Counter[str]()

    for _ in range(8):
        process = start(world, endpoint, "killed")
        enough = sum(counts.values()) + dice.randrange(1, 8)
        while process.poll() is None and sum(sent(world).values()) < enough:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = sent(world)
        assert {key for key in answered if now[key] != counts[key]} == set()
        answered, counts = kept(world / "killed" / "run.db"), now
    assert start(world, endpoint, "killed").wait() == 0
    ended = sent(world)
    assert start(world, endpoint, "killed").wait() == 0

    assert {key for key in answered if ended[key] != counts[key]} == set()
    assert set(ended) == kept(world / "killed" / "run.db")
    assert sent(world) == ended, "a finished run asks nothing"
    assert start(world, endpoint, "undisturbed").wait() == 0
    for name in OUTPUTS:
        calm = (world / "undisturbed" / name).read_bytes()
        assert (world / "killed" / name).read_bytes() == calm, name
