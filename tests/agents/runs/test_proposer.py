"""Runs in which a small model reads first: one ledger and one cap for both, and one end."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.extractor import aextract, estimate
from questgraph.agents.options import Options, look_up, plan
from questgraph.agents.recipes import recipes
from questgraph.agents.runs.beside import BesideGateway
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.progress import Progress
from questgraph.cli import app
from questgraph.tools.errors import (
    ConfigError,
    ModelError,
    ModelUnavailableError,
    NotAskedError,
)
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Message, Reply, Request
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.replay import ReplayModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.models.tokens import Token
from questgraph.tools.records import Document, Usage

pytestmark = pytest.mark.anyio

SCHEMA = {"entities": {"person": "A human being.", "firm": "A company."}}
DOCUMENTS = [Document(f"d{n}", f"Ann Lee met Acme in case {n}.") for n in range(4)]
REQUEST = Request((Message("user", "?"),))
COUNTED = Usage(prompt_tokens=10, completion_tokens=5)
RECIPES = pytest.mark.parametrize("recipe", ["linkner", "filter-then-rerank"])


def reading(request: Request) -> Reply:
    """Name Ann Lee, which is sure, and Acme, which is not."""
    text = '{"person":["Ann Lee"],"firm":["Acme"]}'
    acme = text.index("Acme")
    return Reply(text, tokens=(Token(acme, -0.01), Token(acme + 4, -0.9), Token(len(text), 0.0)))


def small(name: str = "scripted:small") -> ScriptedModel:
    return ScriptedModel(reading, name=name)


def large() -> ScriptedModel:
    return ScriptedModel(lambda _: '{"answer":"A"}', name="scripted:large")


class Slow(ScriptedModel):
    """Takes its time, so that calls of both models are under way together."""

    async def complete(self, request: Request) -> Reply:
        await asyncio.sleep(0.01)
        return await super().complete(request)


def options(recipe: str = "linkner") -> Options:
    return {"recipe": recipe, "schema": SCHEMA, "bank": None}


def entities(found: Extraction) -> list[tuple[str, str, str]]:
    return [(c.document_id, c.arguments[0].mention.text, c.type) for c in found.claims]


@RECIPES
async def test_both_models_are_asked_through_one_ledger_and_a_replay_asks_nobody(
    recipe: str, tmp_path: Path
) -> None:
    first, second = small(), large()

    found = await aextract(DOCUMENTS, out=tmp_path, model=second, proposer=first, **options(recipe))
    again = await aextract(
        DOCUMENTS,
        model=ReplayModel(tmp_path / RUN_FILE, "scripted:large"),
        proposer=ReplayModel(tmp_path / RUN_FILE, "scripted:small"),
        **options(recipe),
    )

    assert found.complete
    assert (len(first.requests), len(second.requests)) == (4, 4)
    assert {request.logprobs for request in first.requests} == {True}
    assert {request.logprobs for request in second.requests} == {False}
    assert found.status.spending.total.calls == 8
    assert entities(again) == entities(found)
    assert len(entities(found)) == 8


async def test_the_same_command_again_asks_neither_model(tmp_path: Path) -> None:
    await aextract(DOCUMENTS, out=tmp_path, model=large(), proposer=small(), **options())
    first, second = small(), large()

    # Other passages are other units, of the same text: each call is in the ledger.
    found = await aextract(
        DOCUMENTS, out=tmp_path, model=second, proposer=first, chunk_size=1300, **options()
    )

    assert found.complete
    assert first.requests == second.requests == []


@pytest.mark.parametrize("calls", [0, 3, 5, 8])
async def test_one_cap_holds_for_both_and_a_higher_one_continues(
    calls: int, tmp_path: Path
) -> None:
    first, second = small(), large()
    told: Options = {**options(), "model": second, "proposer": first}

    found = await aextract(DOCUMENTS, out=tmp_path, budget=Caps(calls=calls), **told)
    asked = len(first.requests) + len(second.requests)
    more = await aextract(DOCUMENTS, out=tmp_path, budget=Caps(calls=8), **told)

    assert asked == found.status.spending.total.calls <= calls
    assert found.complete == (calls == 8)
    assert more.complete
    assert len(first.requests) + len(second.requests) == 8
    assert len(entities(more)) == 8


async def test_neither_gives_up_a_call_for_what_is_only_set_aside_for_the_other() -> None:
    told: Options = {**options(), "budget": Caps(tokens=4000)}

    found = await aextract(
        DOCUMENTS,
        model=Slow(lambda _: Reply('{"answer":"A"}', usage=COUNTED), name="scripted:large"),
        proposer=Slow(lambda r: replace(reading(r), usage=COUNTED), name="scripted:small"),
        **told,
    )

    assert found.complete, "two calls at their worst do not fit under the cap, all together do"
    assert found.status.spending.total.tokens == 8 * 15


async def test_what_the_small_model_does_not_answer_is_missing_and_nothing_else(
    tmp_path: Path,
) -> None:
    def away_for_one(request: Request) -> Reply | Exception:
        third = "case 2." in request.messages[-1].content
        return ModelUnavailableError("away") if third else reading(request)

    told: Options = {**options(), "model": large(), "retries": Retries(tries=1)}
    found = await aextract(
        DOCUMENTS, out=tmp_path, proposer=ScriptedModel(away_for_one, name="scripted:small"), **told
    )
    mended = await aextract(DOCUMENTS, out=tmp_path, proposer=small(), **told)

    assert not found.complete
    assert {id_ for id_, _, _ in entities(found)} == {"d0", "d1", "d3"}
    assert mended.complete
    assert len(entities(mended)) == 8


async def test_in_batch_mode_the_small_model_is_asked_at_once_and_the_large_one_in_batches(
    tmp_path: Path,
) -> None:
    first, second = small(), large()

    async with Endpoint(second) as endpoint:
        found = await aextract(
            DOCUMENTS,
            out=tmp_path,
            model=OpenAIModel("gpt-4o-mini", base_url=endpoint.url),
            proposer=first,
            batch=True,
            poll=0.001,
            **options(),
        )

    assert found.complete
    assert (len(first.requests), len(second.requests)) == (4, 4)
    assert len(entities(found)) == 8


async def test_results_of_another_small_model_do_not_mix() -> None:
    told: Options = {**options(), "model": large()}

    configs = {look_up(told).config}
    configs |= {look_up({**told, "proposer": small(f"scripted:{n}")}).config for n in range(2)}

    assert len(configs) == 3


async def test_without_one_a_plan_is_as_it_was() -> None:
    told: Options = {**options(), "model": large()}

    found = look_up({**told, "proposer": None})

    assert found.plan.recipe is recipes["linkner"]
    assert found.config == plan(told).digest("scripted:large")
    assert found.plan.recipe.stages[0].calls
    assert found.plan.recipe.stages[0].calls(found.plan.schema).most == 0


def test_a_recipe_that_has_nothing_to_propose_is_told_before_anything_is_asked() -> None:
    with pytest.raises(
        ConfigError, match=r"staged has no small model.*filter-then-rerank, linkner"
    ):
        look_up({**options("staged"), "model": large(), "proposer": small()})


def test_a_cap_on_money_needs_the_price_of_both() -> None:
    told: Options = {**options(), "model": large(), "budget": Caps(usd=1)}

    look_up({**told, "proposer": small()})
    with pytest.raises(ConfigError, match="what tuned:one costs"):
        look_up({**told, "proposer": small("tuned:one")})


def test_an_engine_without_the_small_model_of_its_plan_is_refused() -> None:
    found = look_up({**options(), "model": large(), "proposer": small()})

    with pytest.raises(ConfigError, match="scripted:small"):
        Engine(found.plan, Gateway(found.model, SqliteLedger(":memory:")), found.model)


@RECIPES
def test_an_estimate_counts_the_question_of_the_small_model(recipe: str) -> None:
    with_one = estimate(DOCUMENTS, model=large(), proposer=small(), **options(recipe))
    without = estimate(DOCUMENTS, model=large(), **options(recipe))

    assert (with_one.by_stage["propose"].likely, with_one.by_stage["propose"].most) == (4, 4)
    assert "propose" not in without.by_stage
    assert with_one.prompt_tokens.likely > without.prompt_tokens.likely


async def test_a_run_needs_no_more_tokens_of_the_small_model_than_estimated() -> None:
    reckoned = estimate(DOCUMENTS, model=large(), proposer=small(), **options())
    first = small()

    await aextract(DOCUMENTS, model=large(), proposer=first, **options())

    written = sum(len(m.content) for request in first.requests for m in request.messages)
    assert len(first.requests) <= reckoned.by_stage["propose"].most
    assert written / 4 <= reckoned.prompt_tokens.most


async def test_a_run_that_is_stopped_asks_the_small_model_nothing_more() -> None:
    first = small()

    def stop(progress: Progress) -> None:
        progress.stop("enough")

    found = await aextract(DOCUMENTS, model=large(), proposer=first, on_progress=stop, **options())

    assert not found.complete
    assert first.requests == []


async def test_one_way_that_stops_stops_the_other_and_wakes_who_waits_to_try_again() -> None:
    async with SqliteLedger(":memory:") as ledger:
        way = Gateway(large(), ledger)
        away = ScriptedModel(lambda _: ModelUnavailableError("away", 600.0))
        patient = Terms(retries=Retries(longest=600.0))
        aside = BesideGateway(away, ledger, patient, beside=way)
        async with way, aside:
            asked = asyncio.create_task(aside.ask(REQUEST))
            while not away.requests:
                await asyncio.sleep(0)
            way.stop("interrupted")
            with pytest.raises(NotAskedError, match="interrupted"):
                await asyncio.wait_for(asked, 10)

        assert len(away.requests) == 1
        assert aside.stopped == "interrupted"


async def test_a_small_model_that_never_answers_ends_the_run() -> None:
    async with SqliteLedger(":memory:") as ledger:
        way = Gateway(large(), ledger)
        deaf = ScriptedModel(lambda _: ModelUnavailableError("away"))
        aside = BesideGateway(deaf, ledger, Terms(retries=Retries(tries=1)), beside=way)
        async with way, aside:
            for number in range(60):
                with pytest.raises((ModelError, NotAskedError)):
                    await aside.ask(Request((Message("user", str(number)),)))

        assert "no answer" in way.stopped
        assert len(deaf.requests) == 50


def test_the_command_line_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "in.txt").write_text("Ann Lee met Acme.")
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    (tmp_path / "small.json").write_text(json.dumps(['{"person":["Ann Lee"]}']))
    (tmp_path / "large.json").write_text(json.dumps({"[[Ann Lee]]": '{"answer":"A"}'}))
    words = [
        *("extract", str(tmp_path / "in.txt"), "--schema", str(tmp_path / "schema.json")),
        *("--recipe", "linkner", "--bank", "none", "--out", str(tmp_path / "run")),
        *("--model", f"scripted:{tmp_path / 'large.json'}"),
        *("--proposer", f"scripted:{tmp_path / 'small.json'}", "--json"),
    ]

    reckoned = json.loads(CliRunner().invoke(app, [*words, "--dry-run"]).stdout)
    found = CliRunner().invoke(app, words)

    assert reckoned["by_stage"]["propose"]["most"] == 1
    assert found.exit_code == 0
    assert re.findall(r'"text": "(Ann Lee|Acme)"', found.stdout) == ["Ann Lee"]


def test_an_evaluation_takes_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_CACHE", str(tmp_path / "cache"))
    name = {"text": "Ann Lee", "type": "person", "start": 0, "end": 7}
    passage = {"id": "p", "text": "Ann Lee met Acme.", "entities": [name]}
    (tmp_path / "dev.jsonl").write_text(json.dumps(passage))
    (tmp_path / "small.json").write_text(json.dumps(['{"person":["Ann Lee"]}']))
    (tmp_path / "large.json").write_text(json.dumps({"[[Ann Lee]]": '{"answer":"A"}'}))

    found = CliRunner().invoke(
        app,
        [
            *("eval", str(tmp_path / "dev.jsonl"), "--recipe", "linkner", "--bank", "none"),
            *("--model", f"scripted:{tmp_path / 'large.json'}", "--out", str(tmp_path / "out")),
            *("--proposer", f"scripted:{tmp_path / 'small.json'}"),
        ],
    )

    assert found.exit_code == 0, found.output
    assert "1.000" in found.output
