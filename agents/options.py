"""How to question, as a caller says it, and looking all of it up."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypedDict

from questgraph.agents.banks import STARTER, open_bank
from questgraph.agents.recipes import DEFAULT, recipes
from questgraph.agents.runs.engine import CHUNK_SIZE, Engine, Plan, open_engine
from questgraph.agents.stages.base import Recipe
from questgraph.retrieval.bank import Bank
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.models.base import ChatModel
from questgraph.tools.models.providers import open_model
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import SchemaSource, general, load_schema
from questgraph.tools.settings import Settings


class Options(TypedDict, total=False):
    """The keyword arguments that all entry points share; any may be left out."""

    schema: SchemaSource | None
    """What to look for: a YAML or JSON file, a `Schema`, or Pydantic classes; the built-in
    general one when left out."""

    recipe: str | Recipe
    """A name from `questgraph recipes`, or a `Recipe`; `staged` when left out."""

    model: str | ChatModel | None
    """`provider:model`, or a `ChatModel`; `QUESTGRAPH_MODEL`, or else the embedded local model,
    when left out."""

    bank: str | Path | Bank | None
    """Demonstrations: a folder made by `questgraph demos build`, a `Bank`, `"starter"` for the
    built-in ones (as when left out), `None` for none."""

    limits: Limits | None
    """Requests and tokens a minute, calls in flight; as much as the endpoint takes when left
    out."""

    chunk_size: int
    """Most characters of a passage; 1200 when left out."""

    settings: Settings | None
    """What is otherwise read from the environment."""


def plan(options: Options) -> Plan:
    """Look up schema, recipe and bank.

    Raises:
        ConfigError: When a name is unknown or a file is wrong; nothing was asked then.
    """
    source = options.get("schema")
    schema = general() if source is None else load_schema(source)
    chosen = options.get("recipe", DEFAULT)
    recipe = recipes[chosen] if isinstance(chosen, str) else chosen
    return Plan(
        schema=schema,
        recipe=recipe,
        bank=_bank(options, schema) if recipe.demos else None,
        chunk_size=options.get("chunk_size", CHUNK_SIZE),
    )


def engine(
    options: Options, ledger: Path | str = ":memory:"
) -> AbstractAsyncContextManager[Engine]:
    """Return an engine that is open for as long as the block lasts.

    Raises:
        ConfigError: When the options are wrong; nothing was asked then.
    """
    settings = _settings(options)
    model = options.get("model") or settings.model
    answers = open_model(model, settings) if isinstance(model, str) else model
    return open_engine(plan(options), answers, ledger=ledger, limits=options.get("limits"))


def _bank(options: Options, schema: Schema) -> Bank | None:
    bank = options.get("bank", STARTER)
    if bank is None or isinstance(bank, Bank):
        return bank and bank.fit(schema)
    return open_bank(bank, _settings(options)).fit(schema)


def _settings(options: Options) -> Settings:
    return options.get("settings") or Settings.read()
