"""A PostgreSQL server for tests: `postgres_url` is an empty place on it for each test."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

# The shell ends the server when its own input ends: at the end of the session, and likewise when
# the process that runs the tests is killed.
SERVE = '"$0" "$@" & read -r _; kill -INT $!; wait $!'


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the address of a server that lives as long as the session."""
    if (binaries := find_binaries()) is None:
        lacking = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        lacking("no PostgreSQL here: `apt-get install postgresql` brings it")
    # Not in pytest's own folder: that is closed to other users, and too long for a socket's name.
    with tempfile.TemporaryDirectory(prefix="questgraph-", dir="/tmp") as name:
        folder = Path(name)
        url = f"postgresql://tests@/postgres?host={folder}"
        with serving(binaries, folder, hand_over(folder)):
            wait_for(url, folder / "log")
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the address of a schema of its own, so that no test sees another's tables."""
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"create schema {schema}")
        yield f"{postgres_server}&options=-csearch_path%3D{schema}"
        server.execute(f"drop schema {schema} cascade")


def find_binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, the newest where there are several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return newest and newest.parent


def hand_over(folder: Path) -> str | None:
    """Give `folder` to the user that the server runs as: not to root, whom PostgreSQL refuses."""
    if os.getuid() != 0:
        return None
    shutil.chown(folder, "postgres", "postgres")
    return "postgres"


def wait_for(url: str, log: Path) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                pytest.fail(log.read_text())
            time.sleep(0.02)
        else:
            return


@contextmanager
def serving(binaries: Path, folder: Path, user: str | None) -> Iterator[None]:
    """Run a server on a socket in `folder`."""
    data, group = str(folder / "data"), user
    prepare = [str(binaries / "initdb"), "-D", data, "-U", "tests", "-A", "trust"]
    options = ["--no-sync", "--encoding=UTF8", "--locale=C"]
    subprocess.run([*prepare, *options], check=True, capture_output=True, user=user, group=group)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
    server = [str(binaries / "postgres"), "-D", data, *(f"-c{setting}" for setting in settings)]
    with (folder / "log").open("w") as log:
        shell = subprocess.Popen(
            ["/bin/sh", "-c", SERVE, *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            user=user,
            group=group,
        )
    with shell:
        yield
