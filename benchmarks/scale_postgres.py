"""A PostgreSQL server for a while, every commit of which reaches the disk, and what it takes."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

# The shell ends the server when its own input ends: also when this process is killed.
_SERVE = '"$0" "$@" & read -r _; kill -INT $!; wait $!'

_PARENT, _TIMES = 3, slice(13, 17)
"""Fields of `/proc/PID/stat`: its own and its children's time, in user and system mode."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    process: int
    """Number of the process that started it."""

    def one(self, query: str) -> float:
        """Return the one number that `query` finds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        assert row, "there is one"
        return float(row[0])

    def processor_seconds(self) -> float:
        """Return the processor time that all processes of the server have had."""
        stats = {stat[0]: stat for path in Path("/proc").glob("[0-9]*") if (stat := _stat(path))}
        ours = _below(str(self.process), {pid: stat[_PARENT] for pid, stat in stats.items()})
        ticks = sum(int(field) for pid in ours for field in stats[pid][_TIMES])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server on a socket for as long as the block lasts."""
    # PostgreSQL refuses to be run by root.
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="questgraph-", dir="/tmp") as name:
        if user:
            shutil.chown(name, user, user)
        with _started(_command(Path(name), user), name, user) as shell:
            url = f"postgresql://tests@/postgres?host={name}"
            _wait_for(url)
            yield Server(url, shell.pid)
            assert shell.stdin, "it is a pipe"
            shell.stdin.close()


def _command(folder: Path, user: str | None) -> list[str]:
    """Make the data folder and return how to start a server on it."""
    binaries, data = _binaries(), str(folder / "data")
    prepare = [str(binaries / "initdb"), "-D", data, "-U", "tests", "-A", "trust"]
    options = ["--encoding=UTF8", "--locale=C"]
    subprocess.run([*prepare, *options], check=True, capture_output=True, user=user, group=user)
    settings = ("-clisten_addresses=", f"-cunix_socket_directories={folder}")
    return [str(binaries / "postgres"), "-D", data, *settings]


def _started(command: Sequence[str], folder: str, user: str | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _SERVE, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        user=user,
        group=user,
    )


def _binaries() -> Path:
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    if not (found := newest or shutil.which("initdb")):
        raise SystemExit("no PostgreSQL here: apt-get install postgresql")
    return Path(found).resolve().parent


def _wait_for(url: str, patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.05)
    raise SystemExit("PostgreSQL does not start")


def _stat(process: Path) -> list[str]:
    """Return the fields of a process's `stat`; nothing when it is gone."""
    with suppress(OSError):
        number, _, rest = (process / "stat").read_text().partition(" (")
        return [number, "", *rest.rpartition(") ")[2].split()]
    return []


def _below(root: str, parents: Mapping[str, str]) -> set[str]:
    """Return `root` and the processes that descend from it."""
    found, new = set[str](), {root}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in new} - found
    return found & parents.keys()
