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

import pytest

# The shell ends the server when its own input ends: at the end of the session, and likewise when
# the process that runs the tests is killed.
SERVE = '"$0" "$@" & read -r _; kill -INT $!; wait $!'


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the address of a server that lives as long as the session."""
    psycopg = pytest.importorskip("psycopg")
    if (binaries := find_binaries()) is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no PostgreSQL here: `apt-get install postgresql` brings it")
        pytest.skip("no PostgreSQL here: `apt-get install postgresql` brings it")
    with tempfile.TemporaryDirectory(prefix="questgraph-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = hand_over(folder)
        url = f"postgresql://tests@/postgres?host={folder}"
        with serving(binaries, folder, user):
            end = time.monotonic() + 60
            while True:
                try:
                    psycopg.connect(url).close()
                    break
                except psycopg.OperationalError:
                    if time.monotonic() > end:
                        pytest.fail((folder / "log").read_text())
                    time.sleep(0.02)
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the address of a schema of its own, so that no test sees another's tables."""
    import psycopg

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
