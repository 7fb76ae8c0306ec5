"""Ctrl-C once finishes what is at the endpoint, twice stops at once; both lose no answer."""

import signal
from pathlib import Path

import pytest

from questgraph.agents.extraction import Extraction
from questgraph.cli import INCOMPLETE
from questgraph.tools.models.endpoint import Endpoint, Latency
from questgraph.tools.models.faults import uniform
from questgraph.tools.models.scripted import ScriptedModel

from .commands import commands
from .world import kept, reader, write_documents

pytestmark = pytest.mark.anyio

DOCUMENTS = 100


@pytest.mark.slow
async def test_one_interrupt_finishes_what_is_at_the_endpoint_and_the_command_continues(
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
        at_the_endpoint, asked = endpoint.in_flight, endpoint.asked.total()
        code = await stopped.ended
        more, kept_then = endpoint.asked.total() - asked, kept(run)
        with_facts = len(Extraction.open(run).claims)
        finished = await (await start.extract(inputs, run)).ended

    print(at_the_endpoint, asked, more, with_facts)
    print(stopped.printed)
    assert code == INCOMPLETE
    assert "NOT complete: it was interrupted. The same command continues." in stopped.printed
    assert at_the_endpoint > 8
    assert kept_then == set(endpoint.asked) or len(kept_then) == asked + more
    assert more <= 8
    assert finished == 0
    assert set(endpoint.asked.values()) == {1}


@pytest.mark.slow
async def test_the_second_interrupt_stops_at_once_and_keeps_what_was_answered(
    tmp_path: Path,
) -> None:
    inputs, run, sent = write_documents(tmp_path / "in", DOCUMENTS), tmp_path / "run", tmp_path / "sent"
    latency = Latency(uniform(0.05, 0.1), slow=0.1, times=600, seed=1)

    async with (
        Endpoint(ScriptedModel(reader), latency=latency, record=sent) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        stopped = await start.extract(inputs, run)
        await stopped.reaches(lambda: endpoint.billed.calls >= DOCUMENTS)
        stopped.send(signal.SIGINT)
        await stopped.reaches(lambda: "Ctrl-C again" in stopped.printed)
        import asyncio, time
        await asyncio.sleep(1.0)
        stopped.send(signal.SIGINT)
        t = time.time()
        code = await stopped.ended
        print(time.time() - t, endpoint.in_flight)
    print(stopped.printed)
    assert code == INCOMPLETE
    assert set(sent.read_text().split()) <= kept(run)
