from pathlib import Path

import pytest

from questgraph.agents.recipes.cot_er import COT_ER
from questgraph.agents.recipes.gpt_re import GPT_RE
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.models.scripted import ScriptedModel

from .lesson import teach

pytestmark = pytest.mark.anyio

REASONS = {
    'relation of "Cy Dee" to "Acme" is works_for': '{"because":"has worked for"}',
    'no relation of "Ida Wu" to "Globex"': '{"because":"praise only"}',
}


async def test_labelled_pairs_are_explained_the_unrelated_ones_too(tmp_path: Path) -> None:
    learned = await teach(GPT_RE, ScriptedModel(REASONS), tmp_path)

    notes = {demo.id: dict(demo.notes) for demo in learned.bank.passages if demo}
    assert notes == {
        "a": {"because of 0-6, 22-26": "has worked for"},
        "b": {"because of 0-6, 15-21": "praise only"},
    }
    assert learned.bank.view == "pair"


async def test_reasons_outlive_saving_and_fitting_to_a_schema(tmp_path: Path) -> None:
    learned = await teach(GPT_RE, ScriptedModel(REASONS), tmp_path)

    saved = Bank.open(tmp_path / "bank", HashingEmbedder())

    assert [demo and dict(demo.notes) for demo in saved.passages] == [
        demo and dict(demo.notes) for demo in learned.bank.passages
    ]


async def test_chains_tell_concepts_and_evidence(tmp_path: Path) -> None:
    chain = '{"head_is":"a man","tail_is":"a firm","evidence":"has worked for"}'

    learned = await teach(COT_ER, ScriptedModel(lambda _: chain), tmp_path, limit=1)

    (demo,) = learned.bank.passages
    assert demo
    assert list(demo.notes.values()) == ["a man", "a firm", "has worked for"]


async def test_a_pair_that_nobody_explains_is_told_and_kept_without(tmp_path: Path) -> None:
    model = ScriptedModel(lambda r: "hm" if "Ida" in str(r.messages) else '{"because":"x"}')

    learned = await teach(GPT_RE, model, tmp_path)

    assert [problem.stage for problem in learned.problems] == ["reasons"]
    assert [demo and len(demo.notes) for demo in learned.bank.passages] == [1, 0]
