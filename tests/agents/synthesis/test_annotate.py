import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from questgraph.agents.recipes import recipes
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Plan
from questgraph.agents.synthesis.annotate import annotate
from questgraph.agents.synthesis.harvest import Harvest
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.schema import Schema

from .conftest import asked

pytestmark = pytest.mark.anyio

POOL = [
    Document(f"d{n}", f"{'Ann Lee hired' if n % 3 else 'Rain fell on'} number {n} of many things")
    for n in range(12)
]


def reads(request: Request) -> str:
    passage = asked(request).split("</passage")[0]
    return json.dumps({"person": ["Ann Lee"] if "Ann Lee" in passage else []})


@asynccontextmanager
async def opened(
    model: ScriptedModel, schema: Schema, bank: Bank | None = None, caps: Caps | None = None
) -> AsyncIterator[Engine]:
    plan = Plan(schema=schema, recipe=recipes["oneshot"], bank=bank)
    terms = Terms(caps=caps or Caps())
    async with (
        SqliteLedger(":memory:") as ledger,
        model,
        Gateway(model, ledger, terms) as gateway,
    ):
        yield Engine(plan, gateway, model)


async def take(engine: Engine, documents: Sequence[Document] = POOL, **options: object) -> Harvest:
    return await annotate(engine, documents, HashingEmbedder(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("acquire", ["random", "least-confidence", "entropy", "kmeans"])
async def test_the_budget_is_used_in_rounds_and_no_passage_asked_twice(
    schema: Schema, acquire: str
) -> None:
    model = ScriptedModel(reads)

    async with opened(model, schema) as engine:
        harvest = await take(engine, budget=7, per_round=3, acquire=acquire)

    assert len({item.id for item in harvest.kept}) == len(model.requests) == 7


async def test_what_was_annotated_is_shown_in_later_rounds(schema: Schema) -> None:
    model = ScriptedModel(reads, slots=1)

    async with opened(model, schema) as engine:
        await take(engine, budget=6, per_round=3)

    shown = [sum(m.role == "assistant" for m in request.messages) for request in model.requests]
    assert shown[:3] == [0, 0, 0]
    assert all(shown[3:])


async def test_the_seed_bank_is_shown_from_the_beginning(schema: Schema) -> None:
    bank = Bank.build([Labelled("seed", "Zed Zulu slept well.")], HashingEmbedder())
    model = ScriptedModel(reads)

    async with opened(model, schema, bank) as engine:
        await take(engine, budget=2)

    assert all("Zed Zulu" in request.messages[1].content for request in model.requests)


async def test_a_reply_that_cannot_be_read_is_no_empty_annotation(schema: Schema) -> None:
    model = ScriptedModel(lambda r: "hm" if "Rain" in str(r.messages) else '{"person":[]}')

    async with opened(model, schema) as engine:
        harvest = await take(engine, POOL[:4], budget=4, per_round=4)

    assert [passage.claims for passage in harvest.kept] == [(), ()]
    assert harvest.reasons == {"failed": 2}


async def test_a_cap_ends_the_rounds_and_makes_the_harvest_incomplete(schema: Schema) -> None:
    async with opened(ScriptedModel(reads), schema, caps=Caps(calls=4)) as engine:
        harvest = await take(engine, budget=9, per_round=3)

    assert len(harvest.kept) == 4
    assert harvest.reasons == {"over_budget": 2}
    assert not harvest.complete


async def test_passages_are_taken_the_same_way_again(schema: Schema) -> None:
    ids = []
    for _ in range(2):
        async with opened(ScriptedModel(reads), schema) as engine:
            ids.append([item.id for item in (await take(engine, budget=6, per_round=2)).items])

    assert ids[0] == ids[1]
