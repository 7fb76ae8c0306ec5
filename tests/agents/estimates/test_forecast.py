"""What a recipe will ask, worked out without asking, beside what it then asks."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

import questgraph
from questgraph.agents.estimates.expense import seconds, usd
from questgraph.agents.estimates.forecast import Need, Range, asking, forecast
from questgraph.agents.estimates.totals import Past, StageCost, StageTotals
from questgraph.agents.recipes import recipes
from questgraph.agents.runs.plan import Plan
from questgraph.agents.stages.ask import ask
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.gateway.cost import Price
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Chunk, Result, Span, Unit
from questgraph.tools.schema import EntityType, Schema

from .counted import RECIPES, SCHEMA, counting_model, documents

MULTI_TURN = recipes["multi-turn"]
UNIT = Unit(Chunk("d", "Ann Lee works for Acme.", span=Span(0, 23), index=0))

figures = some.just(0) | some.floats(1e-3, 1e9)
costs = some.builds(StageCost, *[figures] * len(StageCost._fields))
pasts = some.builds(
    Past,
    units=figures,
    stages=some.dictionaries(
        some.sampled_from(sorted({s.name for r in recipes.values() for s in r.stages})), costs
    ),
    timed_units=figures,
    timed_seconds=figures,
)


def in_order(figure: Range | None) -> bool:
    return figure is None or 0 <= figure.least <= figure.likely <= figure.most


def questioned(recipe: str, count: int) -> list[Result]:
    found = questgraph.extract(
        documents(count), model=counting_model(), schema=SCHEMA, recipe=recipe, bank=None
    )
    assert found.complete
    return found.results


def foreseen(recipe: str, results: list[Result], past: Past) -> dict[str, Need]:
    plan = Plan(schema=SCHEMA, recipe=recipes[recipe])
    size = sum(len(result.unit.chunk.text) for result in results) / len(results)
    stages = forecast(plan, [(result.unit, ()) for result in results], size, past)
    return {name: need.times(len(results)) for name, need in stages.items()}


@given(
    past=pasts,
    recipe=some.sampled_from(RECIPES),
    size=some.floats(0, 1e5),
    price=some.builds(Price, prompt=figures, completion=figures, cached=some.none() | figures),
    limits=some.builds(Limits, tokens_per_minute=some.none() | some.floats(1, 1e6)),
)
def test_least_is_never_above_likely_and_likely_never_above_most(
    past: Past, recipe: str, size: float, price: Price, limits: Limits
) -> None:
    terms, model = Terms(price=price, limits=limits), ScriptedModel([], slots=8)

    stages = forecast(Plan(schema=SCHEMA, recipe=recipes[recipe]), [(UNIT, ())], size, past)

    need = sum((stage.times(1000) for stage in stages.values()), Need())
    for each in (*stages.values(), need):
        assert in_order(each.calls)
        assert in_order(each.prompt_tokens)
        assert in_order(each.completion_tokens)
    assert in_order(usd(need, past.cached_share, terms))
    assert in_order(seconds(1000, need, past, model, terms))


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_recipe_asks_lies_between_least_and_most(recipe: str) -> None:
    results = questioned(recipe, 10)
    turns = [turn for result in results for turn in result.turns]
    asked = Counter(turn.stage for turn in turns)

    stages = foreseen(recipe, results, Past())

    assert asked.keys() <= stages.keys()
    for name, need in stages.items():
        assert need.calls.least <= asked[name] <= need.calls.most, name
    need = sum(stages.values(), Need())
    read = sum(turn.usage.prompt_tokens for turn in turns)
    written = sum(turn.usage.completion_tokens for turn in turns)
    assert need.prompt_tokens.least <= read <= need.prompt_tokens.most
    assert need.completion_tokens.least <= written <= need.completion_tokens.most


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_a_recipe_cost_before_tells_what_it_costs_again(recipe: str) -> None:
    results, totals = questioned(recipe, 10), StageTotals()
    for result in results:
        totals.add(result)
    turns = [turn for result in results for turn in result.turns]
    asked = Counter(turn.stage for turn in turns)

    stages = foreseen(recipe, results, totals.past())

    assert {name: need.calls.likely for name, need in stages.items() if name in asked} == asked
    need = sum(stages.values(), Need())
    read = sum(turn.usage.prompt_tokens for turn in turns)
    written = sum(turn.usage.completion_tokens for turn in turns)
    assert need.prompt_tokens.likely == pytest.approx(read, rel=0.05)
    assert need.completion_tokens.likely == pytest.approx(written, rel=0.05)


def test_a_passage_in_which_nothing_occurs_takes_one_call() -> None:
    stages = {stage.name: calls for stage, calls in asking(MULTI_TURN, SCHEMA)}

    assert stages["detect"].least == 1
    assert sum(calls.least for calls in stages.values()) == 1


def test_stages_behind_which_a_unit_may_be_sent_back_ask_again() -> None:
    once = next(s for s in MULTI_TURN.stages if s.name == "verify")
    assert once.calls

    stages = {stage.name: calls for stage, calls in asking(MULTI_TURN, SCHEMA)}

    assert stages["verify"].most == 2 * once.calls(SCHEMA).most
    assert stages["more"].most == 1
    assert stages["follow"].most == 5, "five pairs of the one relation with a qualifier"


def test_stages_that_have_nothing_to_ask_are_left_out() -> None:
    schema = Schema(name="names", entities=(EntityType(name="person"),))

    stages = [stage.name for stage, _ in asking(MULTI_TURN, schema)]

    assert stages == ["detect", "ask", "verify", "more"]


def test_every_sample_of_a_question_is_a_call() -> None:
    stage = ask(codec=ByType(), detected=False, samples=3)
    assert stage.calls

    calls = stage.calls(SCHEMA)

    assert (calls.least, calls.most, calls.samples) == (9, 9, 3)


def test_complaints_come_as_often_as_they_came_before() -> None:
    past = Past(units=10, stages={"detect": StageCost(passages=10, questions=10, calls=12)})

    stages = forecast(Plan(schema=SCHEMA, recipe=MULTI_TURN), [(UNIT, ())], 23, past)

    assert stages["detect"].times(100).calls == Range(100, 120, 120)


def test_limits_stretch_the_time_and_slots_that_were_never_filled_do_not() -> None:
    need = Need(Range(60, 120, 240))
    timed = Past(
        units=100,
        stages={"ask": StageCost(sent=100, calls=100, seconds=200)},
        timed_units=100,
        timed_seconds=50,
    )
    narrow, wide = ScriptedModel([], slots=4), ScriptedModel([], slots=256)

    slow = Terms(limits=Limits(requests_per_minute=12))

    paced = seconds(1000, need, timed, narrow, Terms())
    spread = seconds(1000, need, timed, wide, Terms())
    limited = seconds(1000, need, timed, narrow, slow)

    assert paced
    assert paced.likely == pytest.approx(1000 / (100 / 50))
    assert spread
    assert spread.likely == pytest.approx(120 * (200 / 100) / 256)
    assert limited
    assert limited.likely == pytest.approx(120 / 12 * 60)


def test_nobody_knows_how_long_a_batch_or_an_endpoint_takes_that_was_never_timed() -> None:
    need, past = Need(Range(60, 120, 240)), Past(timed_units=100, timed_seconds=50)
    model = ScriptedModel([])

    assert seconds(100, need, past, model, Terms()) == Range(25, 50, 100)
    assert seconds(100, need, past, model, Terms(batch=True)) is None
    assert seconds(100, need, Past(), model, Terms()) is None
    assert seconds(100, Need(), Past(), model, Terms()) == Range()
