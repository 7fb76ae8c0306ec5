"""Does the text really say so? A yes/no question about claims that a planner picks."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.verify import WIDEST, Verifier
from questgraph.agents.state import Context, State, Update
from questgraph.agents.statements import statement

Pick: TypeAlias = Callable[[State], Iterable[int]]
"""Names claims of the state by their indices."""


def confirm(
    pick: Pick, *, at_most: int = WIDEST, prompt: str = "verify.v1", name: str = "confirm"
) -> Stage:
    """Return a stage that asks whether claims are true and settles them by the answer.

    The question is that of `verify`: the evidence and the claim in words, without the dialogue. A
    claim without an answer stays as it was.

    Args:
        pick: Which claims to ask about; those that are turned down, or in the same words as one
            before, are no questions of their own.
        at_most: How many to ask about.
        prompt: The question.
        name: The stage's name.
    """
    verifier = Verifier(at_most, prompt, name)

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        claims, alike = state["claims"], dict[str, list[int]]()
        for i in pick(state):
            if claims[i].admitted:
                words = statement(claims[i], context.schema[claims[i].type])
                alike.setdefault(words, []).append(i)
        return await verifier.settle(claims, alike, state, context)

    return Stage(name=name, summary="asks whether claims are true", run=run, calls=verifier.calls)
