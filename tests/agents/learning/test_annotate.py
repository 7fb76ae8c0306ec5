from pathlib import Path

import pytest

from questgraph.agents.recipes.self_improve import SELF_IMPROVE
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel

from .lesson import teach

pytestmark = pytest.mark.anyio


def answering(request: Request) -> str:
    """Be sure of Cy Dee and of the rain, nearly sure of Acme, and unsure of Ida Wu."""
    passage, sample = request.messages[-1].content, request.seed
    if "Cy Dee" in passage:
        firm = ',["firm","Acme"]' if sample else ""
        month = ',["person","spring"]' if sample > 2 else ""
        return f'[["person","cy dee"]{firm}{month}]'
    if "Ida Wu" in passage and sample < 3:
        return '[["person","Ida Wu"]]'
    return "[]"


async def test_what_four_of_five_samples_say_is_taken_as_right(tmp_path: Path) -> None:
    learned = await teach(SELF_IMPROVE, ScriptedModel(answering), tmp_path, labelled=False)

    (first, *_) = [demo for demo in learned.bank.passages if demo]
    assert [(c.type, c.arguments[0].mention.text) for c in first.claims] == [
        ("person", "Cy Dee"),
        ("firm", "Acme"),
    ]
    assert first.notes["score"] == "0.90"


async def test_a_passage_without_entities_scores_the_samples_that_found_none(
    tmp_path: Path,
) -> None:
    learned = await teach(SELF_IMPROVE, ScriptedModel(answering), tmp_path, labelled=False)

    kept = {demo.id: demo for demo in learned.bank.passages if demo}
    assert set(kept) == {"a", "c"}, "of b the samples say too different things"
    assert kept["c"].claims == ()
    assert kept["c"].notes["score"] == "1.00"
    assert learned.read == 3
    assert learned.problems == ()


async def test_labels_of_the_source_are_not_looked_at(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: "[]")

    learned = await teach(SELF_IMPROVE, model, tmp_path)

    assert all(demo and not demo.claims for demo in learned.bank.passages)


async def test_the_bank_is_saved_and_the_calls_are_kept(tmp_path: Path) -> None:
    await teach(SELF_IMPROVE, ScriptedModel(answering), tmp_path, labelled=False)
    second = ScriptedModel(answering)

    again = await teach(SELF_IMPROVE, second, tmp_path, labelled=False)

    assert second.requests == []
    saved = Bank.open(tmp_path / "bank", HashingEmbedder())
    assert [demo and demo.notes for demo in saved.passages] == [
        demo and demo.notes for demo in again.bank.passages
    ]


async def test_passages_that_cannot_be_asked_about_are_told(tmp_path: Path) -> None:
    model = ScriptedModel(lambda r: "hm" if "Cy Dee" in str(r.messages) else "[]")

    learned = await teach(SELF_IMPROVE, model, tmp_path, labelled=False)

    assert [problem.status for problem in learned.problems] == ["failed"]
    assert {demo.id for demo in learned.bank.passages if demo} == {"b", "c"}
