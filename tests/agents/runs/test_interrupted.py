"""Ctrl-C once finishes what is at the endpoint, twice stops at once; both lose no answer."""

import signal
from pathlib import Path

import pytest

from questgraph.cli import INCOMPLETE
from questgraph.tools.models.endpoint import Endpoint, Latency
from questgraph.tools.models.faults import fixed
from questgraph.tools.models.scripted import ScriptedModel

from .commands import commands
from .world import kept, reader, write_documents

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DOCUMENTS = 100


async def test_an_interrupt_finishes_what_is_at_the_endpoint_and_the_same_command_continues(
    tmp_path: Path,
) -> None:
    inputs, run = write_documents(tmp_path / "in", DOCUMENTS), tmp_path / "run"

    async with (
        Endpoint(ScriptedModel(reader), latency=0.2) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        stopped = await start.extract(inputs, run)
        await stopped.reaches(lambda: endpoint.billed.calls >= DOCUMENTS)
        stopped.send(signal.SIGINT)
        in_flight, code = endpoint.in_flight, await stopped.ended
        asked, kept_then = set(endpoint.asked), kept(run)
        finished = await (await start.extract(inputs, run)).ended

    assert code == INCOMPLETE
    assert "NOT complete: it was interrupted. The same command continues." in stopped.printed
    assert in_flight > 8, "it was in the middle of it"
    assert len(asked) < 3 * DOCUMENTS, "nothing new was begun"
    assert kept_then == asked, "what was begun was finished"
    assert finished == 0
    assert set(endpoint.asked.values()) == {1}


async def test_the_second_interrupt_waits_for_nobody_and_keeps_what_was_answered(
    tmp_path: Path,
) -> None:
    inputs, run = write_documents(tmp_path / "in", DOCUMENTS), tmp_path / "run"
    latency = Latency(fixed(0.1), slow=0.1, times=300, seed=1)

    def late() -> set[str]:
        return {key for key in endpoint.asked if latency.seconds(key, 0) > 1}

    async with (
        Endpoint(ScriptedModel(reader), latency=latency) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        stopped = await start.extract(inputs, run)
        await stopped.reaches(lambda: endpoint.billed.calls >= DOCUMENTS)
        stopped.send(signal.SIGINT)
        await stopped.reaches(lambda: "Ctrl-C again stops at once" in stopped.printed)
        await stopped.reaches(lambda: endpoint.in_flight == len(late()))
        stopped.send(signal.SIGINT)
        code, in_flight, asked = await stopped.ended, endpoint.in_flight, set(endpoint.asked)
        lost, kept_then = late(), kept(run)
        endpoint.latency = Latency(fixed(0.0))
        finished = await (await start.extract(inputs, run)).ended

    assert code == INCOMPLETE
    assert "What was answered is kept: the same command continues." in stopped.printed
    assert in_flight == len(lost) > 0, "calls of half a minute were not waited for"
    assert kept_then == asked - lost
    assert finished == 0
    assert {key for key, times in endpoint.asked.items() if times > 1} == lost
