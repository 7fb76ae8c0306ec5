"""What does a parser see? Its findings stand beside the passage; asks no model (Xie)."""

import asyncio
from collections.abc import Callable

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update

Parser = Callable[[str], str]
"""Turns a passage into what is shown beside it: tokens, tags, phrases, a tree. Words of the
passage are to be quoted. HanLP or spaCy fit in behind a function of one line."""


def hint(parser: Parser, *, name: str = "hint") -> Stage:
    """Return a stage that shows what `parser` finds beside the passage (tool augmentation)."""

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        # Parsers may take their time, in which others can be answered.
        found = await asyncio.to_thread(parser, state["unit"].chunk.text)
        return {"context": (*state["context"], found)} if found else {}

    return Stage(name=name, summary="shows what a parser finds beside the passage", run=run)
