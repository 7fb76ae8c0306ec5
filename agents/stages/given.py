"""Is it told already? Skips the questions for what a passage comes with."""

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.records import PLURALS, Kind


def given(*kinds: Kind, to: str, name: str = "given") -> Stage:
    """Return a stage that sends a passage on of which something is given; asks no model.

    Args:
        kinds: What may be given: claims of these kinds, or candidates whose type is open.
        to: The stage that takes what is given.
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        return {}

    def leave(state: State) -> str | None:
        known = [claim.kind for claim in state["claims"]]
        known += [candidate.kind for candidate in state["candidates"]]
        return to if any(kind in kinds for kind in known) else None

    return Stage(
        name=name,
        summary=f"goes on with the {' and '.join(PLURALS[kind] for kind in kinds)} that are given",
        run=run,
        leads=(to,),
        leave=leave,
    )
