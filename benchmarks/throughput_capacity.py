"""Asks the endpoint as fast as plain sockets can: how many calls a second it has in it.

    python throughput_capacity.py http://127.0.0.1:8000 --width 256 --seconds 3

A loop as `wrk` has it, since a client that knows HTTP would measure itself. Prints calls a second.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from itertools import count
from typing import cast
from urllib.parse import urlsplit

import uvloop
from task import passages


class Asking(asyncio.Protocol):
    """A connection that asks the next question as soon as it has the answer."""

    def __init__(self, contender: str, numbers: Iterator[int]) -> None:
        self.answered = 0
        self._numbers = numbers
        self._head = f"POST /{contender}/v1/chat/completions HTTP/1.1\r\nContent-Length: "
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first question."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count an answer that is there, and ask on."""
        if not self._missing:
            head, _, data = data.partition(b"\r\n\r\n")
            self._missing = int(head.rpartition(b":")[2])
        self._missing -= len(data)
        if not self._missing:
            self.answered += 1
            self._ask()

    def _ask(self) -> None:
        [passage] = passages(next(self._numbers), 1)
        body = json.dumps({"messages": [{"role": "user", "content": passage}]})
        self._transport.write(f"{self._head}{len(body)}\r\n\r\n{body}".encode())


async def capacity(url: str, *, width: int, seconds: float) -> float:
    """Return how many calls a second were answered over `width` connections."""
    loop, where, numbers = asyncio.get_running_loop(), urlsplit(url), count()
    assert where.hostname, "an endpoint says where it is"
    assert where.port, "an endpoint says where it is"
    connections = [
        await loop.create_connection(lambda: Asking("aiohttp", numbers), where.hostname, where.port)
        for _ in range(width)
    ]
    asking = [protocol for _, protocol in connections]
    before, begun = sum(each.answered for each in asking), time.perf_counter()
    await asyncio.sleep(seconds)
    answered, passed = sum(each.answered for each in asking) - before, time.perf_counter() - begun
    for transport, _ in connections:
        transport.abort()
    return answered / passed


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--core", type=int, help="the processor core to stay on")
    told = parser.parse_args()
    if told.core is not None:
        os.sched_setaffinity(0, {told.core})
    print(round(uvloop.run(capacity(told.url, width=told.width, seconds=told.seconds))))


if __name__ == "__main__":
    main()
