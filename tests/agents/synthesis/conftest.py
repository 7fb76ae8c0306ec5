"""A model that writes and judges as it is told, and a writer that asks it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from questgraph.agents.synthesis.writing import Writer
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="staff",
    entities=(EntityType(name="person"), EntityType(name="firm"), EntityType(name="city")),
    relations=(
        RelationType(name="works_for", head=("person",), tail=("firm",)),
        RelationType(name="based_in", head=("firm",), tail=("city",)),
    ),
    events=(
        EventType(
            name="hire",
            trigger="the verb",
            roles=(Role(name="who", types=("person",)), Role(name="firm", types=("firm",))),
        ),
    ),
)

YES, NO = '{"answer":"yes"}', '{"answer":"no"}'

Open = Callable[[ScriptedModel], AbstractAsyncContextManager[Writer]]


def text(words: str) -> str:
    """Return the answer that writes `words`."""
    return json.dumps({"text": words})


def asked(request: Request) -> str:
    """Return the last question of a request."""
    return request.messages[-1].content


@pytest.fixture
def schema() -> Schema:
    return SCHEMA


@pytest.fixture
def open_writer(schema: Schema) -> Open:
    """Return a block in which a writer asks a model."""

    @asynccontextmanager
    async def opened(model: ScriptedModel) -> AsyncIterator[Writer]:
        async with (
            SqliteLedger(":memory:") as ledger,
            model,
            Gateway(model, ledger) as gateway,
        ):
            yield Writer(gateway=gateway, schema=schema)

    return opened
