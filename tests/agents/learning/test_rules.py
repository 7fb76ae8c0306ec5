from pathlib import Path

import pytest

from questgraph.agents.recipes.guideline_learning import GUIDELINE_LEARNING
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel

from .lesson import teach

pytestmark = pytest.mark.anyio


def answering(request: Request) -> str:
    """Take everything for a relation, learn from it, and believe in rules."""
    question = request.messages[-1].content
    if "general case" in question:
        return '{"case":"A person praised a firm."}' if "Ida" in question else '{"case":"Work."}'
    if "Write one rule" in question:
        return '{"rule":"Praise is no work."}'
    return '{"relation":"NONE"}' if "Praise is no" in question else '{"relation":"works_for"}'


async def test_a_mistake_becomes_a_rule_under_its_generalised_case(tmp_path: Path) -> None:
    model = ScriptedModel(answering)

    learned = await teach(GUIDELINE_LEARNING, model, tmp_path)

    (rule,) = learned.bank.passages
    assert rule
    assert rule.notes["case"] == "A person praised a firm."
    assert rule.notes["rule"] == "Praise is no work."
    (reflection,) = [r for r in model.requests if "Write one rule" in r.messages[-1].content]
    assert "was taken for works_for. That is wrong" in reflection.messages[-1].content
    assert "[[Ida Wu]] praised [[Globex]]" in reflection.messages[-1].content


async def test_a_rule_is_charged_with_the_answers_that_it_spoils(tmp_path: Path) -> None:
    learned = await teach(GUIDELINE_LEARNING, ScriptedModel(answering), tmp_path)

    (rule,) = learned.bank.passages
    assert rule
    # Shown for the pair of the other passage only, whose right answer it turned into none.
    assert (rule.notes["shown"], rule.notes["helped"]) == ("1", "0")


async def test_a_model_without_mistakes_learns_nothing(tmp_path: Path) -> None:
    def right(request: Request) -> str:
        question = request.messages[-1].content
        if "general case" in question:
            return '{"case":"x"}'
        return '{"relation":"NONE"}' if "Ida Wu" in question else '{"relation":"works_for"}'

    with pytest.raises(ConfigError, match="nothing to learn in 3 passages"):
        await teach(GUIDELINE_LEARNING, ScriptedModel(right), tmp_path)


async def test_pairs_without_an_answer_teach_nothing_and_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="2 questions failed"):
        await teach(GUIDELINE_LEARNING, ScriptedModel(lambda _: "hm"), tmp_path)
