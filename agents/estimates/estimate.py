"""What a run will need, before it asks anything: calls, tokens, money and time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from questgraph.agents.estimates.expense import seconds, usd
from questgraph.agents.estimates.forecast import Need, Range, forecast
from questgraph.agents.estimates.history import History, of_run
from questgraph.agents.estimates.survey import Survey, Watch, survey
from questgraph.agents.estimates.totals import Past
from questgraph.agents.runs.plan import Plan
from questgraph.agents.runs.reader import RunReader
from questgraph.tools.database import Database
from questgraph.tools.documents import Inputs
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.models.base import ChatModel

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
    known = RunReader(database) if database else None
    found = survey(inputs, plan, known=known, config=plan.digest(model.name), watch=watch)
    past, source = _past(plan, model, database if found.pending else None, history)
    stages = _needs(found, plan, past)
    need = sum(stages.values(), Need())
    return Estimate(
        documents=found.documents,
        unreadable=found.unreadable,
        units=found.units,
        complete=found.complete,
        counted=found.counted,
        by_stage={name: stage.calls for name, stage in stages.items()},
        calls=need.calls,
        prompt_tokens=need.prompt_tokens,
        completion_tokens=need.completion_tokens,
        usd=usd(need, past.cached_share, terms),
        seconds=seconds(found.pending, need, past, model, terms),
        source=source,
    )


def _past(
    plan: Plan, model: ChatModel, database: Database | None, history: History | None
) -> tuple[Past, Source]:
    """Return the record that tells most about what is to come, and where it is from."""
    earlier = history.of(model.name, plan.recipe.name) if history else Past()
    own = _own(plan, model, database) if database else Past()
    if own.units >= FEW or (own.units and not earlier.units):
        # What the run folder has does not tell how long it took.
        timed = (earlier.timed_units, earlier.timed_seconds)
        return replace(own, timed_units=timed[0], timed_seconds=timed[1]), "this run"
    return earlier, "earlier runs" if earlier.units else "assumptions"


def _own(plan: Plan, model: ChatModel, database: Database) -> Past:
    """Return what the run folder tells about this recipe and model."""
    store = RunReader(database)
    if (store.fact("model"), store.fact("recipe")) != (model.name, plan.recipe.name):
        return Past()
    return of_run(store, database)


def _needs(found: Survey, plan: Plan, past: Past) -> dict[str, Need]:
    """Return what each stage takes for all passages that something is asked about."""
    if not found.pending:
        return {}
    stages = forecast(plan, found.sample, found.size / found.pending, past)
    return {name: stage.times(found.pending) for name, stage in stages.items()}
