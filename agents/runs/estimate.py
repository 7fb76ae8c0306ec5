"""What a run will need, before it asks anything: calls, tokens, money and time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from questgraph.agents.runs.engine import Plan
from questgraph.agents.runs.forecast import Range, StageForecast, forecast
from questgraph.agents.runs.history import History, Past, of_run
from questgraph.agents.runs.reader import RunReader
from questgraph.agents.runs.survey import Known, Survey, Watch, survey
from questgraph.tools.database import Database
from questgraph.tools.documents import Inputs
from questgraph.tools.gateway.cost import Price
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.models.base import ChatModel
from questgraph.tools.records import Usage

FEW = 10
"""Units of the run itself from which they tell more than earlier runs do."""

Source = Literal["this run", "earlier runs", "assumptions"]
"""What likely figures rest on: units that the run folder has already; earlier runs of the recipe
with the model; nothing but what it says in `forecast`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run will need.

    Answers that the ledger holds for units that are not complete are counted as if they had to be
    asked for; so are passages that say the same.
    """

    documents: int
    unreadable: int
    """Inputs that are no documents."""

    units: int
    """Passages, those included that need nothing."""

    complete: int
    """Passages that are complete in the run folder and have not changed: they need nothing."""

    counted: bool
    """Whether all passages were counted; of very many, most are reckoned by their length."""

    by_stage: Mapping[str, Range]
    """Calls by stage, for the stages that may ask."""

    calls: Range
    prompt_tokens: Range
    completion_tokens: Range
    usd: Range | None
    """US dollars; `None` when nobody knows what the model costs."""

    seconds: Range | None
    """Time by the clock; `None` when the endpoint was never timed, and in batch mode."""

    source: Source

    def to_json(self) -> dict[str, object]:
        """Return the estimate as plain data."""
        return asdict(self)


def estimate(
    inputs: Inputs,
    plan: Plan,
    model: ChatModel,
    terms: Terms,
    *,
    database: Database | None = None,
    history: History | None = None,
    watch: Watch | None = None,
) -> Estimate:
    """Return what questioning `inputs` would need; reads them, asks no model and keeps nothing.

    Args:
        inputs: As `extract` takes them.
        plan: What would be asked.
        model: Who would be asked; it is not opened.
        terms: Price and limits.
        database: The run folder's file, when there is one: what is complete there needs nothing.
        history: What recipes cost before.
        watch: Is told how many documents were read so far.
    """
    store = RunReader(database) if database else None
    known = Known(database, plan.digest(model.name)) if database else None
    found = survey(inputs, plan, known, watch)
    earlier = (history and history.of(model.name, plan.recipe.name)) or Past()
    own = Past()
    if store and database and found.pending and _same(store, plan, model):
        own = of_run(store, database)
    past, source = _best(own, earlier)
    stages = _over_all(found, plan, past)
    calls = _sum(stage.calls for stage in stages.values())
    prompt = _sum(stage.prompt_tokens for stage in stages.values())
    completion = _sum(stage.completion_tokens for stage in stages.values())
    return Estimate(
        documents=found.documents,
        unreadable=found.unreadable,
        units=found.units,
        complete=found.complete,
        counted=found.counted,
        by_stage={name: stage.calls for name, stage in stages.items()},
        calls=calls,
        prompt_tokens=prompt,
        completion_tokens=completion,
        usd=terms.price and _usd(terms.price, terms.batch, prompt, completion, past.cached_share),
        seconds=_seconds(found.pending, calls, prompt + completion, (past, earlier), model, terms),
        source=source,
    )


def _same(store: RunReader, plan: Plan, model: ChatModel) -> bool:
    """Say whether the run folder tells about this recipe and model."""
    return (store.fact("model"), store.fact("recipe")) == (model.name, plan.recipe.name)


def _best(own: Past, earlier: Past) -> tuple[Past, Source]:
    """Return the record that tells most about what is to come."""
    if own.units and (own.units >= FEW or not earlier.units):
        return own, "this run"
    return earlier, "earlier runs" if earlier.units else "assumptions"


def _over_all(found: Survey, plan: Plan, past: Past) -> dict[str, StageForecast]:
    """Return what each stage will cost for all passages that something is asked about."""
    if not found.pending:
        return {}
    stages = forecast(plan, found.sample, found.size / found.pending, past)
    return {
        name: StageForecast(
            calls=(stage.calls * found.pending).whole(),
            prompt_tokens=(stage.prompt_tokens * found.pending).whole(),
            completion_tokens=(stage.completion_tokens * found.pending).whole(),
        )
        for name, stage in stages.items()
    }


def _sum(ranges: Iterable[Range]) -> Range:
    return sum(ranges, Range())


def _usd(price: Price, batch: bool, prompt: Range, completion: Range, share: float) -> Range:
    """Return what tokens cost; at most, the endpoint's cache serves nothing."""

    def of(prompt: float, completion: float, share: float) -> float:
        usage = Usage(
            prompt_tokens=int(prompt),
            cached_tokens=int(share * prompt),
            completion_tokens=int(completion),
        )
        return price.of(usage, batch=batch)

    # In order also where reading from the cache costs more than reading.
    ends = sorted(
        (
            of(prompt.least, completion.least, share),
            of(prompt.likely, completion.likely, share),
            of(prompt.most, completion.most, 0),
        )
    )
    return Range(*ends)


def _seconds(
    pending: int,
    calls: Range,
    tokens: Range,
    pasts: tuple[Past, Past],
    model: ChatModel,
    terms: Terms,
) -> Range | None:
    """Return how long it takes; time grows with the number of calls, and limits may stretch it."""
    if not pending:
        return Range()
    likely = None if terms.batch else _likely_seconds(pending, calls, pasts, model, terms)
    if likely is None:
        return None
    ...
