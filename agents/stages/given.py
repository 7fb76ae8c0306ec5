"""What need not be asked, since a passage comes with it."""

from dataclasses import replace

from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.records import KINDS, Kind
from questgraph.tools.schema import Schema


def unless_given(stage: Stage, *kinds: Kind) -> Stage:
    """Return `stage`, but for passages that come with claims or open pairs: it leaves them alone.

    Methods that decide about what is given become whole pipelines with it.

    Args:
        stage: Asks for what may be given.
        kinds: What has to be given; anything when none is named.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        given = any(claim.kind in (kinds or KINDS) for claim in state["unit"].given)
        return {} if given else await stage.run(state, context, recipe)

    def calls(schema: Schema) -> Calls:
        return stage.calls(schema)._replace(least=0) if stage.calls else NO_CALLS

    return replace(stage, run=run, calls=calls)
