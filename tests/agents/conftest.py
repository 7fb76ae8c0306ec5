"""A small world to ask about, and a way to put one passage through a recipe."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from questgraph.agents.machine import compile_recipe
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import Context, State, initial
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Chunk, Span, Unit
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="person", guideline="A named human being."),
        EntityType(name="organization", guideline="A named company."),
    ),
    relations=(
        RelationType(name="works_for", head=("person",), tail=("organization",)),
        RelationType(name="knows", head=("person",), tail=("person",), symmetric=True),
    ),
    events=(
        EventType(
            name="appointment",
            trigger="the verb",
            roles=(
                Role(name="person", types=("person",)),
                Role(name="firm", types=("organization",), many=False),
            ),
        ),
    ),
)

TEXT = "Ann Lee works for Acme. Acme named Bo Ek in May. Ann Lee left."

Put = Callable[..., Awaitable[State]]


@pytest.fixture
def schema() -> Schema:
    return SCHEMA


@pytest.fixture
def unit() -> Unit:
    """The passage, as it stands ten characters into a document."""
    return Unit(Chunk("doc", TEXT, span=Span(10, 10 + len(TEXT)), index=0))


@pytest.fixture
def put(schema: Schema, unit: Unit) -> Put:
    """Return a function that puts the passage through a recipe."""

    async def put(
        recipe: Recipe,
        model: ScriptedModel,
        demos: Sequence[Labelled] = (),
        schema: Schema = schema,
    ) -> State:
        async with SqliteLedger(":memory:") as ledger, model:
            context = Context(gateway=Gateway(model, ledger), schema=schema)
            state = initial(unit, tuple(demos))
            return await compile_recipe(recipe).ainvoke(state, context=context)  # type: ignore[return-value]

    return put
