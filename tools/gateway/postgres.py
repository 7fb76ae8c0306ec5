"""A connection to a PostgreSQL server that outlives the server's restarts."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from questgraph.tools.errors import RunError, StorageError

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]
Statement: TypeAlias = tuple[str, Sequence[object]]
"""A query and its parameters."""

T = TypeVar("T")

_DEFAULTS: dict[str, Any] = {
    "application_name": "questgraph",
    "connect_timeout": 10,
    # Without these a network that is gone is noticed after two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# The same on the server's side: it must not keep the locks of a machine that lost its power.
_GREETING = """
select set_config('tcp_keepalives_idle', '10', false),
    set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false)
"""

# A primary that has become a standby can only be read; the next connection finds the new one.
_MAY_PASS = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction)

_LONGEST_PAUSE = 2.0

_CREATION = "select pg_advisory_xact_lock(hashtext('questgraph_ledger'))"

_COMMIT = """
with before as (delete from questgraph_commits where id = %s)
insert into questgraph_commits values (%s)
"""

_FORGET = "delete from questgraph_commits where id = %s"


class Link:
    """One connection, made anew when it was lost; what fails by that is done again.

    Args:
        url: `postgresql://user@host/database`, or anything else that libpq reads.
        patience: Seconds to try again before trouble is an error.

    Raises:
        RunError: When the URL cannot be read.
    """

    def __init__(self, url: str, *, patience: float) -> None:
        self._parameters = _DEFAULTS | _read(url)
        self._patience = patience
        self._connection: Connection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._calm = asyncio.Event()
        self._calm.set()
        self._last_commit: uuid.UUID | None = None
        self.lost = ""
        """Why nothing more can be done, once patience has ended; empty when all is well."""

    @property
    def name(self) -> str:
        """The address without its password."""
        known = self._parameters
        user = f"{known['user']}@" if "user" in known else ""
        port = f":{known['port']}" if "port" in known else ""
        return f"postgresql://{user}{known.get('host', '')}{port}/{known.get('dbname', '')}"

    async def open(self, tables: str, version: int) -> None:
        """Connect, and make the tables unless they are there.

        Raises:
            RunError: When the server cannot be reached or used, or its tables are from a newer
                version.
        """
        try:
            found = await self._create(await self._connected(), tables, version)
        except psycopg.Error as error:
            await self._disconnect()
            raise RunError(
                f"{self.name} cannot be used: {_reason(error)}. Check that the server runs, that"
                " the address is right, and that the user may log in and create tables there"
            ) from error
        if found > version:
            await self._disconnect()
            raise RunError(f"{self.name} was written by a newer questgraph: upgrade this one")

    async def close(self) -> None:
        """Let go of the connection."""
        if self._connection and self._last_commit:
            # `_create` sweeps up what stays behind.
            with suppress(psycopg.Error):
                await self._connection.execute(_FORGET, [self._last_commit])
        await self._disconnect()

    async def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return what `query` finds.

        Raises:
            StorageError: When the server stays away, or cannot do it.
        """

        async def read(connection: Connection) -> list[tuple[Any, ...]]:
            found = await connection.execute(query, parameters, binary=True)
            return await found.fetchall()

        try:
            return await self._patiently(read)
        except (psycopg.Error, ValueError) as error:
            raise StorageError(f"{self.name}: {_reason(error)}") from error

    async def commit(self, statements: Sequence[Statement]) -> None:
        """Execute all `statements` in one transaction, once: also when the link breaks meanwhile.

        Raises:
            StorageError: When the server stays away, or cannot do it; then nothing was done,
                unless the link broke at the very last moment.
        """
        number = uuid.uuid4()
        first = (_COMMIT, (self._last_commit, number))

        async def send(connection: Connection) -> None:
            try:
                # One round trip: nobody waits for a lock until this machine finds time to go on.
                async with connection.pipeline():
                    for query, parameters in (("begin", ()), first, *statements, ("commit", ())):
                        await connection.execute(query, parameters)
            except BaseException as error:
                # That ends the transaction too, wherever it stands.
                await connection.close()
                if not _came_through_before(error):
                    raise

        try:
            await self._patiently(send)
        except (psycopg.Error, ValueError) as error:
            raise StorageError(f"{self.name} could not be written: {_reason(error)}") from error
        self._last_commit = number

    async def calm(self) -> None:
        """Wait while it is uncertain whether anything can be done.

        Raises:
            StorageError: When nothing can.
        """
        await self._calm.wait()
        if self.lost:
            raise StorageError(self.lost)

    async def _patiently(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do `work` on a connection, again and again until patience ends."""
        async with self._one_at_a_time:
            end, pause = time.monotonic() + self._patience, 0.05
            try:
                while True:
                    try:
                        done = await work(await self._connected())
                    except _MAY_PASS as error:
                        await self._disconnect()
                        if self.lost or time.monotonic() + pause > end:
                            raise self._given_up(error) from error
                    else:
                        self.lost = ""
                        return done
                    self._calm.clear()
                    # Jitter: all machines lost their links at the same moment.
                    await asyncio.sleep(random.uniform(pause / 2, pause))
                    pause = min(2 * pause, _LONGEST_PAUSE)
            finally:
                self._calm.set()

    def _given_up(self, error: Exception) -> StorageError:
        self.lost = (
            f"{self.name} could not be reached for {self._patience:g} seconds: {_reason(error)}."
            " Check the server; then the same command continues"
        )
        return StorageError(self.lost)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            # Without prepared statements it also works behind a pooler such as PgBouncer.
            self._connection = await psycopg.AsyncConnection.connect(
                **self._parameters, autocommit=True, prepare_threshold=None
            )
            await self._connection.execute(_GREETING)
        return self._connection

    async def _disconnect(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _create(self, connection: Connection, tables: str, version: int) -> int:
        """Make the tables if there are none; return the version of those that are there."""
        async with connection.transaction():
            # Of many that start together one makes the tables, the others wait for it.
            await connection.execute(_CREATION)
            known = await connection.execute("select to_regclass('questgraph_ledger')")
            if await known.fetchone() == (None,):
                await connection.execute(tables)
                await connection.execute("insert into questgraph_ledger values (%s)", [version])
            old = "delete from questgraph_commits where at < now() - interval '1 day'"
            await connection.execute(old)
            found = await connection.execute("select max(version) from questgraph_ledger")
            [newest] = await found.fetchone() or [version]
        return int(newest)


def _read(url: str) -> dict[str, Any]:
    user_and_password = url.partition("://")[2].rpartition("@")[0]
    found = {}
    # Marks that are not encoded cut a password in two, and later messages would show a part of it.
    if not set(user_and_password) & set("@/?#"):
        with suppress(psycopg.Error):
            found = conninfo_to_dict(url)
    if not found:
        raise RunError(
            "the address of the ledger cannot be read: write postgresql://user@host/database, with"
            " special characters in a password as %40 and the like"
        )
    return found


def _came_through_before(error: BaseException) -> bool:
    """Say whether a commit failed because an earlier try, whose answer got lost, did it all."""
    return (
        isinstance(error, psycopg.errors.UniqueViolation)
        and error.diag.table_name == "questgraph_commits"
    )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).removesuffix(".")
