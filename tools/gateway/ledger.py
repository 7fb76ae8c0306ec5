"""The memory of all calls: what was asked is never paid for twice.

SQLite in WAL mode. A committed row survives the death of the process at any moment; a power cut
may take the last moments before it, never more (`synchronous=NORMAL`). Rows are committed in
groups by one writer thread: while a commit runs, the next rows gather.
"""

import asyncio
import json
import queue
import sqlite3
import threading
import time
import zlib
from collections.abc import Container, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from questgraph.tools.errors import RunError
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.records import Usage

VERSION = 1
"""Version of the table, kept as a fact in the file."""

_TABLES = """
create table if not exists ledger (version integer not null);
create table if not exists calls (
    key text primary key, model text not null, request blob not null,
    reply text not null, finish text not null,
    prompt_tokens integer not null, cached_tokens integer not null,
    completion_tokens integer not null, seconds real not null,
    attempts integer not null, created real not null
) without rowid;
"""

_Row = tuple[str, str, bytes, str, str, int, int, int, float, int, float]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row that waits to be written, and who waits for it."""

    row: _Row
    done: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Ledger:
    """The calls of one run folder, or of a process when the path is `:memory:`.

    Raises:
        RunError: When the file is something else, is from a newer version, or cannot be opened.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        try:
            self._db = self._connect()
            self._db.executescript(_TABLES)
            self._check_version()
            # Readers of a WAL file do not wait for writers; a database in memory has one
            # connection only.
            self._reads = self._db if self.path == ":memory:" else self._connect()
        except sqlite3.Error as error:
            raise RunError(f"{path} cannot be used as a ledger: {error}") from error
        self._waiting: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="ledger", daemon=True)

    async def __aenter__(self) -> Self:
        self._writer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self.close()

    def close(self) -> None:
        """Close the file, of a ledger that was opened for reading only."""
        self._reads.close()
        self._db.close()

    def get(self, key: str) -> Reply | None:
        """Return the reply that is kept under `key`."""
        row = self._reads.execute(
            "select reply, finish, prompt_tokens, cached_tokens, completion_tokens, seconds"
            " from calls where key = ?",
            (key,),
        ).fetchone()
        return None if row is None else _reply(row)

    async def put(
        self, key: str, model: str, request: Request, reply: Reply, *, attempts: int = 1
    ) -> None:
        """Keep a reply; it is committed when this returns.

        Raises:
            RunError: When it could not be written, for want of space for example.
        """
        usage = reply.usage
        row = (
            key,
            model,
            zlib.compress(request.canonical.encode("utf-8", "surrogatepass"), 1),
            reply.text,
            reply.finish,
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.completion_tokens,
            usage.seconds,
            attempts,
            time.time(),
        )
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.put(_Entry(row, done, loop))
        await done

    def request(self, key: str) -> dict[str, Any] | None:
        """Return the whole question that is kept under `key`: messages, limits, format."""
        row = self._reads.execute("select request from calls where key = ?", (key,)).fetchone()
        return None if row is None else json.loads(zlib.decompress(row[0]))

    def models(self) -> list[str]:
        """Return the names of the models whose answers are kept."""
        rows = self._reads.execute("select distinct model from calls order by model")
        return [name for (name,) in rows.fetchall()]

    def __len__(self) -> int:
        return int(self._reads.execute("select count(*) from calls").fetchone()[0])

    def dump(self, path: Path, only: Container[str] | None = None) -> None:
        """Write calls as JSONL, by key and without times: equal calls give equal bytes.

        Args:
            path: Where to.
            only: Keys of the calls to write; all of them when left out.
        """
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record in self.records():
                if only is None or record["key"] in only:
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def records(self) -> Iterator[dict[str, object]]:
        """Yield all calls in the order of their keys, as plain data."""
        query = (
            "select key, model, request, reply, finish, prompt_tokens, cached_tokens,"
            " completion_tokens, seconds from calls order by key"
        )
        with closing(self._reads.execute(query)) as rows:
            for key, model, request, *rest in rows:
                reply = _reply(rest)
                question = json.loads(zlib.decompress(request))["messages"][-1][1]
                yield {
                    "key": key,
                    "model": model,
                    "question": question.splitlines()[0] if question else "",
                    "reply": reply.text,
                    "finish": reply.finish,
                    "prompt_tokens": reply.usage.prompt_tokens,
                    "cached_tokens": reply.usage.cached_tokens,
                    "completion_tokens": reply.usage.completion_tokens,
                }

    def _connect(self) -> sqlite3.Connection:
        # One thread writes and another reads; SQLite itself serialises them.
        db = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=normal")
        return db

    def _check_version(self) -> None:
        found = self._db.execute("select version from ledger").fetchone()
        if found is None:
            with self._db:
                self._db.execute("insert into ledger values (?)", (VERSION,))
        elif found[0] > VERSION:
            raise RunError(f"{self.path} was written by a newer questgraph: upgrade this one")

    def _write(self) -> None:
        """Commit what waits, in groups, until there is no more."""
        open_ = True
        while open_:
            group = [self._waiting.get()]
            while not self._waiting.empty():
                group.append(self._waiting.get())
            open_ = None not in group
            entries = [entry for entry in group if entry]
            if entries:
                self._commit(entries)

    def _commit(self, entries: list[_Entry]) -> None:
        problem: RunError | None = None
        try:
            with self._db:
                self._db.executemany(
                    "insert or replace into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [entry.row for entry in entries],
                )
        except sqlite3.Error as error:
            problem = RunError(f"{self.path} could not be written: {error}")
        entries[0].loop.call_soon_threadsafe(_settle, entries, problem)


def _settle(entries: list[_Entry], problem: RunError | None) -> None:
    for entry in entries:
        if entry.done.done():
            continue
        if problem:
            entry.done.set_exception(problem)
        else:
            entry.done.set_result(None)


def _reply(row: Any) -> Reply:
    text, finish, prompt, cached, completion, seconds = row
    return Reply(
        text,
        finish,
        Usage(
            prompt_tokens=prompt,
            cached_tokens=cached,
            completion_tokens=completion,
            seconds=seconds,
        ),
    )
