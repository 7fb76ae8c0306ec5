"""How to question, as a caller says it, and looking all of it up."""

from collections.abc import MutableSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit, urlunsplit

from questgraph.agents.banks import STARTER, open_bank
from questgraph.agents.estimates.history import FILE as HISTORY
from questgraph.agents.estimates.history import History
from questgraph.agents.recipes import DEFAULT, recipes
from questgraph.agents.runs.engine import Engine, open_engine
from questgraph.agents.runs.plan import CHUNK_SIZE, Plan
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.propose import asking_first, proposes
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue
from questgraph.retrieval.entailment import CrossEncoderEntailment
from questgraph.tools.confidence import Confidence, Judge, read_confidence
from questgraph.tools.database import Database
from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.batch import POLL, BatchGateway
from questgraph.tools.gateway.cost import Caps, Price, Prices
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import ChatModel
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.openai_batch import OpenAIBatches
from questgraph.tools.models.providers import open_model
from questgraph.tools.records import digest
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import SchemaSource, general, load_schema, schema_to_yaml
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

    proposer: str | ChatModel | None
    """A small model that reads each passage first, as `model` is named, for recipes whose large
    model sees only what a small one doubts; what the bank taught when left out."""

    catalogue: Path | str | None
    """Known names, for recipes that check names by them: a CSV or JSONL file with `name`, `type`
    and perhaps `definition`; the names of the bank when left out."""

    limits: Limits | None
    """Requests and tokens a minute, calls in flight; as much as the endpoint takes when left
    out."""

    retries: Retries | None
    """How often and when a call is sent again; six times with growing pauses when left out."""

    chunk_size: int
    """Most characters of a passage; 1200 when left out."""

    budget: Caps | None
    """What all commands on the ledger may spend together; no call is sent that might exceed
    it."""

    prices: Path | str | None
    """File with prices by model, which outrank the built-in ones; `QUESTGRAPH_PRICES`, or
    `prices.yaml` in the configuration folder, when left out."""

    unpriced: bool
    """Whether a cap on money may stand although nobody knows what the model costs."""

    batch: bool
    """Whether to ask in the provider's batch mode: mostly half the price, for answers that come
    within a day. For `openai:` models."""

    poll: float
    """Seconds between two looks at the provider's batch mode; 30 when left out."""

    ledger: str | None
    """`postgresql://…` for a ledger that many machines share; the run folder's own when left
    out."""

    logprobs: bool
    """Whether to ask how likely each token of an answer was, for endpoints that tell: claims then
    have a `probability`. It makes every question another one to the ledger."""

    calibration: Path | str | Confidence | None
    """How much evidence about a claim weighs, as `questgraph eval --calibrate` wrote it for the
    recipe: every claim then has a `score`."""

    min_precision: float | None
    """Precision that the graph is to have, by `calibration`: claims whose score promises less stay
    in the run and out of the graph."""

    settings: Settings | None
    """What is otherwise read from the environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Everything that the options name, looked up and not yet open."""

    plan: Plan
    model: ChatModel
    terms: Terms
    ledger: str
    """URL of a shared ledger, or nothing."""

    poll: float | None
    """Seconds between two looks at the provider's batch mode, when that is asked."""

    history: History
    """What recipes cost before."""

    judge: Judge | None
    """Scores what is found, where there is a calibration."""

    facts: dict[str, str]
    """How the run is made, as its folder notes it, so that it can be gone on with."""

    proposer: ChatModel | None = None
    """The small model that reads first, where one is named."""

    proposer_price: Price | None = None
    """What that costs; `None` when nobody knows."""

    def open(
        self, database: Database, tag: str = "", taken: MutableSet[str] | None = None
    ) -> AbstractAsyncContextManager[Engine]:
        """Return an engine that is open for as long as the block lasts.

        Args:
            database: Keeps the calls, unless a shared ledger does.
            tag: Name of the run at the provider, for its batch mode.
            taken: Batches whose answers are in the ledger; new ones are added.
        """

        def gateway(model: ChatModel, ledger: Ledger) -> Gateway:
            if self.poll is None:
                return Gateway(model, ledger, self.terms)
            batches = OpenAIBatches(_openai(model))
            known = set[str]() if taken is None else taken
            return BatchGateway(
                model, ledger, self.terms, batches, tag=tag, taken=known, poll=self.poll
            )

        return open_engine(
            self.plan, self.model, self._ledger(database), gateway, self.judge, self._second
        )

    @property
    def config(self) -> str:
        """Hash of all that decides what is asked and what is believed, but the text."""
        asked = self.plan.digest(self.model.name)
        more = ["logprobs"] if self.terms.logprobs else []
        more += [repr(self.judge)] if self.judge else []
        return digest(asked, *more) if more else asked

    @property
    def _second(self) -> tuple[ChatModel, Terms] | None:
        """The small model and its terms: those of the large one, but that it says how sure it is.

        It is asked at once in batch mode too: it is the local one, mostly.
        """
        if self.proposer is None:
            return None
        return self.proposer, replace(self.terms, price=self.proposer_price, logprobs=True)

    def _ledger(self, database: Database) -> Ledger:
        if not self.ledger:
            return SqliteLedger(database)
        from questgraph.tools.gateway.postgres_ledger import PostgresLedger

        return PostgresLedger(self.ledger)


def look_up(options: Options) -> Lookup:
    """Look up all that is named.

    Raises:
        ConfigError: When a name is unknown or a file is wrong; nothing was asked then.
    """
    settings = options.get("settings") or Settings.read()
    named = options.get("model") or settings.model
    ledger = options.get("ledger") or ""
    if ledger and not ledger.startswith(("postgresql://", "postgres://")):
        raise ConfigError(f"{ledger!r} is no shared ledger: write postgresql://user@host/database")
    model = open_model(named, settings) if isinstance(named, str) else named
    made = plan(options)
    first = options.get("proposer")
    small = open_model(first, settings) if isinstance(first, str) else first
    if small:
        made = _read_first(made, small)
    return Lookup(
        plan=made,
        model=model,
        terms=_terms(options, model, settings),
        ledger=ledger,
        poll=options.get("poll", POLL) if options.get("batch") and _openai(model) else None,
        history=History(settings.cache / HISTORY),
        judge=_judge(options, made.recipe.name),
        proposer=small,
        proposer_price=_terms(options, small, settings).price if small else None,
        facts={
            "model": model.name,
            "asked_model": named if isinstance(named, str) else "",
            "recipe": made.recipe.name,
            "schema": schema_to_yaml(made.schema),
            "bank": _name_of(options),
            "proposer": first if isinstance(first, str) else "",
            "catalogue": str(options.get("catalogue") or ""),
            "chunk_size": str(made.chunk_size),
            "ledger": _without_password(ledger),
            "logprobs": "yes" if options.get("logprobs") else "",
            **_judged_by(options),
        },
    )


def plan(options: Options) -> Plan:
    """Look up schema, recipe, bank and catalogue.

    Raises:
        ConfigError: When a name is unknown or a file is wrong; nothing was asked then.
    """
    source = options.get("schema")
    schema = general() if source is None else load_schema(source)
    size = options.get("chunk_size", CHUNK_SIZE)
    if size < 1:
        raise ConfigError(f"passages of {size} characters hold nothing: chunk_size is 1 at least")
    chosen = options.get("recipe", DEFAULT)
    recipe = recipes[chosen] if isinstance(chosen, str) else chosen
    bank = _bank(options, schema) if recipe.demos else None
    catalogue = options.get("catalogue")
    nli = (options.get("settings") or Settings.read()).nli
    return Plan(
        schema=schema,
        recipe=recipe,
        bank=bank.viewed(recipe.view) if bank and recipe.view else bank,
        catalogue=Catalogue.read(Path(catalogue)) if catalogue else None,
        entailment=CrossEncoderEntailment(nli) if nli else None,
        chunk_size=size,
    )


def _read_first(made: Plan, small: ChatModel) -> Plan:
    """Return a plan under which `small` reads first.

    Raises:
        ConfigError: When the recipe has nothing to propose.
    """
    if not proposes(made.recipe):
        known = ", ".join(recipe.name for recipe in recipes.values() if proposes(recipe))
        raise ConfigError(
            f"{made.recipe.name} has no small model that reads first: choose from {known}, or"
            " leave out the proposer"
        )
    return replace(made, recipe=asking_first(made.recipe), proposer=small.name)


def _terms(options: Options, model: ChatModel, settings: Settings) -> Terms:
    caps = options.get("budget") or Caps()
    prices = Prices(Path(options.get("prices") or settings.prices))
    price = prices.of(model.name)
    if price is None and caps.usd is not None and not options.get("unpriced"):
        raise ConfigError(
            f"nobody knows what {model.name} costs, so a cap on money cannot hold: write"
            f" `{model.name}: {{prompt: …, completion: …}}` (US dollars for a million tokens) into"
            f" {prices.file}, cap tokens or calls, or pass --unpriced to go on all the same"
        )
    return Terms(
        limits=options.get("limits") or Limits(),
        retries=options.get("retries") or Retries(),
        caps=caps,
        price=price,
        logprobs=options.get("logprobs", False),
    )


def _judge(options: Options, recipe: str) -> Judge | None:
    source, wanted = options.get("calibration"), options.get("min_precision")
    if source is None:
        if wanted is not None:
            raise ConfigError("a wanted precision needs a calibration: pass --calibration FILE too")
        return None
    confidence = source if isinstance(source, Confidence) else read_confidence(source, recipe)
    return Judge(confidence, None if wanted is None else confidence.threshold(wanted))


def _judged_by(options: Options) -> dict[str, str]:
    """Return how claims are scored, as a run folder notes it."""
    source, wanted = options.get("calibration"), options.get("min_precision")
    return {
        "calibration": str(Path(source).absolute()) if isinstance(source, str | Path) else "",
        "min_precision": "" if wanted is None else str(wanted),
    }


def _openai(model: ChatModel) -> OpenAIModel:
    """Return a model that has a batch mode.

    Raises:
        ConfigError: When it has none.
    """
    if isinstance(model, OpenAIModel):
        return model
    raise ConfigError(f"{model.name} has no batch mode: it is for openai: models")


def _without_password(url: str) -> str:
    """Return a URL as it may be kept: PGPASSWORD or a password file has the rest."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")))


def _bank(options: Options, schema: Schema) -> Bank | None:
    bank = options.get("bank", STARTER)
    if bank is None or isinstance(bank, Bank):
        return bank and bank.fit(schema)
    return open_bank(bank, options.get("settings") or Settings.read()).fit(schema)


def _name_of(options: Options) -> str:
    """Return the name of the bank; nothing for none, or for one that has no name."""
    bank = options.get("bank", STARTER)
    return str(bank) if isinstance(bank, str | Path) else ""
