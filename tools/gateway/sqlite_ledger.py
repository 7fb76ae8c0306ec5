"""The ledger as tables of a SQLite file: the default, one file for each run folder."""

import json
import sqlite3
import time
import zlib
from collections.abc import Collection, Container, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from questgraph.tools.database import Database
from questgraph.tools.errors import RunError, StorageError
from questgraph.tools.gateway.cost import NANO, Caps, Cost
from questgraph.tools.gateway.ledger import Record, Spending
from questgraph.tools.models.base import Reply
from questgraph.tools.models.tokens import packed, unpacked
from questgraph.tools.records import Usage

VERSION = 2
"""Version of the tables, kept as a fact in the file."""

_TABLES = """
create table if not exists ledger (version integer not null);
create table if not exists calls (
    key text primary key, model text not null, request blob not null,
    reply text not null, finish text not null,
    prompt_tokens integer not null, cached_tokens integer not null,
    completion_tokens integer not null, seconds real not null,
    attempts integer not null, created real not null
) without rowid;
create table if not exists likelihoods (key text primary key, tokens text not null) without rowid;
create table if not exists spending (
    what text primary key, calls integer not null, tokens integer not null, nanos integer not null
) without rowid;
create table if not exists reservations (
    name text primary key, calls integer not null, tokens integer not null, nanos integer not null
) without rowid;
insert or ignore into spending values ('settled', 0, 0, 0), ('reserved', 0, 0, 0);
"""

_ADD = """
update spending set calls = calls + ?, tokens = tokens + ?, nanos = nanos + ? where what = ?
"""
_PUT = "insert or replace into calls values (?, ?, ?, cast(? as text), ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = "reply, finish, prompt_tokens, cached_tokens, completion_tokens, seconds, tokens"
_CALLS = "calls left join likelihoods using (key)"


class SqliteLedger:
    """The calls of one run folder, or of a process when the path is `:memory:`.

    Args:
        database: The file, shared with whoever else keeps something there; a path opens one that
            is closed with the ledger.

    Raises:
        RunError: When the file is something else, is from a newer version, or cannot be opened.
    """

    def __init__(self, database: Database | Path | str) -> None:
        self._owned = not isinstance(database, Database)
        self._database = database if isinstance(database, Database) else Database(database)
        self._database.create(_TABLES)
        self._reads = self._database.reader()
        self._check_version()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._database.write(_nothing)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._owned:
            self._database.close()

    async def get(self, key: str) -> Reply | None:
        """Return the reply that is kept under `key`.

        Raises:
            StorageError: When there is none and none could be kept.
        """
        if reply := self.kept(key):
            return reply
        if self._database.full:
            raise StorageError(
                f"{self._database.path}: the disk is full. Free some space; then the same command"
                " continues"
            )
        return None

    def kept(self, key: str) -> Reply | None:
        """Return the reply that is kept under `key`, to somebody who would not ask anyway."""
        query = f"select {_COLUMNS} from {_CALLS} where key = ?"
        row = self._reads.execute(query, (key,)).fetchone()
        return None if row is None else _reply(row)

    async def put(self, record: Record) -> None:
        """Keep a record; it is committed when this returns.

        Raises:
            StorageError: When it could not be written, for want of space for example.
        """

        def write(db: sqlite3.Connection) -> None:
            db.execute(_PUT, (*record.row, time.time()))
            if record.request.logprobs:
                # A table of their own: most calls have none.
                values = (record.key, record.tokens)
                db.execute("insert or replace into likelihoods values (?, ?)", values)
            _settle(db, record.cost, record.reservation)

        await self._database.write(write)

    async def forget(self, keys: Collection[str]) -> None:
        """Drop the records under `keys`, so that they are asked again; their cost stays spent."""
        rows = [(key,) for key in keys]

        def write(db: sqlite3.Connection) -> None:
            db.executemany("delete from calls where key = ?", rows)
            db.executemany("delete from likelihoods where key = ?", rows)

        await self._database.write(write)

    async def reserve(self, name: str, worst: Cost, caps: Caps) -> bool:
        """Set `worst` aside under `name`; say whether the caps allow it."""

        def write(db: sqlite3.Connection) -> bool:
            if db.execute("select 1 from reservations where name = ?", (name,)).fetchone():
                return True
            if not caps.allow(_spending(db).total + worst):
                return False
            row = (worst.calls, worst.tokens, worst.nanos)
            db.execute("insert into reservations values (?, ?, ?, ?)", (name, *row))
            db.execute(_ADD, (*row, "reserved"))
            return True

        return await self._database.write(write)

    async def settle(self, cost: Cost, reservation: str = "") -> None:
        """Note what a call without an answer cost, and end its reservation."""
        await self._database.write(lambda db: _settle(db, cost, reservation))

    async def spending(self) -> Spending:
        """Return what was spent and is reserved."""
        return self.spent()

    def spent(self) -> Spending:
        """Return what was spent and is reserved, to somebody without an event loop."""
        return _spending(self._reads)

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
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            for record in self.records():
                if only is None or record["key"] in only:
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def records(self) -> Iterator[dict[str, object]]:
        """Yield all calls in the order of their keys, as plain data."""
        query = f"select key, model, request, {_COLUMNS} from {_CALLS} order by key"
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
                    **({"tokens": packed(reply.tokens)} if reply.tokens else {}),
                }

    def _check_version(self) -> None:
        found = self._reads.execute("select version from ledger").fetchone()
        if found and found[0] > VERSION:
            self.close()
            raise RunError(
                f"{self._database.path} was written by a newer questgraph: upgrade this one"
            )
        if not found:
            self._database.create(f"insert into ledger values ({VERSION})")
        elif found[0] < VERSION:
            # What version 1 had is the same today.
            self._database.create(f"update ledger set version = {VERSION}")


def _settle(db: sqlite3.Connection, cost: Cost, reservation: str) -> None:
    db.execute(_ADD, (cost.calls, cost.tokens, cost.nanos, "settled"))
    if not reservation:
        return
    query = "delete from reservations where name = ? returning calls, tokens, nanos"
    for calls, tokens, nanos in db.execute(query, (reservation,)).fetchall():
        db.execute(_ADD, (-calls, -tokens, -nanos, "reserved"))


def _spending(db: sqlite3.Connection) -> Spending:
    rows = db.execute("select what, calls, tokens, nanos from spending").fetchall()
    found = {
        what: Cost(calls=calls, tokens=tokens, usd=nanos / NANO)
        for what, calls, tokens, nanos in rows
    }
    return Spending(found["settled"], found["reserved"])


def _nothing(_: sqlite3.Connection) -> None:
    return None


def _reply(row: Any) -> Reply:
    text, finish, prompt, cached, completion, seconds, tokens = row
    return Reply(
        text,
        finish,
        Usage(
            prompt_tokens=prompt,
            cached_tokens=cached,
            completion_tokens=completion,
            seconds=seconds,
        ),
        unpacked(tokens or ""),
    )
