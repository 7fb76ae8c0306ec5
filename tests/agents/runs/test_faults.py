"""A fifth of all calls goes wrong, in every way there is: in the end nothing is missing."""

from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import aextract, aretry
from questgraph.agents.options import Options
from questgraph.agents.runs.status import Status
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.faults import KINDS, SAID, Faults, Kind
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel

from .world import SCHEMA, documents, exports, facts, reader

pytestmark = pytest.mark.anyio

PLAN: Options = {"schema": SCHEMA, "recipe": "multi-turn", "bank": None}

MANY = 2001
"""Documents: one more than a run exports by itself, whenever it is gone on with."""

ROUNDS = 8
"""Commands after which a person would give up."""


async def healed(endpoint: Endpoint, run: Path, count: int) -> tuple[Extraction, list[Status]]:
    """Run, and retry until nothing is missing; return what was found, and each command's end."""
    model = OpenAIModel("test", base_url=endpoint.url)
    options: Options = {"model": model, "retries": Retries(base=0.01), **PLAN}
    found = await aextract(documents(count), out=run, **options)
    ends = [found.status]
    while not found.complete and len(ends) < ROUNDS:
        found.close()
        found = await aretry(run, **options)
        ends.append(found.status)
    return found, ends


async def undisturbed(count: int) -> Extraction:
    """Return what the documents give where nothing goes wrong."""
    model = ScriptedModel(reader, name="openai:test")
    return await aextract(documents(count), model=model, **PLAN)


@pytest.mark.slow
async def test_what_a_fifth_of_the_calls_took_away_is_all_there_in_the_end(tmp_path: Path) -> None:
    faults = replace(Faults.mixed(0.2, seed=3), drip=0.02)
    async with Endpoint(ScriptedModel(reader), faults=faults) as endpoint:
        found, ends = await healed(endpoint, tmp_path / "run", MANY)
    calm = await undisturbed(MANY)

    assert {end.units.total() for end in ends} == {MANY}, "each passage ends in one way"
    assert ends[0].units["refused"] > MANY // 10, "much was taken away"
    assert ends[-1].units == {"done": MANY}
    assert ends[-1].spending.settled.calls == endpoint.asked.total(), "none counted twice"
    assert facts(found) == facts(calm)
    assert exports(found, tmp_path / "found") == exports(calm, tmp_path / "calm")


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_trouble_is_overcome(kind: Kind, tmp_path: Path) -> None:
    faults = Faults(seed=6, drip=0.01).having({kind: 0.3})
    async with Endpoint(ScriptedModel(reader), faults=faults) as endpoint:
        found, ends = await healed(endpoint, tmp_path / "run", 12)
    calm = await undisturbed(12)

    assert ends[-1].units == {"done": 12}
    assert ends[-1].spending.settled.calls == endpoint.asked.total()
    assert ends[-1].spending.reserved.calls == 0
    assert kind in SAID or len(ends) == 1, "what happens on the way costs no command"
    assert facts(found) == facts(calm)
