"""The child process that holds the embedded model.

llama.cpp speaks HTTP on a loopback port, behind a key of this process. Who wants to use it takes
a *lease*: a connection to a Unix socket, on which address and key are told, and which stays open.
When the last lease has been gone for a while the process ends; a client that is killed lets go
of its lease like any other.
"""

import argparse
import asyncio
import contextlib
import json
import secrets
import socket
import sys
from pathlib import Path
from typing import Any

LINGER = 10.0
"""Seconds that the server outlives its last lease: the next command often follows at once."""


class Leases:
    """Hands out leases and knows when the last one is gone."""

    def __init__(self, address: dict[str, str]) -> None:
        self._greeting = json.dumps(address).encode() + b"\n"
        self._open = 0
        self._changed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell a client the address and hold its lease until it goes away."""
        self._open += 1
        self._changed.set()
        with contextlib.suppress(ConnectionError):
            writer.write(self._greeting)
            await writer.drain()
            await reader.read()
        self._open -= 1
        self._changed.set()
        writer.close()

    async def all_gone(self) -> None:
        """Return when there has been no lease for `LINGER` seconds."""
        while True:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), LINGER)
            except TimeoutError:
                if not self._open:
                    return


def start(
    weights: Path, adapter: Path | None, *, context: int, threads: int
) -> tuple[Any, dict[str, str]]:
    """Load the model and return the server, to be kept, and its address."""
    import xllamacpp

    key = secrets.token_urlsafe(16)
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.port = _free_port()
    params.api_keys = [key]
    # One slot: with several, batching changes the arithmetic and equal questions get different
    # answers; on a processor they gain nothing.
    params.n_parallel = 1
    params.n_ctx = context
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity = 0
    if adapter:
        loaded = xllamacpp.CommonAdapterLoraInfo()
        loaded.path, loaded.scale = str(adapter), 1.0
        params.lora_adapters = [loaded]
    server = xllamacpp.Server(params)
    return server, {"url": f"{server.listening_address}/v1", "key": key}


async def hold(lease_socket: Path, address: dict[str, str]) -> None:
    """Hand out leases until nobody wants one any more."""
    leases = Leases(address)
    unfinished = lease_socket.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(leases.serve, unfinished)
    # The name appears when the server answers, and takes the place of a dead one's.
    unfinished.replace(lease_socket)
    async with server:
        await leases.all_gone()
        lease_socket.unlink(missing_ok=True)


def main() -> None:
    """Serve until the last lease is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    told = parser.parse_args()
    server, address = start(told.weights, told.adapter, context=told.context, threads=told.threads)
    asyncio.run(hold(told.socket, address))
    del server
    sys.stdout.flush()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
