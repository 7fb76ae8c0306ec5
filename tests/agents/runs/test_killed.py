"""Kill the process anywhere and run the same command: only open calls are made again."""

import asyncio
import random
import signal
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.scripted import ScriptedModel

from .commands import commands
from .world import kept, ledger_of, reader, write_documents

pytestmark = pytest.mark.anyio

OUTPUTS = ("graph.graphml", "graph.jsonld", "graph.ttl", "tables/nodes.csv", "tables/edges.csv")

DOCUMENTS, KILLS = 120, 10
STEP = 4 * DOCUMENTS // (KILLS + 1)
"""Answers between two kills at most, so that none of them comes after the end."""


def answers_have_come(endpoint: Endpoint, enough: int) -> bool:
    return endpoint.billed.calls >= enough


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
async def test_a_run_killed_at_random_moments_asks_nothing_twice_and_ends_the_same(
    tmp_path: Path, seed: int
) -> None:
    dice, answered, asked = random.Random(seed), set[str](), Counter[str]()
    inputs, run, calm = write_documents(tmp_path / "in", DOCUMENTS), tmp_path / "a", tmp_path / "b"
    cap = ("--budget-calls", "9999")

    async with (
        Endpoint(ScriptedModel(reader), latency=0.05) as endpoint,
        commands(tmp_path, endpoint) as start,
    ):
        for _ in range(KILLS):
            command = await start.extract(inputs, run, *cap)
            enough = endpoint.billed.calls + dice.randrange(STEP)
            await command.reaches(partial(answers_have_come, endpoint, enough))
            # The ledger writes what came together: some of these moments are inside of that.
            await asyncio.sleep(dice.uniform(0, 0.03))
            command.send(signal.SIGKILL)

            assert await command.ended == -signal.SIGKILL
            assert {key for key in answered if endpoint.asked[key] != asked[key]} == set()
            before, answered, asked = answered, kept(run), endpoint.asked.copy()
            assert before <= answered

        assert await (await start.extract(inputs, run, *cap)).ended == 0
        ended, bill = endpoint.asked.copy(), endpoint.billed.calls
        assert await (await start.extract(inputs, run, *cap)).ended == 0
        assert endpoint.asked == ended, "a finished run asks nothing"
        assert await (await start.extract(inputs, calm, *cap)).ended == 0

    assert {key for key in answered if ended[key] != asked[key]} == set()
    assert set(ended) == kept(run)
    for name in OUTPUTS:
        assert (run / name).read_bytes() == (calm / name).read_bytes(), name
    with closing(ledger_of(run)) as ledger:
        spent = ledger.spent()
    assert bill <= spent.total.calls, "what was lost on the way counts as spent"
    assert spent.reserved.calls <= KILLS * endpoint.most_in_flight, "and nothing else does"
