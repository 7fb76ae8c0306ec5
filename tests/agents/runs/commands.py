"""`questgraph` as a process that can be killed, while the test goes on."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.schema_sources import schema_to_yaml

from .world import SCHEMA

_FORKING = Path(__file__).with_name("forking.py")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was started."""

    process: int
    ended: "asyncio.Task[int]"
    """Brings the exit code; negative when a signal ended it."""

    log: Path

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.done()

    @property
    def printed(self) -> str:
        """What it has printed, as one line."""
        return " ".join(self.log.read_text().split())

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.process, number)

    async def reaches(self, moment: Callable[[], bool]) -> bool:
        """Wait until `moment` is true; say whether it was before the command ended."""
        while self.running and not moment():
            await asyncio.sleep(0.001)
        return self.running


class Commands:
    """Starts commands of one folder that ask one endpoint, one after the other."""

    def __init__(self, folder: Path, endpoint: Endpoint, forking: asyncio.subprocess.Process):
        self._folder, self._endpoint, self._forking = folder, endpoint, forking
        self._number = 0
        self._last: Command | None = None

    async def start(self, *words: str) -> Command:
        """Start `questgraph` with `words`."""
        self._number += 1
        log = self._folder / f"log-{self._number}"
        environment = {
            "OPENAI_BASE_URL": self._endpoint.url,
            "QUESTGRAPH_CACHE": str(self._folder / "cache"),
            "COLUMNS": "200",
        }
        process = await self._told({"start": words, "env": environment, "log": str(log)})
        self._last = Command(process, asyncio.create_task(self._told({"wait": process})), log)
        return self._last

    async def extract(self, inputs: Path, out: Path, *words: str) -> Command:
        """Start `questgraph extract` with the test's model."""
        schema = self._folder / "schema.yaml"
        options = ("--model", "openai:test", "--schema", str(schema), "--bank", "none")
        told = ("--recipe", "multi-turn", "--out", str(out))
        return await self.start("extract", str(inputs), *told, *options, *words)

    async def close(self) -> None:
        """Kill what a failed test has left."""
        if self._last and self._last.running:
            self._last.send(signal.SIGKILL)
            await self._last.ended

    async def _told(self, order: object) -> int:
        assert self._forking.stdin
        assert self._forking.stdout
        self._forking.stdin.write(f"{json.dumps(order)}\n".encode())
        return int(await self._forking.stdout.readline())


@asynccontextmanager
async def commands(folder: Path, endpoint: Endpoint) -> AsyncIterator[Commands]:
    """Yield what starts commands, for as long as the block lasts."""
    pipe = asyncio.subprocess.PIPE
    forking = await asyncio.create_subprocess_exec(
        sys.executable, str(_FORKING), stdin=pipe, stdout=pipe
    )
    assert forking.stdin
    assert forking.stdout
    await forking.stdout.readline()
    (folder / "schema.yaml").write_text(schema_to_yaml(SCHEMA))
    made = Commands(folder, endpoint, forking)
    try:
        yield made
    finally:
        await made.close()
        forking.stdin.close()
        await forking.wait()
