"""Whether a run asked as much as its estimate allows."""

from questgraph.agents.estimates.forecast import asking
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import State
from questgraph.tools.schema import Schema


def assert_within(recipe: Recipe, schema: Schema, state: State) -> None:
    """Check each stage's questions, complaints left out, against what it says that it asks."""
    for stage, calls in asking(recipe, schema):
        asked = sum(turn.stage == stage.name and not turn.complained for turn in state["turns"])
        assert calls.least <= asked <= calls.most, stage.name
        assert all(calls.questions)
