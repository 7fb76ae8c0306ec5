"""What need not be asked, since a passage comes with it."""

from dataclasses import replace

from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.schema import Schema


def unless_given(stage: Stage) -> Stage:
    """Return `stage`, but for passages with given entities or pairs: it leaves them alone.

    Methods that tell the relation of given pairs become whole pipelines with it.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        return {} if state["unit"].given else await stage.run(state, context, recipe)

    def calls(schema: Schema) -> Calls:
        return stage.calls(schema)._replace(least=0) if stage.calls else NO_CALLS

    return replace(stage, run=run, calls=calls)
