"""The embedded model: llama.cpp in a child process that all questgraph processes share."""

import asyncio
import importlib.util
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock

from questgraph.tools.errors import (
    ConfigError,
    MissingPackageError,
    ModelUnavailableError,
)
from questgraph.tools.models import llama_server
from questgraph.tools.models.adapters import GGUF, read_about
from questgraph.tools.models.base import AnswerFormat, Reply, Request
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.weights import find, own_file, published, sha256_of
from questgraph.tools.records import digest
from questgraph.tools.settings import Settings

CONTEXT = 16_384
"""Tokens that a prompt and its answer may have together, for weights that the user brings."""

PATIENCE = 120.0
"""Seconds that loading a model may take."""


class LocalModel:
    """A GGUF model on this machine, answering in forced compact JSON where a format is asked for.

    The first user starts the server, later ones share it, and it ends by itself when the last
    is gone. When it dies in the middle, the call under way fails as one that may be tried again,
    and the next one starts it anew.

    Args:
        spec: Name of an embedded model, path of a GGUF file or of a folder with an adapter, or
            nothing for the default.
        settings: Where the cache is, how many threads to use, whose weights.

    Raises:
        WeightsError: When there are no weights, or others than the published ones.
        MissingPackageError: When xllamacpp is not installed.
    """

    slots = 1

    def __init__(self, spec: str, settings: Settings) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise MissingPackageError(
                "xllamacpp", "the embedded model", "pip install 'questgraph[local]'"
            )
        adapter = None
        if spec and (folder := Path(spec).expanduser()).is_dir():
            spec, adapter = read_about(folder).base, own_file(folder / GGUF)
        if spec.endswith(".gguf") or (settings.weights and not spec):
            self._weights = own_file(Path(spec or settings.weights).expanduser())
            self._context = CONTEXT
            self.name = f"local:{self._weights.stem}-{sha256_of(self._weights)[:12]}"
        else:
            weights = published(spec)
            self._weights, self._context = find(weights, settings), weights.context
            self.name = f"local:{weights.name}"
        if adapter:
            self.name += f"+{adapter.parent.name}-{sha256_of(adapter)[:12]}"
        self._threads = settings.threads or os.cpu_count() or 1
        self._runtime = _Runtime(self._weights, adapter, self._context, self._threads)
        self._lease: _Lease | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._leased()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._let_go()

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelUnavailableError: When the server died; the next call starts it again.
            ModelRefusedError: When prompt and answer do not fit into the model's context.
        """
        lease = await self._leased()
        try:
            return await lease.endpoint.complete(request)
        except ModelUnavailableError as error:
            if lease.lost:
                raise ModelUnavailableError(
                    f"{self.name}: its server died, see {self._runtime.log}", billed=error.billed
                ) from error
            raise

    @property
    def address(self) -> tuple[str, str]:
        """URL and key of the open model's server, for others who are to ask the same model."""
        assert self._lease, "use it as a context manager"
        return self._lease.endpoint.url, self._lease.endpoint.api_key

    async def _leased(self) -> "_Lease":
        async with self._opening:
            if self._lease and self._lease.lost:
                await self._lease.close()
                self._lease = None
            if self._lease is None:
                self._lease = await self._runtime.lease(self.name)
            return self._lease

    async def _let_go(self) -> None:
        async with self._opening:
            lease, self._lease = self._lease, None
            if lease:
                await lease.close()


class _Endpoint(OpenAIModel):
    """llama.cpp's endpoint, which takes a grammar."""

    def extra_body(self, format_: AnswerFormat) -> Mapping[str, Any]:
        if format_.grammar:
            return {"grammar": f"%llguidance {{}}\n{format_.grammar}"}
        # llguidance: JSON without a space, since a small model spends most of its time writing.
        tight = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
        schema = json.dumps({**format_.schema, "x-guidance": tight})
        return {"grammar": f"%llguidance {{}}\nstart: %json {schema}"}


class _Lease:
    """A connection that keeps the server alive, and the endpoint that it told of."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: OpenAIModel
    ) -> None:
        self._reader, self._writer, self.endpoint = reader, writer, endpoint

    @property
    def lost(self) -> bool:
        """Whether the server is gone."""
        return self._reader.at_eof()

    async def close(self) -> None:
        """Let go of the server."""
        await self.endpoint.__aexit__(None, None, None)
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


class _Runtime:
    """Finds the server for some weights, or starts it."""

    def __init__(self, weights: Path, adapter: Path | None, context: int, threads: int) -> None:
        folder = Path(tempfile.gettempdir()) / f"questgraph-{os.getuid()}"
        _make_private(folder)
        files = [file for file in (weights, adapter) if file]
        parts = [part for file in files for part in (str(file), str(file.stat().st_mtime_ns))]
        mark = digest(*parts, str(context), str(threads))
        self.log = folder / f"{mark[:16]}.log"
        self._socket = folder / f"{mark[:16]}.sock"
        self._lock = FileLock(folder / f"{mark[:16]}.lock")
        module = llama_server.__name__
        self._command = [
            *(sys.executable, "-m", module),
            *("--weights", str(weights), "--socket", str(self._socket)),
            *("--context", str(context), "--threads", str(threads)),
            *(("--adapter", str(adapter)) if adapter else ()),
        ]

    async def lease(self, name: str) -> _Lease:
        """Return a lease on the running server, or on one that is started now.

        Raises:
            ModelUnavailableError: When it does not start.
        """
        try:
            return await self._connect(name)
        except OSError:
            await asyncio.to_thread(self._start, name)
        try:
            return await self._connect(name)
        except OSError as error:
            raise ModelUnavailableError(f"{name}: its server went away, see {self.log}") from error

    async def _connect(self, name: str) -> _Lease:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        greeting = await reader.readline()
        if not greeting:
            writer.close()
            raise ConnectionResetError("the server is ending")
        address = json.loads(greeting)
        endpoint = _Endpoint(name, base_url=address["url"], api_key=address["key"], name=name)
        await endpoint.__aenter__()
        return _Lease(reader, writer, endpoint)

    def _start(self, name: str) -> None:
        """Start the server, unless another process was faster, and wait until it answers."""
        with self._lock:
            if self._answers():
                return
            with self.log.open("w") as log:
                server = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C in the terminal is for the client; the server ends with its lease.
                    start_new_session=True,
                    env={**os.environ, "PYTHONSAFEPATH": "1"},
                )
            # It outlives this call: without somebody to wait for it, its end leaves a zombie.
            threading.Thread(target=server.wait, daemon=True).start()
            deadline = time.monotonic() + PATIENCE
            while not self._answers():
                if server.poll() is not None or time.monotonic() > deadline:
                    server.kill()
                    tail = self.log.read_text(errors="replace")[-500:].strip()
                    raise ModelUnavailableError(f"{name}: its server did not start: {tail}")
                time.sleep(0.05)

    def _answers(self) -> bool:
        import socket

        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self._socket))
                return bool(probe.recv(1))
            except OSError:
                return False


def _make_private(folder: Path) -> None:
    """Make a folder that nobody else can look into.

    Raises:
        ConfigError: When somebody else made it.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ConfigError(f"{folder} belongs to somebody else: set TMPDIR to a folder of yours")
    folder.chmod(0o700)
