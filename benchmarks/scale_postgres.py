"""A PostgreSQL server of one's own for a while, with every commit on the disk, and what it took."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

# The shell ends the server when its own input ends, also when this process is killed.
_SERVE = '"$0" "$@" & read -r _; kill -INT $!; wait $!'
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    process: int
    """Number of its first process."""

    def one(self, query: str) -> float:
        """Return the one number that `query` finds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        return float(row[0]) if row else 0.0

    def processor_seconds(self) -> float:
        """Return the processor time of the server so far, all its processes together."""
        stats = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
        children = {int(fields[0]): fields for fields in stats if fields}
        ours = _below(self.process, {pid: int(fields[3]) for pid, fields in children.items()})
        return sum(int(ticks) for pid in ours for ticks in children[pid][13:17]) / _TICKS


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="questgraph-", dir="/tmp") as name:
        folder, user = Path(name), "postgres" if os.getuid() == 0 else None
        if user:
            # PostgreSQL refuses to be run by root.
            shutil.chown(folder, user, user)
        data = folder / "data"
        prepare = [binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8"]
        subprocess.run(prepare, check=True, capture_output=True, user=user, group=user)
        server = [binaries / "postgres", "-D", data, "-clisten_addresses=", f"-cunix_socket_directories={folder}"]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(
                ["/bin/sh", "-c", _SERVE, *map(str, server)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, user=user, group=user,
            ) as shell,
        ):
            url = f"postgresql://tests@/postgres?host={folder}"
            _wait_for(url)
            yield Server(url, shell.pid)
            assert shell.stdin, "it is a pipe"
            shell.stdin.close()


def _binaries() -> Path:
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    if not found:
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


def _stat(path: Path) -> list[str]:
    """Return the fields of a process's `stat`; nothing when it is gone."""
    with suppress(OSError):
        number, _, rest = path.read_text().partition(" (")
        return [number, "", *rest.rpartition(") ")[2].split()]
    return []


def _below(root: int, parents: dict[int, int]) -> set[int]:
    """Return the processes that descend from `root`."""
    found, new = set[int](), {root}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in new} - found
    return found & parents.keys()
