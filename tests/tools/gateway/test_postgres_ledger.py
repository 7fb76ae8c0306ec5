"""What only a ledger on a server can meet: the server away, the line cut, others who start."""

import asyncio
import contextlib
import random
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import count
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from questgraph.tools.errors import MissingPackageError, RunError, StorageError
from questgraph.tools.gateway.cost import Caps, Cost
from questgraph.tools.gateway.ledger import Record, Spending
from questgraph.tools.gateway.postgres_ledger import PostgresLedger
from questgraph.tools.models.base import Message, Reply, Request

pytestmark = pytest.mark.anyio

ONE = Cost(calls=1)


def record(key: str) -> Record:
    return Record(key, "m", Request((Message("user", key),)), Reply("Ann"), cost=ONE)


class Wire:
    """A line to the server that can be cut: the server's own is a socket in `folder`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._query = "&".join(part for part in parts.query.split("&") if part[:4] != "host")
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.answers_to_lose = 0
        """How often to cut the line when the server answers, before anybody hears of it."""

    @property
    def url(self) -> str:
        return f"postgresql://tests:secret@127.0.0.1:{self._port}/postgres?{self._query}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server:
            self._server.close()
        for end in self._ends:
            end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(self._socket)
        self._ends |= {writer, there[1]}
        await asyncio.gather(
            self._pump(reader, there[1]), self._pump(there[0], writer, answers=True)
        )
        self._ends -= {writer, there[1]}

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(1 << 16):
                if answers and self.answers_to_lose:
                    self.answers_to_lose -= 1
                    break
                sink.write(data)
                await sink.drain()
        sink.close()


@pytest.fixture
async def wire(postgres_url: str) -> AsyncIterator[Wire]:
    wire = Wire(postgres_url)
    await wire.mend()
    yield wire
    await wire.cut()


async def test_an_answer_that_gets_lost_after_the_commit_is_not_counted_twice(wire: Wire) -> None:
    async with PostgresLedger(wire.url) as ledger:
        wire.answers_to_lose = 1
        await asyncio.gather(*(ledger.put(record(str(i))) for i in range(10)))
        assert wire.answers_to_lose == 0
        assert await ledger.spending() == Spending(Cost(calls=10))


async def test_a_reservation_is_known_by_its_name_when_the_answer_got_lost(wire: Wire) -> None:
    async with PostgresLedger(wire.url) as ledger:
        wire.answers_to_lose = 1
        allowed = await asyncio.gather(
            *(ledger.reserve(str(i), ONE, Caps(calls=7)) for i in range(10))
        )
        assert wire.answers_to_lose == 0
        assert allowed == [True] * 7 + [False] * 3


async def test_nothing_is_lost_or_counted_twice_when_the_server_drops_everybody(
    postgres_url: str,
) -> None:
    dice = random.Random(7)
    async with PostgresLedger(postgres_url) as ledger, PostgresLedger(postgres_url) as other:
        for start in range(0, 600, 30):
            keys = map(str, range(start, start + 30))
            work = map(reserve_and_put, (ledger, other) * 15, keys)
            await asyncio.gather(*work, drop_everybody(postgres_url, after=dice.uniform(0, 0.02)))
        assert await ledger.spending() == Spending(Cost(calls=600))
        assert all([await other.get(str(i)) for i in range(600)])


async def drop_everybody(url: str, after: float) -> None:
    """End the connections of all ledgers, as a server that restarts does."""
    others = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as server:
        await asyncio.sleep(after)
        await server.execute(others, ["questgraph"])


async def reserve_and_put(ledger: PostgresLedger, key: str) -> None:
    assert await ledger.reserve(key, ONE, Caps(calls=600))
    await ledger.put(Record(key, "m", record(key).request, Reply("Ann"), 1, ONE, key))


async def test_what_is_put_while_the_server_is_away_waits_for_it(wire: Wire) -> None:
    async with PostgresLedger(wire.url) as ledger:
        await wire.cut()
        putting = asyncio.create_task(ledger.put(record("k")))
        await asyncio.sleep(0.1)
        assert not putting.done()
        await wire.mend()
        await putting
        assert await ledger.get("k") == Reply("Ann")


async def test_nobody_hears_that_a_key_is_unknown_while_nothing_can_be_kept(
    postgres_url: str,
) -> None:
    async with PostgresLedger(postgres_url) as ledger:
        await ledger.put(record("k"))
        with read_only(postgres_url):
            putting = await put_until_it_waits(ledger)
            getting = asyncio.create_task(ledger.get("unknown"))
            await asyncio.sleep(0.05)
            assert await ledger.get("k") == Reply("Ann")
            assert not getting.done()
        await putting
        assert await getting is None


@contextlib.contextmanager
def read_only(url: str) -> Iterator[None]:
    """Let the server refuse all changes, as one does that has become a standby."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("alter system set default_transaction_read_only = on")
        server.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            server.execute("alter system reset default_transaction_read_only")
            server.execute("select pg_reload_conf()")


async def put_until_it_waits(ledger: PostgresLedger) -> asyncio.Task[None]:
    # A server needs a moment to hear of new settings.
    for number in count():
        putting = asyncio.create_task(ledger.put(record(str(number))))
        if not (await asyncio.wait([putting], timeout=0.1))[0]:
            break
    return putting


async def test_a_server_that_stays_away_is_an_error_without_a_password(wire: Wire) -> None:
    async with PostgresLedger(wire.url, patience=0.2) as ledger:
        await ledger.put(record("k"))
        await wire.cut()
        failures = await asyncio.gather(
            ledger.put(record("l")),
            ledger.settle(ONE),
            ledger.reserve("r", ONE, Caps()),
            ledger.forget(["k"]),
            ledger.get("k"),
            ledger.spending(),
            return_exceptions=True,
        )

    assert {type(failure) for failure in failures} == {StorageError}
    assert "secret" not in str(failures)


async def test_once_writing_was_given_up_an_unknown_key_is_an_error(
    wire: Wire,
) -> None:
    async with PostgresLedger(wire.url, patience=0.2) as ledger:
        await wire.cut()
        with pytest.raises(StorageError, match="then the same command continues"):
            await ledger.put(record("k"))
        await wire.mend()
        with pytest.raises(StorageError, match="then the same command continues"):
            await ledger.get("k")
        await ledger.put(record("k"))
        assert await ledger.get("k") == Reply("Ann")
        assert await ledger.get("l") is None


async def test_many_may_start_at_once(postgres_url: str) -> None:
    async def start(name: str) -> bool:
        async with PostgresLedger(postgres_url) as ledger:
            return await ledger.reserve(name, ONE, Caps(calls=5))

    allowed = await asyncio.gather(*map(start, "abcdefghij"))

    assert sum(allowed) == 5


async def test_a_ledger_leaves_no_trace_of_its_commits(postgres_url: str) -> None:
    async with PostgresLedger(postgres_url) as ledger:
        for key in "abc":
            await ledger.put(record(key))

    with psycopg.connect(postgres_url) as server:
        assert server.execute("select count(*) from questgraph_commits").fetchone() == (0,)


async def test_a_ledger_from_the_future_is_an_error_that_says_so(postgres_url: str) -> None:
    async with PostgresLedger(postgres_url):
        pass
    with psycopg.connect(postgres_url) as server:
        server.execute("update questgraph_ledger set version = 99")

    with pytest.raises(RunError, match="newer"):
        async with PostgresLedger(postgres_url):
            pass


async def test_a_server_that_cannot_be_reached_is_an_error_that_says_what_to_check() -> None:
    with pytest.raises(RunError, match="Check that the server runs") as raised:
        async with PostgresLedger("postgresql://ann:secret@127.0.0.1:1/calls"):
            pass

    assert "postgresql://ann@127.0.0.1:1/calls" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("password", ["sec@ret", "sec/ret", "sec?ret", "sec#ret@", "sec ret/@"])
def test_a_password_that_is_not_encoded_is_not_shown(password: str) -> None:
    with pytest.raises(RunError, match="%40") as raised:
        PostgresLedger(f"postgresql://ann:{password}@127.0.0.1/calls")

    assert "ret" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_a_missing_package_is_an_error_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "questgraph.tools.gateway.postgres", None)

    with pytest.raises(MissingPackageError, match=r"pip install 'questgraph\[postgres\]'"):
        PostgresLedger("postgresql://127.0.0.1/calls")
