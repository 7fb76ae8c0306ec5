"""A process that uses a ledger beside others: `ledger_process.py ADDRESS put | reserve`."""

import asyncio
import sys
from itertools import count

from questgraph.tools.gateway.cost import Caps, Cost
from questgraph.tools.gateway.ledger import Ledger, Record
from questgraph.tools.gateway.postgres_ledger import PostgresLedger
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Message, Reply, Request

ONE = Cost(calls=1)
CAPS = Caps(calls=70)


def opened(address: str) -> Ledger:
    """Return the ledger at `address`, a URL or a path."""
    return PostgresLedger(address) if "://" in address else SqliteLedger(address)


def record(key: str, *, cost: Cost = ONE, reservation: str = "", text: str = "Ann") -> Record:
    request = Request((Message("user", f"Who? {key}"),))
    return Record(key, "m", request, Reply(text), cost=cost, reservation=reservation)


async def put(ledger: Ledger) -> None:
    """Put record after record until killed; print the key of each that is kept."""
    keys = map(str, count())

    async def work() -> None:
        for key in keys:
            await ledger.reserve(key, ONE, Caps())
            await ledger.put(record(key, reservation=key))
            print(key, flush=True)  # noqa: T201

    await asyncio.gather(*(work() for _ in range(16)))


async def reserve(ledger: Ledger) -> None:
    """When told to, reserve a hundred calls under a cap of seventy; print how many were allowed."""
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    names = (f"{id(ledger)} {i}" for i in range(100))
    allowed = await asyncio.gather(*(ledger.reserve(name, ONE, CAPS) for name in names))
    print(sum(allowed))  # noqa: T201


async def main(address: str, work: str) -> None:
    async with opened(address) as ledger:
        await {"put": put, "reserve": reserve}[work](ledger)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
