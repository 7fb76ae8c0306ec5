"""A server that speaks Bolt, for tests: `bolt_server` is its address for as long as they run."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import GraphDatabase

PASSWORD = "only/for@tests"
DATABASE = "kg"

# It ends when its own input does: at the end of the session, and likewise when the process that
# runs the tests is killed.
SERVE = """
import sys
from arcadedb_embedded.server import ArcadeDBServer

folder, password, database, http, bolt = sys.argv[1:]
config = {
    "http_port": int(http),
    "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
    "bolt_port": int(bolt),
    "bolt_host": "127.0.0.1",
}
server = ArcadeDBServer(
    folder, root_password=password, config=config, jvm_kwargs={"heap_size": "512m"}
)
server.start()
server.create_database(database)
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="session")
def bolt_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server that lives as long as the session, without the password."""
    pytest.importorskip("arcadedb_embedded")
    folder: Path = tmp_path_factory.mktemp("arcade")
    http, bolt = free_port(), free_port()
    arguments = [folder / "data", PASSWORD, DATABASE, str(http), str(bolt)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", SERVE, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
        ) as process,
    ):
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        started = any(line.strip() == "ready" for line in process.stdout)
        assert started, (folder / "log").read_text()
        yield f"bolt://root@127.0.0.1:{bolt}/{DATABASE}"
        process.stdin.close()
        process.stdout.read()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def clear(address: str) -> None:
    """Delete everything from a database."""
    server, _, database = address.replace("root@", "").rpartition("/")
    with GraphDatabase.driver(server, auth=("root", PASSWORD)) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n", database_=database)
