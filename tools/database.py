"""A SQLite file that one thread writes, in groups, while anybody reads.

WAL mode: a committed write survives the death of the process at any moment; a power cut may take
the last moments before it, never more (`synchronous=NORMAL`). While a commit runs, the next
writes gather, so that thousands of small ones a second cost a few commits.
"""

import asyncio
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from questgraph.tools.errors import RunError, StorageError

_LOG = logging.getLogger(__name__)

BALLAST = 16 << 20
"""Bytes kept free beside the file for a full disk: room for what is being answered at that moment,
so that nothing that was paid for is lost."""

AWAKE = 16
"""Tasks that are woken in one turn of an event loop: what each of them goes on to do takes time,
and others want their turn."""

T = TypeVar("T")

Write = Callable[[sqlite3.Connection], T]
"""Something to do in a transaction with others; it may be done a second time after a rollback."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A write that waits, and who waits for it, if anybody does."""

    write: Write[Any]
    done: "Future[Any] | asyncio.Future[Any] | None" = None
    loop: asyncio.AbstractEventLoop | None = None


class Database:
    """A file, or a database in memory when the path is `:memory:`.

    The thread that writes starts with the first write. When the disk is full, the ballast goes:
    what is under way is still kept, and `full` tells that no more should begin.

    Args:
        path: Where it is; its folder must exist.
        ballast: Bytes to keep free for a full disk; none for a database in memory.

    Raises:
        RunError: When the file is something else or cannot be opened.
    """

    def __init__(self, path: Path | str, *, ballast: int = BALLAST) -> None:
        self.path = str(path)
        self.full = False
        """Whether the disk is full: what is written now goes into the last reserve."""

        self._memory = self.path == ":memory:"
        self._ballast = None if self._memory or not ballast else _Ballast(Path(path), ballast)
        self._readers: list[sqlite3.Connection] = []
        self._problem: Exception | None = None
        try:
            self._db = self._connect()
        except sqlite3.Error as error:
            raise RunError(f"{path} cannot be used: {error}") from error
        self._waiting: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def create(self, tables: str) -> None:
        """Make the tables that are not there yet.

        Raises:
            RunError: When the file is something else or cannot be written.
        """
        try:
            self._db.executescript(tables)
        except sqlite3.Error as error:
            raise RunError(f"{self.path} cannot be used: {error}") from error

    def reader(self) -> sqlite3.Connection:
        """Return a connection to read with, from one thread at a time; it closes with the file."""
        if self._memory:
            # It has one connection only.
            return self._db
        # Readers of a WAL file do not wait for writers.
        self._readers.append(self._connect())
        return self._readers[-1]

    async def write(self, write: Write[T]) -> T:
        """Do `write` and return what it returned once it is committed.

        Raises:
            StorageError: When it could not be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._put(_Entry(write, done, loop))
        return await done

    def post(self, write: Write[Any]) -> None:
        """Have `write` done after all that was posted before; `flush` tells what became of it."""
        self._put(_Entry(write))

    def do(self, write: Write[T]) -> T:
        """Do `write` after all that was asked for before and return what it returned.

        Raises:
            StorageError: When it could not be written.
        """
        done: Future[T] = Future()
        self._put(_Entry(write, done))
        return done.result()

    def flush(self) -> None:
        """Wait until everything posted so far is written.

        Raises:
            StorageError: When some of it could not be.
        """
        if self._writer:
            self.do(_nothing)
        problem, self._problem = self._problem, None
        if problem:
            raise problem

    def rest(self) -> None:
        """Write what waits and keep no room any more, until there is something to write again.

        The file holds everything then, without the log beside it.
        """
        with self._lock:
            if not self._writer:
                return
            self._waiting.put(None)
            self._writer.join()
            self._writer = None
            if self._ballast and not self.full:
                self._ballast.drop()
            with suppress(sqlite3.Error):
                self._db.execute("pragma wal_checkpoint(passive)")

    def close(self) -> None:
        """Write what waits and close the file."""
        with self._lock:
            # Another thread may be about to ask for something: nobody would do it any more.
            self._closed = True
        self.rest()
        for connection in (*self._readers, self._db):
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        # Transactions begin where the code says so.
        db = sqlite3.connect(self.path, timeout=30, check_same_thread=False, isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=normal")
        db.text_factory = _text
        return db

    def _put(self, entry: _Entry) -> None:
        with self._lock:
            if self._closed:
                raise StorageError(f"{self.path} is closed")
            if self._writer is None:
                self.full = self._ballast is not None and not self._ballast.take()
                self._writer = threading.Thread(target=self._work, name="writer", daemon=True)
                self._writer.start()
            self._waiting.put(entry)

    def _work(self) -> None:
        """Commit what waits, in groups, until there is no more."""
        open_ = True
        while open_:
            group = [self._waiting.get()]
            while not self._waiting.empty():
                group.append(self._waiting.get())
            open_ = None not in group
            if entries := [entry for entry in group if entry]:
                self._commit(entries)

    def _commit(self, entries: list[_Entry]) -> None:
        problem: Exception | None = None
        values: list[Any] = []
        try:
            values = self._transaction(entries)
        except Exception as error:  # whoever asked for it is told
            if len(entries) > 1:
                # One write that cannot be done must not undo its neighbours'.
                for entry in entries:
                    self._commit([entry])
                return
            problem = self._explained(error)
            if entries[0].done is None:
                self._problem = problem
        _tell(entries, values, problem)

    def _explained(self, error: Exception) -> Exception:
        if not isinstance(error, sqlite3.Error):
            return error
        then = "Free some space; then" if _for_want_of_room(error) else "Later"
        return StorageError(
            f"{self.path} could not be written: {error}. {then} the same command continues"
        )

    def _transaction(self, entries: list[_Entry]) -> list[Any]:
        try:
            return self._once(entries)
        except sqlite3.OperationalError as error:
            if not (_for_want_of_room(error) and self._ballast and self._ballast.drop()):
                raise
            _LOG.warning("%s: the disk is full; finishing what is under way", self.path)
            self.full = True
            return self._once(entries)

    def _once(self, entries: list[_Entry]) -> list[Any]:
        try:
            self._db.execute("begin immediate")
            values = [entry.write(self._db) for entry in entries]
            self._db.execute("commit")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise
        return values


@contextmanager
def open_database(path: Path | str) -> Iterator[Database]:
    """Open a database that can be read after the block, unless an error ends it.

    Raises:
        RunError: When the file is something else or cannot be opened.
    """
    database = Database(path)
    try:
        yield database
    except BaseException:
        database.close()
        raise
    database.rest()


class _Ballast:
    """A file that takes room on the disk in order to give it back."""

    def __init__(self, path: Path, size: int) -> None:
        self._file, self._size = path.with_name(f"{path.name}-ballast"), size

    def take(self) -> bool:
        """Take the room; say whether it was there."""
        try:
            with self._file.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self._file.unlink(missing_ok=True)
            return False
        return True

    def drop(self) -> bool:
        """Give the room back; say whether there was any."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True


def _text(data: bytes) -> str:
    """Read a text, which may hold halves of characters when a model wrote it."""
    return data.decode("utf-8", "surrogatepass")


def _for_want_of_room(error: sqlite3.Error) -> bool:
    """Say whether there may be no room left: the log of a full disk cannot even be written."""
    # What Python says by itself has no code.
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _nothing(_: sqlite3.Connection) -> None:
    return None


def _tell(entries: list[_Entry], values: list[Any], problem: Exception | None) -> None:
    """Tell everybody who waits what became of it."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for i, entry in enumerate(entries):
        value = None if problem else values[i]
        if isinstance(entry.done, asyncio.Future):
            assert entry.loop, "it waits in one"
            loops.setdefault(entry.loop, []).append((entry.done, value))
        elif entry.done:
            _end(entry.done, value, problem)
    for loop, waiting in loops.items():
        # Unless whoever waited there is gone, and the loop with them.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_wake, loop, waiting, problem)


def _wake(
    loop: asyncio.AbstractEventLoop,
    waiting: list[tuple[asyncio.Future[Any], Any]],
    problem: Exception | None,
) -> None:
    """Wake a few who wait, and the rest in the loop's next turn."""
    for done, value in waiting[:AWAKE]:
        if not done.done():
            _end(done, value, problem)
    if rest := waiting[AWAKE:]:
        loop.call_soon(_wake, loop, rest, problem)


def _end(
    done: "Future[Any] | asyncio.Future[Any]", value: object, problem: Exception | None
) -> None:
    if problem:
        done.set_exception(problem)
    else:
        done.set_result(value)
