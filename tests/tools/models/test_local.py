"""The embedded model: leases on a server, and (live) the real small model behind it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.tools.errors import ConfigError, ModelRefusedError, ModelUnavailableError
from questgraph.tools.models import llama_server
from questgraph.tools.models.base import AnswerFormat, Message, Request
from questgraph.tools.models.local import LocalModel
from questgraph.tools.settings import Settings

ADDRESS = {"url": "http://127.0.0.1:1/v1", "key": "k"}
QUESTION = Request((Message("user", "Name a city and its country."),), max_tokens=48)
_SHORT = {"type": "string", "maxLength": 20}
FORCED = Request(
    QUESTION.messages,
    max_tokens=48,
    format=AnswerFormat(
        {
            "type": "object",
            "properties": {"city": _SHORT, "country": _SHORT},
            "required": ["city", "country"],
            "additionalProperties": False,
        }
    ),
)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of this test's own: servers are shared by all who use the same one.

    Its path is short, since that of a Unix socket must be.
    """
    folder = Path(tempfile.mkdtemp(prefix="qg-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings(cache=folder / "cache", threads=1)


@pytest.fixture
def gguf(folder: Path) -> Path:
    path = folder / "mine.gguf"
    path.write_bytes(b"GGUF and nothing more")
    return path


def servers(folder: Path) -> list[int]:
    """Return the processes that serve out of `folder`."""
    listing = subprocess.check_output(["ps", "-eww", "-o", "pid,args"], text=True)
    lines = [line for line in listing.splitlines() if f"--socket {folder}/" in line]
    return [int(line.split()[0]) for line in lines]


async def ended(folder: Path, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        if not servers(folder):
            return True
    return False


@pytest.mark.anyio
async def test_lease_tells_the_address_and_the_last_one_ends_the_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_server, "LINGER", 0.1)
    path = folder / "s.sock"
    server = asyncio.create_task(llama_server.hold(path, ADDRESS))
    while not path.exists():
        await asyncio.sleep(0.01)

    first, second = [await asyncio.open_unix_connection(path) for _ in range(2)]
    told = [json.loads(await reader.readline()) for reader, _ in (first, second)]
    first[1].close()
    await asyncio.sleep(0.3)
    held = not server.done()
    second[1].close()
    await asyncio.wait_for(server, 5)

    assert told == [ADDRESS, ADDRESS]
    assert held
    assert not path.exists()


@pytest.mark.anyio
async def test_server_takes_the_place_of_one_that_was_killed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_server, "LINGER", 0.1)
    path = folder / "s.sock"
    path.touch()
    path.with_suffix(".new").touch()

    server = asyncio.create_task(llama_server.hold(path, ADDRESS))
    while not path.is_socket():
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_unix_connection(path)
    told = json.loads(await reader.readline())
    writer.close()
    await asyncio.wait_for(server, 5)

    assert told == ADDRESS


def test_own_file_is_named_by_its_content(gguf: Path, settings: Settings) -> None:
    first = LocalModel(str(gguf), settings).name
    gguf.write_bytes(b"GGUF and something else")
    second = LocalModel(str(gguf), settings).name

    assert first.startswith("local:mine-")
    assert first != second


def test_runtime_folder_of_somebody_else_is_not_used(
    folder: Path, gguf: Path, settings: Settings
) -> None:
    (folder / f"questgraph-{os.getuid()}").symlink_to(folder)

    with pytest.raises(ConfigError, match="TMPDIR"):
        LocalModel(str(gguf), settings)


@pytest.mark.anyio
async def test_weights_that_llama_cannot_load_are_unavailable(
    gguf: Path, settings: Settings
) -> None:
    with pytest.raises(ModelUnavailableError, match="did not start"):
        async with LocalModel(str(gguf), settings):
            pass


@pytest.mark.live
@pytest.mark.anyio
async def test_forced_answers_are_compact_json_and_the_prompt_is_cached(settings: Settings) -> None:
    async with LocalModel("smollm2-135m", settings) as model:
        first, second = [await model.complete(FORCED) for _ in range(2)]

    value = json.loads(first.text)
    assert set(value) == {"city", "country"}
    assert json.dumps(value, separators=(",", ":"), ensure_ascii=False) == first.text
    assert second.text == first.text
    assert second.usage.cached_tokens > first.usage.cached_tokens


@pytest.mark.live
@pytest.mark.anyio
async def test_prompt_that_does_not_fit_is_refused(settings: Settings) -> None:
    async with LocalModel("smollm2-135m", settings) as model:
        with pytest.raises(ModelRefusedError, match="context size"):
            await model.complete(Request((Message("user", "word " * 20_000),)))


@pytest.mark.live
@pytest.mark.anyio
async def test_another_process_shares_the_server(folder: Path, settings: Settings) -> None:
    program = f"""
import asyncio
from pathlib import Path
from questgraph.tools.models.base import Message, Request
from questgraph.tools.models.local import LocalModel
from questgraph.tools.settings import Settings

async def main():
    settings = Settings(cache=Path({str(settings.cache)!r}), threads=1)
    async with LocalModel("smollm2-135m", settings) as model:
        await model.complete(Request((Message("user", "Hello"),), max_tokens=4))

asyncio.run(main())
"""
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "TMPDIR": str(folder)}

    async with LocalModel("smollm2-135m", settings) as model:
        before = servers(folder)
        other = await asyncio.create_subprocess_exec(*command, env=environment)
        code = await other.wait()
        await model.complete(QUESTION)
        after = servers(folder)

    assert code == 0
    assert len(before) == 1
    assert after == before


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.anyio
async def test_server_ends_after_its_last_client(folder: Path, settings: Settings) -> None:
    async with LocalModel("smollm2-135m", settings):
        running = servers(folder)

    assert len(running) == 1
    assert await ended(folder, within=llama_server.LINGER + 10)


@pytest.mark.live
@pytest.mark.anyio
async def test_server_killed_between_calls_is_not_noticed(folder: Path, settings: Settings) -> None:
    async with LocalModel("smollm2-135m", settings) as model:
        await model.complete(QUESTION)
        os.kill(servers(folder)[0], signal.SIGKILL)
        assert await ended(folder, within=5)
        reply = await model.complete(QUESTION)

    assert reply.text


@pytest.mark.live
@pytest.mark.anyio
async def test_server_killed_during_a_call_is_started_again_by_the_next(
    folder: Path, settings: Settings
) -> None:
    story = Request((Message("user", "Tell a long story."),), max_tokens=2000)

    async with LocalModel("smollm2-135m", settings) as model:
        call = asyncio.create_task(model.complete(story))
        await asyncio.sleep(0.5)
        os.kill(servers(folder)[0], signal.SIGKILL)
        with pytest.raises(ModelUnavailableError, match="its server died"):
            await call
        reply = await model.complete(QUESTION)

    assert reply.text
