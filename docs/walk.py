"""Walks from documents to a corrected graph behind Bolt, with pictures: `python docs/walk.py`.

Questions the examples with the recorded answers of the embedded model, mends the graph in the
review by keyboard, loads it into a server on loopback (ArcadeDB, which carries its own Java), and
asks it there. Prints each command with what it says; the pictures are those of `docs/walk.md`.
Needs chromium.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neo4j import GraphDatabase
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent
COMMAND = Path(sys.executable).with_name("questgraph")
FLAGS = ["--no-sandbox", "--disable-gpu"]
WRONG = "Lena Marsh → works_for → Oster"
"""What the model says and no sentence does."""

PASSWORD = "only/for@this"
SERVE = """
import sys
from arcadedb_embedded.server import ArcadeDBServer

config = {
    "http_port": int(sys.argv[2]),
    "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
    "bolt_port": int(sys.argv[3]),
    "bolt_host": "127.0.0.1",
}
server = ArcadeDBServer(
    sys.argv[1], root_password=sys.argv[4], config=config, jvm_kwargs={"heap_size": "512m"}
)
server.start()
server.create_database("kg")
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""


def main() -> None:
    """Walk."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples" / "documents", Path(folder) / "documents")
        shutil.copy(ROOT / "examples" / "calls.jsonl", folder)
        questgraph(folder, "extract", "documents", "--model", "replay:calls.jsonl")
        with reviewing(folder) as link:
            mend(link)
        questgraph(folder, "ask", "questgraph-run", "works_for")
        with server(folder) as port:
            address = f"bolt://root@127.0.0.1:{port}/kg"
            questgraph(folder, "load", "questgraph-run", "--to", address)
            questgraph(folder, "load", "questgraph-run", "--to", address)
            ask(port)


def questgraph(folder: str, *words: str) -> None:
    """Give a command in `folder`; print what it says."""
    print(f"\n$ questgraph {' '.join(words)}")
    done = subprocess.run(
        [str(COMMAND), *words],
        cwd=folder,
        env={**os.environ, "QUESTGRAPH_STORE_PASSWORD": PASSWORD, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    print(done.stdout)


@contextmanager
def reviewing(folder: str) -> Iterator[str]:
    """Serve the review of the run for as long as the block lasts; yields its link."""
    command = [str(COMMAND), "review", "questgraph-run", "--no-browser", "--by", "Kim"]
    print(f"\n$ questgraph {' '.join(command[1:])}")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout, "it is a pipe"
        found = (re.search(r"http://\S+", line) for line in process.stdout)
        try:
            yield next(filter(None, found))[0]
        finally:
            process.terminate()


def mend(link: str) -> None:
    """Reject a claim and merge two names, by keyboard, with a picture of each."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.goto(link)
        page.wait_for_selector("#title")
        while WRONG not in page.locator("#title").inner_text():
            before = page.locator("#title").inner_text()
            page.keyboard.press("n")
            page.wait_for_function(
                "before => document.getElementById('title').innerText !== before", arg=before
            )
        drawn(page)
        page.screenshot(path=HERE / "walk-wrong.png")
        page.keyboard.press("r")
        page.wait_for_function("() => document.getElementById('said').textContent")
        print(page.locator("#said").inner_text())
        page.screenshot(path=HERE / "walk-rejected.png")
        browser.close()


def drawn(page: Page) -> None:
    """Wait until the neighbourhood is on the screen."""
    page.wait_for_selector("#drawing[data-drawn]")
    page.wait_for_timeout(1_500)


@contextmanager
def server(folder: str) -> Iterator[int]:
    """Serve a database over Bolt for as long as the block lasts; yields its port."""
    http, bolt = free_port(), free_port()
    arguments = [f"{folder}/arcade", str(http), str(bolt), PASSWORD]
    with (
        open(os.devnull, "w") as nowhere,  # noqa: PTH123 - no path of ours
        subprocess.Popen(
            [sys.executable, "-c", SERVE, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=nowhere,
            text=True,
        ) as process,
    ):
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        assert any(line.strip() == "ready" for line in process.stdout)
        try:
            yield bolt
        finally:
            process.stdin.close()
            process.stdout.read()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def ask(port: int) -> None:
    """Ask the server who works for whom."""
    query = "MATCH (a)-[e:WORKS_FOR]->(b) RETURN a.name, b.name, e.quote ORDER BY a.name, b.name"
    print(f"\n> {query}")
    with GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("root", PASSWORD)) as driver:
        for record in driver.execute_query(query, database_="kg").records:
            print(*record.values(), sep=" | ")


if __name__ == "__main__":
    main()
