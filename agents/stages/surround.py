"""What elsewhere in the document helps to understand the passage? Asks no model.

After Amalvy et al. 2023, in whose paper two well chosen sentences gained 0.9 F1, and six unranked
neighbours lost as much. Its trained re-ranker fits the seam `Scorer`.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.retrieval.context import Scorer, helpful, likeness
from questgraph.tools.prompts import render
from questgraph.tools.records import Span


def surround(
    *,
    k: int = 2,
    each: int = 4,
    scorer: Scorer | None = None,
    prompt: str = "surround.v1",
    name: str = "surround",
) -> Stage:
    """Return a stage that shows sentences from elsewhere in the document beside the passage.

    They stand between marks of their own, and nothing can be claimed of them: grounding looks for
    what is said in the passage alone.

    Args:
        k: How many sentences to show at most.
        each: How many candidates each heuristic brings.
        scorer: Ranks the candidates; likeness by the bank's embedder when there is none, or BM25
            without a bank.
        prompt: How they are shown.
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if not elsewhere(state, context):
            return {}
        whole = state["unit"].document_text
        found = await around(state, context, k=k, each=each, scorer=scorer)
        shown = [whole[slice(*span)] for span in found]
        if not shown:
            return {}
        part = render(prompt, fenced=fenced("\n".join(shown)))
        return {"context": (*state["context"], part)}

    return Stage(name=name, summary=f"finds {k} helpful sentences elsewhere", run=run)


async def around(
    state: State, context: Context, *, k: int, each: int, scorer: Scorer | None = None
) -> list[Span]:
    """Return the places of the sentences elsewhere in the document that help most.

    Args:
        state: Holds the passage.
        context: Has the bank, by whose embedder likeness is told.
        k: How many sentences at most.
        each: How many candidates each heuristic brings.
        scorer: Ranks the candidates; as for `surround` when there is none.
    """
    unit = state["unit"]
    rank = scorer or (partial(likeness, context.bank.embedder) if context.bank else None)
    find = partial(helpful, unit.chunk, unit.document_text, k=k, each=each, scorer=rank)
    # Sentences and vectors take tens of milliseconds, in which others could be answered.
    return await asyncio.to_thread(find)


def elsewhere(state: State, context: Context) -> Sequence[str]:
    """Offer a look around to a planner, where the document is more than the passage."""
    return [""] if len(state["unit"].document_text) > len(state["unit"].chunk.text) else []
