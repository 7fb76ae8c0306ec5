"""Run again after something changed: only what is new is asked, and only what still holds stays."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import aextract, aretry
from questgraph.agents.options import Options
from questgraph.agents.runs.progress import Progress
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.errors import ConfigError, ModelRefusedError
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import Answer, ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.schema import EntityType, Schema

from .world import SCHEMA, documents, facts, reader, text

pytestmark = pytest.mark.anyio

PLAN: Options = {"schema": SCHEMA, "recipe": "multi-turn", "bank": None}
LONG = ", as the minutes of the board say at some length, although few have read all of it"


def sentence(number: int) -> str:
    """Return a sentence with a fact, so long that passages of 200 characters share nothing."""
    return f"{text(number).partition('.')[0]}{LONG} and fewer remember that day."


def paper(*numbers: int) -> Document:
    """Return a document of one passage for each number."""
    return Document("paper", " ".join(map(sentence, numbers)))


def passages(model: ScriptedModel) -> Counter[str]:
    """Return the cases that were asked about, and how often each."""
    asked = (" ".join(message.content for message in r.messages) for r in model.requests)
    return Counter(re.search(r"in case (\d+)", words)[1] for words in asked)  # type: ignore[index]


async def extracted(
    inputs: Sequence[Document], out: Path, **options: object
) -> tuple[ScriptedModel, Extraction, Progress]:
    """Run; return who was asked, what was found, and how it went."""
    model, reports = ScriptedModel(reader), list[Progress]()
    plan: Options = {**PLAN, "model": model, **options}  # type: ignore[typeddict-item]
    found = await aextract(inputs, out=out, on_progress=reports.append, **plan)
    return model, found, reports[0]


async def test_a_finished_run_is_not_gone_through_again(tmp_path: Path) -> None:
    _, first, _ = await extracted(documents(5), tmp_path)
    before = facts(first)

    model, again, progress = await extracted(documents(5), tmp_path)

    assert model.requests == []
    assert progress.outcomes == {}
    assert (progress.documents, progress.planned) == (5, True)
    assert again.complete
    assert facts(again) == before


async def test_of_a_document_that_changed_only_the_changed_passage_is_asked_about(
    tmp_path: Path,
) -> None:
    await extracted([paper(1, 2, 3, 4)], tmp_path, chunk_size=200)

    model, found, progress = await extracted([paper(1, 2, 9, 4)], tmp_path, chunk_size=200)

    assert set(passages(model)) == {"9"}
    assert (progress.units, progress.known) == (4, 3)
    assert facts(found) == facts(await fresh([paper(1, 2, 9, 4)], chunk_size=200))


async def test_passages_that_only_moved_are_not_asked_about_and_their_facts_move_along(
    tmp_path: Path,
) -> None:
    await extracted([paper(1, 2, 3)], tmp_path, chunk_size=200)

    model, found, _ = await extracted([paper(9, 1, 2, 3)], tmp_path, chunk_size=200)

    assert set(passages(model)) == {"9"}
    assert facts(found) == facts(await fresh([paper(9, 1, 2, 3)], chunk_size=200))


async def test_what_a_shorter_document_no_longer_says_leaves_the_graph(tmp_path: Path) -> None:
    await extracted([paper(1, 2, 3)], tmp_path, chunk_size=200)

    model, found, _ = await extracted([paper(1)], tmp_path, chunk_size=200)

    assert model.requests == []
    assert facts(found) == facts(await fresh([paper(1)], chunk_size=200))


async def test_an_added_document_is_asked_about_and_no_other(tmp_path: Path) -> None:
    await extracted(documents(4), tmp_path)

    model, found, _ = await extracted(documents(5), tmp_path)

    assert set(passages(model)) == {"4"}
    assert facts(found) == facts(await fresh(documents(5)))


async def test_a_fact_leaves_the_graph_with_the_last_document_that_says_it(tmp_path: Path) -> None:
    said_twice = [Document("a", text(1)), Document("b", text(1)), Document("c", text(30))]
    _, all_three, _ = await extracted(said_twice, tmp_path)
    _, without_a, _ = await extracted(said_twice[1:], tmp_path)
    _, without_both, _ = await extracted(said_twice[2:], tmp_path)

    assert set(without_a.graph.nodes) == set(all_three.graph.nodes)
    assert all(record["document"] != "a" for record in supports(without_a))
    assert set(without_both.graph.nodes) < set(without_a.graph.nodes)
    assert facts(without_both) == facts(await fresh(said_twice[2:]))


async def test_documents_may_be_renamed_and_come_in_another_order_at_no_cost(
    tmp_path: Path,
) -> None:
    await extracted(documents(4), tmp_path)
    turned = [replace(document, id=f"new {document.id}") for document in reversed(documents(4))]

    model, found, _ = await extracted(turned, tmp_path)

    assert model.requests == []
    assert list(found.documents) == [document.id for document in turned]
    assert facts(found) == facts(await fresh(turned))


async def test_equal_documents_are_asked_about_once_and_each_has_its_facts(tmp_path: Path) -> None:
    twins = [Document("a", text(1)), Document("b", text(1))]

    model, found, _ = await extracted(twins, tmp_path)

    assert len({request.key("m") for request in model.requests}) == len(model.requests)
    assert Counter(claim.document_id for claim in found.claims) == {"a": 6, "b": 6}


async def test_a_run_that_stops_keeps_what_it_has_not_come_to_until_one_is_finished(
    tmp_path: Path,
) -> None:
    old, new = documents(10), [*documents(5), *documents(200)[10:]]
    before = set(facts((await extracted(old, tmp_path))[1]))
    model = ScriptedModel(reader)
    stopped = await aextract(new, out=tmp_path, model=model, on_progress=stop_soon, **PLAN)
    still_there, status = set(facts(stopped)), stopped.status

    _, finished, _ = await extracted(new, tmp_path)

    assert before < still_there
    assert (status.complete, status.ended, status.stopped) == (False, False, "it was stopped")
    assert status.units["waiting"] > 0
    assert finished.complete
    assert facts(finished) == facts(await fresh(new))


async def test_a_run_that_stopped_when_everything_was_read_is_completed_by_a_retry(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(reader)
    stopped = await aextract(
        documents(200), out=tmp_path, model=model, on_progress=stop_soon, **PLAN
    )
    waiting = stopped.status.units["waiting"]

    finished = await aretry(tmp_path, model=ScriptedModel(reader))

    assert waiting > 0
    assert finished.complete
    assert facts(finished) == facts(await fresh(documents(200)))


@pytest.mark.parametrize(("types", "questions"), [(40, 1), (20, 3)])
async def test_a_guideline_that_changes_is_asked_about_where_it_was_shown(
    tmp_path: Path, types: int, questions: int
) -> None:
    def schema(guideline: str) -> Schema:
        """Forty types are too many for the system message, twenty are not."""
        names = [EntityType(name=f"type_{n}", guideline="x" * 250) for n in range(types - 1)]
        return Schema(name="s", entities=(*names, EntityType(name="last", guideline=guideline)))

    recipe = Recipe(
        name="side by side",
        summary="",
        source="",
        stages=(ask(codec=ByType(), detected=False), ground()),
    )
    answers = ScriptedModel(lambda _: "{}")
    plan: Options = {"recipe": recipe, "bank": None, "model": answers}
    await aextract(documents(2), out=tmp_path, **{**plan, "schema": schema("A thing.")})
    first = len(answers.requests)
    await aextract(documents(2), out=tmp_path, **{**plan, "schema": schema("No thing.")})

    assert first == 2 * ceil(types / 8)
    assert len(answers.requests) - first == 2 * questions


def troubled(request: Request) -> Answer:
    """Refuse one document, answer nonsense about another."""
    shown = " ".join(message.content for message in request.messages)
    if "case 1." in shown:
        return ModelRefusedError("no")
    return "nonsense" if "case 2." in shown and "Give every pair" in shown else reader(request)


async def test_retry_asks_about_what_is_missing_and_of_it_only_what_had_no_answer(
    tmp_path: Path,
) -> None:
    first = await aextract(documents(4), out=tmp_path, model=ScriptedModel(troubled), **PLAN)
    model = ScriptedModel(reader)

    again = await aretry(tmp_path, model=model, **PLAN)

    assert first.status.units == {"done": 2, "refused": 1, "failed": 1}
    assert again.complete
    assert set(passages(model)) == {"1", "2"}
    about_two = [r.messages[-1].content for r in model.requests if "case 2." in str(r.messages)]
    assert "Give every pair" in about_two[0], "what was answered before is known"
    assert facts(again) == facts(await fresh(documents(4)))


async def test_retry_leaves_alone_what_ended_otherwise_than_it_is_told(tmp_path: Path) -> None:
    await aextract(documents(4), out=tmp_path, model=ScriptedModel(troubled), **PLAN)
    model = ScriptedModel(reader)

    again = await aretry(tmp_path, only=["refused"], model=model, **PLAN)

    assert again.status.units == {"done": 3, "failed": 1}
    assert set(passages(model)) == {"1"}


async def test_retry_takes_up_what_a_cap_has_left(tmp_path: Path) -> None:
    _, first, _ = await extracted(documents(4), tmp_path, budget=Caps(calls=5))
    model = ScriptedModel(reader)

    again = await aretry(tmp_path, only=["over_budget"], model=model, **PLAN)

    assert first.status.units["over_budget"] == 4
    assert again.complete
    assert again.status.spending.settled.calls == 5 + len(model.requests)
    assert facts(again) == facts(await fresh(documents(4)))


async def test_retry_takes_up_what_a_stopped_run_has_left(tmp_path: Path) -> None:
    model = ScriptedModel(reader)
    stopped = await aextract(
        documents(200), out=tmp_path, model=model, on_progress=stop_soon, **PLAN
    )
    units = stopped.status.units

    again = await aretry(tmp_path, only=["waiting"], model=ScriptedModel(reader), **PLAN)

    assert units["waiting"] > 0
    assert again.status.units == {"done": units.total()}


async def test_retry_looks_into_the_catalogue_that_the_run_was_made_with(tmp_path: Path) -> None:
    catalogue = tmp_path / "names.csv"
    catalogue.write_text("name,type\nAcme,organization\n")
    out, model = tmp_path / "run", ScriptedModel(reader)
    await aextract(documents(1), out=out, model=model, catalogue=catalogue, **PLAN)
    catalogue.unlink()

    with pytest.raises(ConfigError, match="no catalogue there"):
        await aretry(out, model=model, **PLAN)


async def test_retry_knows_the_ways_to_end_and_says_them(tmp_path: Path) -> None:
    await extracted(documents(1), tmp_path)

    with pytest.raises(ConfigError, match="choose from failed, truncated, refused"):
        await aretry(tmp_path, only=["done"], model=ScriptedModel(reader), **PLAN)


async def test_an_answer_that_stays_bad_is_asked_for_once_with_each_retry(tmp_path: Path) -> None:
    await aextract(documents(3), out=tmp_path, model=ScriptedModel(troubled), **PLAN)

    for _ in range(2):
        model = ScriptedModel(troubled)
        again = await aretry(tmp_path, only=["failed"], model=model, **PLAN)

        assert again.status.units == {"done": 1, "refused": 1, "failed": 1}
        assert len(model.requests) == 2, "the question, and the complaint about its answer"


def stop_soon(progress: Progress) -> None:
    """Stop as soon as something has ended."""
    if progress.outcomes:
        progress.stop()


async def fresh(inputs: Sequence[Document], **options: object) -> Extraction:
    """Return what a run from nothing finds."""
    plan: Options = {**PLAN, **options}  # type: ignore[typeddict-item]
    return await aextract(inputs, model=ScriptedModel(reader), **plan)


def supports(found: Extraction) -> list[dict[str, object]]:
    """Return the evidence of all that is in the graph."""
    parts = [*found.graph.nodes(data="support"), *found.graph.edges(data="support")]
    return [record for *_, records in parts for record in records]
