"""Puts a unit through a recipe, with whatever the recipe looks things up in."""

from questgraph.agents.machine import compile_recipe
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import Context, State, initial
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue
from questgraph.retrieval.entailment import Entailment
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema


async def through(
    recipe: Recipe,
    model: ScriptedModel,
    unit: Unit,
    schema: Schema,
    *,
    bank: Bank | None = None,
    catalogue: Catalogue | None = None,
    entailment: Entailment | None = None,
) -> State:
    """Return the state in which `unit` ends."""
    async with SqliteLedger(":memory:") as ledger, model:
        context = Context(
            gateway=Gateway(model, ledger),
            schema=schema,
            bank=bank,
            catalogue=catalogue,
            entailment=entailment,
        )
        return await compile_recipe(recipe).ainvoke(initial(unit), context=context)  # type: ignore[return-value]
