"""Demonstrations that a stage looks for by itself: for one type, one mention, one pair."""

import asyncio
from collections.abc import Callable, Sequence

from questgraph.agents.state import Context, State
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span


async def demonstrations(
    texts: Sequence[str],
    state: State,
    context: Context,
    *,
    k: int,
    selection: str = "nearest",
    tokens: int | None = None,
    keep: Callable[[Labelled], bool] | None = None,
    about: Sequence[Sequence[Span]] = (),
) -> list[list[Labelled]]:
    """Return at most `k` labelled passages for each text, the most similar last.

    None when there is no bank, and none from the document that is asked about.

    Args:
        texts: What to find similar passages to, in the form that the bank's view has them.
        state: Says what is asked about.
        context: Has the bank.
        k: How many for each text.
        selection: Which of the near ones are taken.
        tokens: How long those for one text may be together, about.
        keep: Says of a passage whether it may be taken.
        about: What is asked about in each text, in views that show it: mentions, or a pair.

    Raises:
        UnknownNameError: When there is no such selection.
    """
    bank = context.bank
    if bank is None or not texts:
        return [[] for _ in texts]
    # Embedding takes tens of milliseconds, in which others could be answered.
    return await asyncio.to_thread(
        bank.search,
        texts,
        k=k,
        selection=selection,
        tokens=tokens,
        avoid=state["unit"].chunk.document_id,
        keep=keep,
        about=about,
    )
