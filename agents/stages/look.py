"""What is known already? The claims so far, and what the bank knows of the same names."""

from collections.abc import Sequence

from questgraph.agents.demonstrations import demonstrations
from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.plan import Offers, made_moves
from questgraph.agents.state import Context, State, Update
from questgraph.agents.statements import statement
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim

K = 3
"""Labelled passages to read at most."""

LINES = 6
"""Statements to show, from each side."""


def look(*, prompt: str = "look.v1", name: str = "look") -> Stage:
    """Return a stage that shows what is known of the type that the last move is about.

    Of this passage, what was claimed so far and how it was judged; of others, what labelled
    passages say of names that this one has too. Never what the passage's own document was labelled
    with. Asks no model.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        type_ = context.schema[made_moves(state["turns"])[-1].about]
        passage = state["unit"].chunk.text

        def known(claim: Claim) -> bool:
            return claim.type == type_.name and any(m.text in passage for _, m in claim.arguments)

        def keep(demo: Labelled) -> bool:
            return any(map(known, demo.claims))

        (found,) = await demonstrations([passage], state, context, k=K, keep=keep)
        said = [claim for demo in found for claim in demo.claims if known(claim)]
        lines = dict.fromkeys(statement(claim, type_) for claim in said)
        here = dict.fromkeys(
            f"{statement(claim, type_)} ({claim.reason or claim.verdict})"
            for claim in state["claims"]
            if claim.type == type_.name
        )
        told = [f"here: {line}" for line in list(here)[:LINES]]
        told += [f"elsewhere: {line}" for line in list(lines)[:LINES]]
        if not told:
            return {}
        part = render(prompt, type=type_.name, fenced=fenced("\n".join(told)))
        return {"context": (*state["context"], part)}

    return Stage(name=name, summary="shows what is known already", run=run)


def known_types(types: Offers) -> Offers:
    """Return the offer of those `types` of which something may be known."""

    def offers(state: State, context: Context) -> Sequence[str]:
        claimed = {claim.type for claim in state["claims"]}
        return [name for name in types(state, context) if context.bank or name in claimed]

    return offers
