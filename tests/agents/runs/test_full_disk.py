"""The disk is full in the middle of a run: what is being answered is kept, nothing else begun."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.cli import INCOMPLETE
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.scripted import ScriptedModel

from .commands import commands
from .world import kept, reader, write_documents

pytestmark = pytest.mark.anyio

DOCUMENTS = 200


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where this machine allows to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here, which takes root and the right to: {error}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write a file that takes all the room there is."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


@pytest.mark.slow
async def test_what_is_being_answered_when_the_disk_is_full_is_kept_and_asked_no_more(
    tmp_path: Path, disk: Path
) -> None:
    inputs, run, sent = write_documents(tmp_path / "in", DOCUMENTS), disk / "run", tmp_path / "sent"
    model = ScriptedModel(reader)

    async with (
        Endpoint(model, latency=0.2, record=sent) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        stopped = await start.extract(inputs, run)
        await stopped.reaches(lambda: endpoint.billed.calls >= DOCUMENTS)
        filler, in_flight = fill(disk), endpoint.in_flight
        code = await stopped.ended
        answered, kept_then = set(sent.read_text().split()), kept(run)
        filler.unlink()
        finished = await (await start.extract(inputs, run)).ended

    assert code == INCOMPLETE
    assert "the disk is full. Free some space; then the same command continues" in stopped.printed
    assert in_flight > 8, "it was in the middle of it"
    assert DOCUMENTS <= len(answered) < 4 * DOCUMENTS
    assert answered <= kept_then
    assert finished == 0
    assert set(endpoint.asked.values()) == {1}, "no answer was lost, or asked for again"


@pytest.mark.slow
async def test_a_disk_that_is_still_full_is_told_again_and_nothing_is_asked(
    tmp_path: Path, disk: Path
) -> None:
    inputs, run = write_documents(tmp_path / "in", DOCUMENTS), disk / "run"

    async with (
        Endpoint(ScriptedModel(reader), latency=0.2) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        first = await start.extract(inputs, run)
        await first.reaches(lambda: endpoint.billed.calls >= DOCUMENTS)
        fill(disk)
        await first.ended
        asked = endpoint.asked.total()
        fill(disk)
        again = await start.extract(inputs, run)
        code = await again.ended

    assert endpoint.asked.total() == asked
    assert code == INCOMPLETE
    assert "Free some space; then the same command continues" in again.printed
