"""Runs in a provider's batch mode, against Files and Batches routes on loopback."""

import asyncio
from pathlib import Path

import pytest

import questgraph
from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.base import Request
from questgraph.tools.models.endpoint import BatchPlan, Endpoint, Faults
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

ANSWERS = {
    "Which of the types": '{"types":["person","organization","works_for"]}',
    "Copy every mention": '{"person":["Ann Lee"],"organization":["Acme"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
}
DOCUMENTS = [
    questgraph.Document(f"{i:02}", f"Ann Lee works for Acme. In {i + 1900} she became its head.")
    for i in range(12)
]


def answer(request: Request) -> str:
    question = request.messages[-1].content
    return next((said for asked, said in ANSWERS.items() if asked in question), "{}")


def at(endpoint: Endpoint) -> OpenAIModel:
    return OpenAIModel("gpt-4o-mini", base_url=endpoint.url)


async def extract(endpoint: Endpoint, out: Path, **options: object) -> questgraph.Extraction:
    return await questgraph.aextract(
        DOCUMENTS,
        out=out,
        model=at(endpoint),
        bank=None,
        **{"recipe": "multi-turn", "batch": True, "poll": 0.001, **options},
    )


def facts(extraction: questgraph.Extraction) -> list[object]:
    return [claim.to_json(extraction.documents[claim.document_id]) for claim in extraction.claims]


async def test_batches_bring_what_single_calls_bring_for_half_the_price(tmp_path: Path) -> None:
    async with Endpoint(ScriptedModel(answer)) as endpoint:
        single = await extract(endpoint, tmp_path / "single", batch=False)
        before = endpoint.billed.calls
        batched = await extract(endpoint, tmp_path / "batched")

    assert facts(batched) == facts(single)
    assert batched.complete
    assert endpoint.billed.calls == 2 * before
    cost = batched.status.spending.settled
    assert cost.usd == pytest.approx(single.status.spending.settled.usd / 2)
    assert batched.status.usage.prompt_tokens == single.status.usage.prompt_tokens


async def test_items_that_fail_expire_and_come_late_are_asked_again(tmp_path: Path) -> None:
    plan = BatchPlan(polls=3, broken=0.15, expired=0.15, seed=5)
    async with Endpoint(ScriptedModel(answer), batches=plan) as endpoint:
        found = await extract(endpoint, tmp_path / "run")
        calm = await extract(endpoint, tmp_path / "calm", batch=False)

    assert found.complete
    assert facts(found) == facts(calm)
    assert found.status.spending.settled.calls > calm.status.spending.settled.calls


async def test_an_item_that_the_provider_rejects_makes_its_unit_refused(tmp_path: Path) -> None:
    plan = BatchPlan(rejected=0.1, seed=1)
    async with Endpoint(ScriptedModel(answer), batches=plan) as endpoint:
        found = await extract(endpoint, tmp_path / "run")

    assert not found.complete
    assert set(found.status.units) == {"done", "refused"}
    assert "HTTP 400" in found.status.missing[0].reason


async def test_a_run_that_died_is_taken_up_and_nothing_is_handed_in_twice(tmp_path: Path) -> None:
    async with Endpoint(ScriptedModel(answer), batches=BatchPlan(polls=20)) as endpoint:
        for answered in (1, 30, 60):
            running = asyncio.create_task(extract(endpoint, tmp_path / "run"))
            while endpoint.billed.calls < answered and not running.done():
                await asyncio.sleep(0.001)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        found = await extract(endpoint, tmp_path / "run")

    assert found.complete
    assert max(endpoint.asked.values()) == 1


async def test_receipts_that_get_lost_cost_no_second_batch(tmp_path: Path) -> None:
    plan = BatchPlan(routes=Faults(dropped=0.2, broken=0.1, seed=2))
    async with Endpoint(ScriptedModel(answer), batches=plan) as endpoint:
        found = await extract(endpoint, tmp_path / "run")

    assert found.complete
    assert max(endpoint.asked.values()) == 1


async def test_a_cap_holds_in_batches_and_a_higher_one_continues(tmp_path: Path) -> None:
    async with Endpoint(ScriptedModel(answer)) as endpoint:
        short = await extract(endpoint, tmp_path / "run", budget=Caps(calls=20))
        spent = endpoint.billed.calls
        found = await extract(endpoint, tmp_path / "run", budget=Caps(calls=1000))

    assert spent <= 20
    assert short.status.units["over_budget"] > 0
    assert found.complete
    assert found.status.spending.reserved.calls == 0


async def test_only_openai_models_have_a_batch_mode(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no batch mode"):
        await questgraph.aextract(
            DOCUMENTS, model=ScriptedModel(answer), recipe="multi-turn", bank=None, batch=True
        )
