"""What the benchmarks share: starting endpoints and contenders, and saying what was measured."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contenders import CONTENDERS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DOCS = ROOT / "docs"
OURS = Path(sys.executable)
PEERS = ROOT / ".venv-peers" / "bin" / "python"

Run = dict[str, Any]
"""What one process of a contender measured."""


@contextmanager
def endpoint(*options: str) -> Iterator[str]:
    """Serve the endpoint for as long as the block lasts; yields its URL."""
    with subprocess.Popen(
        [str(OURS), str(HERE / "endpoint.py"), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        yield process.stdout.readline().strip()
        process.stdin.close()


def run(name: str, url: str, passages: int, *options: str) -> Run:
    """Put `passages` passages to the endpoint through a contender; return what it measured."""
    done = subprocess.run(
        [str(_python(name)), str(HERE / "measure.py"), name, str(passages), *options],
        env=environment(OPENAI_BASE_URL=f"{url}/{name}/v1", OPENAI_API_KEY="none"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def told(script: str, task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a peer answers to a task, a record for each line that its script prints."""
    if not PEERS.exists():
        raise SystemExit(f"{task['peer']} needs the peers' environment: make peers")
    done = subprocess.run(
        [str(PEERS), str(HERE / script)],
        input=json.dumps(task),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{task['peer']} failed:\n{done.stderr[-2000:]}")
    yield from map(json.loads, done.stdout.splitlines())


def draw(kind: str, report: Path) -> None:
    """Draw the picture of a report beside it; matplotlib is in the peers' environment."""
    if not PEERS.exists():
        print(f"no picture of {report.name} without the peers' environment: make peers")
        return
    picture = report.with_suffix(".png")
    script = [str(PEERS), str(HERE / "pictures.py"), kind, str(report), str(picture)]
    subprocess.run(script, env=environment(), check=True)


def write(report: Mapping[str, object], path: Path) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """Return a Markdown table: `words` columns of words, then figures."""
    border = ["---"] * words + ["--:"] * (len(head) - words)
    lines = (f"| {' | '.join(row)} |" for row in [head, *rows])
    first = next(lines)
    return "\n".join([first, f"|{'|'.join(border)}|", *lines])


def machine() -> dict[str, object]:
    """Return what the figures depend on besides the code."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions(runs: Iterable[Run]) -> dict[str, str]:
    """Return the versions of all packages that took part."""
    return {name: version for run in runs for name, version in sorted(run["versions"].items())}


def environment(**more: str) -> dict[str, str]:
    """Return the environment in which the scripts find each other."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"} | more


def _python(name: str) -> Path:
    python = PEERS if CONTENDERS[name].peer else OURS
    if not python.exists():
        raise SystemExit(f"{name} needs the peers' environment: make peers")
    return python


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
