"""The ledger as tables of a PostgreSQL database: shared by many processes and machines."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from questgraph.tools.errors import MissingPackageError, StorageError
from questgraph.tools.gateway.cost import NANO, Caps, Cost
from questgraph.tools.gateway.grouping import Groups
from questgraph.tools.gateway.ledger import Record, Spending
from questgraph.tools.models.base import Finish, Reply
from questgraph.tools.models.tokens import unpacked
from questgraph.tools.records import Usage

VERSION = 1
"""Version of the tables, kept as a fact in the database."""

PATIENCE = 60.0
"""Seconds that a server may be away: enough for a restart, or for a standby to take over."""

_TABLES = Path(__file__).with_suffix(".sql")

_UNLIMITED, _NOTHING = 2**63 - 1, Cost()

_GET = """
select key, reply, finish, prompt_tokens, cached_tokens, completion_tokens, seconds, tokens
from questgraph_calls where key = any(%b)
"""
_PUT = """
insert into questgraph_calls (
    key, model, request, reply, finish,
    prompt_tokens, cached_tokens, completion_tokens, seconds, attempts, tokens
)
select * from unnest(
    %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::text[],
    %b::bigint[], %b::bigint[], %b::bigint[], %b::float8[], %b::integer[], %b::text[]
)
on conflict (key) do update set
    model = excluded.model, request = excluded.request, reply = excluded.reply,
    finish = excluded.finish, prompt_tokens = excluded.prompt_tokens,
    cached_tokens = excluded.cached_tokens, completion_tokens = excluded.completion_tokens,
    seconds = excluded.seconds, attempts = excluded.attempts, tokens = excluded.tokens,
    created = excluded.created
"""
_FORGET = "delete from questgraph_calls where key = any(%b)"
_ACCOUNT = """
select questgraph_account(
    %b::bigint[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::bigint[],
    %b::bigint[], %b::bigint[], %b::bigint[]
)
"""
_HELD = "select name from questgraph_reservations where name = any(%b)"
_SPENDING = """
select settled_calls, settled_tokens, settled_nanos, reserved_calls, reserved_tokens, reserved_nanos
from questgraph_spending
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A reservation that somebody would like to have."""

    name: str
    worst: Cost
    caps: Caps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What one task wants written."""

    record: Record | None = None
    spent: Cost = _NOTHING
    ended: str = ""
    """Name of a reservation."""

    asked: _Asked | None = None
    forgotten: Collection[str] = ()


class PostgresLedger:
    """The calls of everybody who names the same database.

    Changes that wait are committed in groups, and the database alone adds up what was spent. When
    the server is away, everything waits for it: nothing new is asked that could not be kept.
    Tables go into the first schema of the search path, `public` unless the URL says otherwise
    (`?options=-csearch_path%3Dmine`).

    Args:
        url: `postgresql://user@host/database`; the password best in `~/.pgpass`.
        patience: Seconds that the server may be away before it is an error.

    Raises:
        MissingPackageError: When psycopg is not installed.
        RunError: When the URL cannot be read.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        try:
            from questgraph.tools.gateway.postgres import Link
        except ImportError as error:
            raise MissingPackageError(
                "psycopg", "a ledger on PostgreSQL", "pip install 'questgraph[postgres]'"
            ) from error
        # Nobody who reads waits for a commit.
        self._reading, self._writing = Link(url, patience=patience), Link(url, patience=patience)
        self._reads: Groups[str, Reply | None] = Groups(self._read)
        self._changes: Groups[_Change, bool] = Groups(self._write)

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            RunError: When the database cannot be used, or is from a newer version.
        """
        await self._writing.open(_TABLES.read_text(encoding="utf-8"), VERSION)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._changes.flush()
        await self._reads.flush()
        await self._writing.close()
        await self._reading.close()

    async def get(self, key: str) -> Reply | None:
        """Return the reply that is kept under `key`.

        Raises:
            StorageError: When there is none and none could be kept.
        """
        if reply := await self._reads.add(key):
            return reply
        await self._writing.calm()
        return None

    async def put(self, record: Record) -> None:
        """Keep a record; it is committed when this returns.

        Raises:
            StorageError: When it could not be written.
        """
        await self._changes.add(_Change(record=record, spent=record.cost, ended=record.reservation))

    async def forget(self, keys: Collection[str]) -> None:
        """Drop the records under `keys`, so that they are asked again; their cost stays spent."""
        await self._changes.add(_Change(forgotten=keys))

    async def reserve(self, name: str, worst: Cost, caps: Caps) -> bool:
        """Set `worst` aside under `name`; say whether the caps allow it."""
        return await self._changes.add(_Change(asked=_Asked(name, worst, caps)))

    async def settle(self, cost: Cost, reservation: str = "") -> None:
        """Note what a call without an answer cost, and end its reservation."""
        await self._changes.add(_Change(spent=cost, ended=reservation))

    async def spending(self) -> Spending:
        """Return what was spent and is reserved."""
        [row] = await self._reading.rows(_SPENDING)
        settled, reserved = (
            Cost(calls=calls, tokens=tokens, usd=nanos / NANO)
            for calls, tokens, nanos in (row[:3], row[3:])
        )
        return Spending(settled, reserved)

    async def _read(self, keys: list[str]) -> list[Reply | BaseException | None]:
        found = {key: _reply(*rest) for key, *rest in await self._reading.rows(_GET, keys)}
        return [found.get(key) for key in keys]

    async def _write(self, changes: list[_Change]) -> list[bool | BaseException]:
        """Commit `changes` together; say of each whether the caps allowed it."""
        # Compressing takes time, and other tasks want the event loop.
        statements = await asyncio.to_thread(_statements, changes)
        try:
            await self._writing.commit(statements)
        except StorageError as error:
            if self._writing.lost or len(changes) == 1:
                return [error] * len(changes)
            # One change that cannot be written must not undo its neighbours'.
            return [answer for change in changes for answer in await self._write([change])]
        asked = [change.asked.name for change in changes if change.asked]
        held = {name for (name,) in await self._writing.rows(_HELD, asked)} if asked else set()
        return [not change.asked or change.asked.name in held for change in changes]


def _statements(changes: Sequence[_Change]) -> list[tuple[str, Sequence[object]]]:
    """Put what `changes` want into as few statements as possible.

    The row that all machines share comes last, so that it is locked for a short time only.
    """
    records = {change.record.key: change.record for change in changes if change.record}
    forgotten = [key for change in changes for key in change.forgotten]
    account = [change for change in changes if not change.forgotten]
    made: list[tuple[str, Sequence[object]]] = []
    if records:
        # In the order of their keys: two writers never wait for each other.
        rows = [(*records[key].row, records[key].tokens) for key in sorted(records)]
        made.append((_PUT, [list(column) for column in zip(*rows, strict=True)]))
    if forgotten:
        made.append((_FORGET, [forgotten]))
    if account:
        made.append((_ACCOUNT, _account(account)))
    return made


def _account(changes: Sequence[_Change]) -> list[Sequence[object]]:
    spent = [_numbers(change.spent) for change in changes]
    asked = [change.asked for change in changes if change.asked]
    worst = [_numbers(one.worst) for one in asked]
    most = [_limits(one.caps) for one in asked]
    return [
        [sum(column) for column in zip(*spent, strict=True)],
        [change.ended for change in changes if change.ended],
        [one.name for one in asked],
        *([numbers[i] for numbers in kind] for kind in (worst, most) for i in range(3)),
    ]


def _numbers(cost: Cost) -> list[int]:
    return [cost.calls, cost.tokens, cost.nanos]


def _limits(caps: Caps) -> list[int]:
    limits = (caps.calls, caps.tokens, caps.nanos)
    return [_UNLIMITED if limit is None else limit for limit in limits]


def _reply(
    text: bytes,
    finish: Finish,
    prompt: int,
    cached: int,
    completion: int,
    seconds: float,
    tokens: str,
) -> Reply:
    usage = Usage(
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=completion,
        seconds=seconds,
    )
    return Reply(text.decode("utf-8", "surrogatepass"), finish, usage, unpacked(tokens))
