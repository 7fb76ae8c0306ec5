"""Where a stage sends a unit: on, to a place of its own, or to the end."""

from collections.abc import Sequence

import pytest

from questgraph.agents.machine import drawing
from questgraph.agents.stages.base import END, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Turn

from .conftest import Put

pytestmark = pytest.mark.anyio


def noting(name: str, *leads: str) -> Stage:
    """Return a stage that notes that it was come to."""

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        return {"turns": [Turn(name, "", "")]}

    return Stage(name=name, summary="", run=run, leads=leads)


def of(stages: Sequence[Stage]) -> Recipe:
    return Recipe(name="noting", summary="", source="", stages=tuple(stages))


@pytest.mark.parametrize(
    ("stages", "way"),
    [
        ([noting("a"), noting("b"), noting("c")], ["a", "b", "c"]),
        ([noting("a", "c"), noting("b"), noting("c")], ["a", "c"]),
        ([noting("a"), noting("b", END), noting("c")], ["a", "b"]),
    ],
)
async def test_a_stage_with_a_single_lead_always_goes_there(
    stages: Sequence[Stage], way: list[str], put: Put
) -> None:
    state = await put(of(stages), ScriptedModel([]))

    assert [turn.stage for turn in state["turns"]] == way


def test_the_drawing_has_no_other_way_for_it() -> None:
    picture = drawing(of([noting("a"), noting("b", END), noting("c")]))

    assert "b --> __end__;" in picture
    assert "b --> c;" not in picture
    assert "-.->" not in picture
