"""Whole runs under a budget: the bill is never above it, and a higher one continues."""

import random
from pathlib import Path

import pytest

from questgraph.agents.extractor import aextract
from questgraph.agents.options import Options
from questgraph.agents.runs.progress import Progress
from questgraph.tools.gateway.cost import Caps, Cost, Price
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.endpoint import Billed, Endpoint
from questgraph.tools.models.faults import Faults
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Usage

from .world import SCHEMA, documents, facts, reader

pytestmark = pytest.mark.anyio

PLAN: Options = {"schema": SCHEMA, "recipe": "multi-turn", "bank": None}
PRICE = Price(prompt=3, completion=15)
DOCUMENTS, RUNS, SHARES = 4, 50, 5


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A file with what the test's model costs."""
    path = tmp_path / "prices.yaml"
    path.write_text(f"openai:test: {PRICE.model_dump_json(exclude={'cached'})}")
    return path


def cost_of(bill: Billed) -> Cost:
    """Return what a provider charges for."""
    usage = Usage(prompt_tokens=bill.prompt_tokens, completion_tokens=bill.completion_tokens)
    tokens = bill.prompt_tokens + bill.completion_tokens
    return Cost(calls=bill.calls, tokens=tokens, usd=PRICE.of(usage))


def some_caps(dice: random.Random) -> Caps:
    """Return one cap, or several, of about what the run costs."""
    which = dice.randint(1, 7)
    return Caps(
        usd=dice.uniform(0.005, 0.05) if which & 1 else None,
        tokens=dice.randint(1000, 12_000) if which & 2 else None,
        calls=dice.randint(0, 5 * DOCUMENTS) if which & 4 else None,
    )


@pytest.mark.parametrize("share", range(SHARES))
async def test_the_providers_bill_is_never_above_a_cap(
    tmp_path: Path, prices: Path, share: int
) -> None:
    for seed in range(share, RUNS, SHARES):
        dice, run = random.Random(seed), tmp_path / str(seed)
        caps, faults = some_caps(dice), Faults.mixed(dice.choice((0.0, 0.2)), seed=seed)
        async with Endpoint(ScriptedModel(reader), faults=faults) as endpoint:
            options: Options = {
                **PLAN,
                "model": OpenAIModel("test", base_url=endpoint.url),
                "limits": Limits(concurrency=dice.randint(1, 64)),
                "retries": Retries(base=0.0),
                "prices": prices,
                "budget": caps,
            }
            for command in ("first", "again"):
                found = await aextract(documents(DOCUMENTS), out=run, **options)
                status = found.status
                found.close()

                assert caps.allow(cost_of(endpoint.billed)), (seed, command)
                assert caps.allow(status.spending.total), (seed, command)
                assert status.units.total() == DOCUMENTS, (seed, command)
                assert status.ended, (seed, command)
                assert not status.stopped, (seed, command)


async def test_a_run_whose_budget_is_used_up_ends_cleanly_and_a_higher_one_continues(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(reader)
    plan: Options = {**PLAN, "model": model}

    small = await aextract(documents(4), out=tmp_path, budget=Caps(calls=10), **plan)
    units, missing, spent = small.status.units, list(small.missing()), len(model.requests)
    same = await aextract(documents(4), out=tmp_path, budget=Caps(calls=10), **plan)
    higher = await aextract(documents(4), out=tmp_path, budget=Caps(calls=99), **plan)

    assert spent == 10
    assert units["over_budget"] == len(missing) > 0
    assert "it might go beyond the cap of 10 calls" in missing[0].reason
    assert same.status.spending.total.calls == 10
    assert higher.complete
    assert len({request.key("") for request in model.requests}) == len(model.requests)
    assert facts(higher) == facts(await aextract(documents(4), **plan))


async def test_what_came_before_the_budget_was_used_up_is_in_the_graph(tmp_path: Path) -> None:
    plan: Options = {**PLAN, "limits": Limits(concurrency=1)}

    found = await aextract(
        documents(30), out=tmp_path, model=ScriptedModel(reader), budget=Caps(calls=100), **plan
    )

    assert found.graph.number_of_nodes() > 0
    assert found.status.units["over_budget"] > 0


async def test_progress_knows_what_was_spent(tmp_path: Path, prices: Path) -> None:
    reports = list[Progress]()
    async with Endpoint(ScriptedModel(reader)) as endpoint:
        model = OpenAIModel("test", base_url=endpoint.url)
        await aextract(documents(3), model=model, prices=prices, on_progress=reports.append, **PLAN)

    assert reports[-1].spent == cost_of(endpoint.billed)
