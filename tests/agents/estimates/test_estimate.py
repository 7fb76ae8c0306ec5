"""What a run will need, beside what it then needed."""

import json
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

import questgraph
from questgraph.agents.estimates.estimate import Estimate, estimate
from questgraph.agents.estimates.forecast import Range
from questgraph.agents.estimates.history import History
from questgraph.agents.estimates.totals import StageTotals
from questgraph.agents.extraction import RUN_FILE
from questgraph.agents.options import Lookup, Options, look_up
from questgraph.agents.recipes import recipes
from questgraph.agents.runs.plan import Plan
from questgraph.tools.database import Database
from questgraph.tools.gateway.cost import Price
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.records import Usage
from questgraph.tools.settings import Settings

from .counted import SCHEMA, counting_model, documents

EXAMPLES = Path(__file__).parents[3] / "examples"
PLAN = Plan(schema=SCHEMA, recipe=recipes["multi-turn"])
PRICE = Price(prompt=2, completion=8, cached=1)
PRICED = Terms(price=PRICE)


@pytest.fixture(scope="module")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings whose cache outlives the tests, so that the bank is embedded once."""
    cache = request.config.cache
    assert cache
    return Settings(cache=Path(cache.mkdir("questgraph")))


@pytest.fixture(scope="module")
def demo(settings: Settings) -> Lookup:
    return look_up({"model": f"replay:{EXAMPLES / 'calls.jsonl'}", "settings": settings})


@pytest.fixture(scope="module")
def found(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> questgraph.Extraction:
    """The demo, as the real local model answered it."""
    return questgraph.extract(
        EXAMPLES / "documents",
        model=f"replay:{EXAMPLES / 'calls.jsonl'}",
        settings=settings,
        out=tmp_path_factory.mktemp("run"),
    )


@pytest.fixture
def asked(found: questgraph.Extraction) -> Counter[str]:
    """The true number of calls by stage."""
    return Counter(turn.stage for turns in found.turns.values() for turn in turns)


@pytest.fixture
def history(found: questgraph.Extraction, demo: Lookup, tmp_path: Path) -> History:
    """What the demo leaves behind."""
    assert found.folder
    totals, history = StageTotals(), History(tmp_path / "history.json")
    for result in found.results:
        totals.add(result)
    with closing(SqliteLedger(found.folder / RUN_FILE)) as ledger:
        history.note(demo.model.name, demo.plan.recipe.name, totals.past(find=ledger.request))
    return history


def of_demo(demo: Lookup, history: History | None = None) -> Estimate:
    """Estimate the demo under an empty ledger."""
    return estimate(EXAMPLES / "documents", demo.plan, demo.model, demo.terms, history=history)


def holds(figure: Range, truth: float) -> bool:
    return figure.least <= truth <= figure.most


def test_what_the_demo_took_lies_between_least_and_most(
    demo: Lookup, asked: Counter[str], found: questgraph.Extraction
) -> None:
    truth = found.status.usage

    told = of_demo(demo)

    assert told.source == "assumptions"
    assert (told.documents, told.units, told.complete) == (3, 3, 0)
    assert asked.keys() <= told.by_stage.keys()
    assert all(holds(calls, asked[name]) for name, calls in told.by_stage.items())
    assert holds(told.calls, truth.calls)
    assert holds(told.prompt_tokens, truth.prompt_tokens)
    assert holds(told.completion_tokens, truth.completion_tokens)


def test_with_the_history_of_the_demo_its_cost_is_foreseen(
    demo: Lookup, asked: Counter[str], found: questgraph.Extraction, history: History
) -> None:
    truth = found.status.usage

    told = of_demo(demo, history)

    assert told.source == "earlier runs"
    assert {name: calls.likely for name, calls in told.by_stage.items()} == asked
    assert told.prompt_tokens.likely == pytest.approx(truth.prompt_tokens, rel=0.05)
    assert told.completion_tokens.likely == pytest.approx(truth.completion_tokens, rel=0.05)
    assert holds(told.prompt_tokens, truth.prompt_tokens)
    assert holds(told.completion_tokens, truth.completion_tokens)


def test_a_finished_run_needs_nothing_more(demo: Lookup, found: questgraph.Extraction) -> None:
    assert found.folder

    with closing(Database(found.folder / RUN_FILE)) as database:
        told = estimate(
            EXAMPLES / "documents", demo.plan, demo.model, demo.terms, database=database
        )

    assert (told.units, told.complete) == (3, 3)
    assert told.calls == told.usd == told.seconds == Range()


def test_units_that_a_run_has_already_tell_about_the_others(tmp_path: Path) -> None:
    model = counting_model(seconds=2.0, slots=4)
    ran = questgraph.extract(
        documents(20), model=model, schema=SCHEMA, bank=None, recipe="multi-turn", out=tmp_path
    )
    truth: Usage = ran.status.usage

    with closing(Database(tmp_path / RUN_FILE)) as database:
        told = estimate(documents(60), PLAN, model, PRICED, database=database)

    assert told.source == "this run"
    assert (told.units, told.complete) == (60, 20)
    assert told.calls.likely == 2 * truth.calls
    assert told.prompt_tokens.likely == pytest.approx(2 * truth.prompt_tokens, rel=0.05)
    assert told.usd
    assert told.usd.likely == pytest.approx(2 * PRICE.of(truth), rel=0.05)
    assert told.seconds
    assert told.seconds.likely == pytest.approx(told.calls.likely * 2.0 / 4)


def test_earlier_runs_outrank_a_handful_of_units_and_tell_the_pace(tmp_path: Path) -> None:
    model, totals = counting_model(seconds=2.0), StageTotals()
    told: Options = {"model": model, "schema": SCHEMA, "recipe": "multi-turn", "bank": None}
    questgraph.extract(documents(2), out=tmp_path / "run", **told)
    for result in questgraph.extract(documents(300), **told).results:
        totals.add(result)
    history = History(tmp_path / "history.json")
    history.note(model.name, "multi-turn", totals.past(seconds=60))

    with closing(Database(tmp_path / "run" / RUN_FILE)) as database:
        found = estimate(documents(102), PLAN, model, PRICED, database=database, history=history)

    assert found.source == "earlier runs"
    assert found.seconds
    assert found.seconds.likely == pytest.approx(100 / (300 / 60))


def test_what_a_cache_serves_is_cheaper_but_not_at_most() -> None:
    told = estimate(documents(10), PLAN, counting_model(), PRICED)

    assert told.usd
    assert told.usd.most == PRICE.of(
        Usage(
            prompt_tokens=round(told.prompt_tokens.most),
            completion_tokens=round(told.completion_tokens.most),
        )
    )


def test_a_price_and_a_time_that_nobody_knows_stay_unknown() -> None:
    told = estimate(documents(2), PLAN, counting_model(), Terms())

    plain = json.loads(json.dumps(told.to_json()))

    assert plain["usd"] is None
    assert plain["seconds"] is None
    assert plain["calls"] == {"least": 2, "likely": told.calls.likely, "most": told.calls.most}
    assert plain["by_stage"].keys() == {"detect", "ask", "follow", "verify", "more"}
    assert (plain["documents"], plain["units"], plain["source"]) == (2, 2, "assumptions")


def test_nothing_to_read_needs_nothing(tmp_path: Path) -> None:
    told = estimate(tmp_path / "nowhere", PLAN, counting_model(), PRICED)

    assert (told.documents, told.unreadable, told.units) == (0, 1, 0)
    assert told.calls == told.prompt_tokens == told.usd == told.seconds == Range()


def test_whoever_waits_sees_how_far_the_reading_is() -> None:
    seen: list[int] = []

    estimate(documents(3), PLAN, counting_model(), PRICED, watch=seen.append)

    assert seen == [1, 2, 3]


def test_no_model_is_asked() -> None:
    model = counting_model()

    estimate(documents(3), PLAN, model, PRICED)

    assert model.requests == []
