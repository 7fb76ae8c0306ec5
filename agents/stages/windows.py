"""The same question, of a few sentences at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from questgraph.agents.concurrency import together
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.stages.ground import ground
from questgraph.agents.state import Context, Problem, State, Update
from questgraph.tools.chunking import sentences_of
from questgraph.tools.records import Chunk, Claim, Span, Turn
from questgraph.tools.schema import Schema

LIKELY = 3
"""Windows in a passage of usual length."""

MOST = 12
"""Windows at most: those of a longer passage are wider."""


def windows(asking: Stage, *, size: int = 5, shared: int = 2) -> Stage:
    """Return `asking` as a stage that asks about each window of the passage by itself.

    What is said of a window is pinned inside of it, since the same words may stand elsewhere in the
    passage. Neighbouring windows overlap, so that what two sentences say together is seen whole by
    one of them; what both say gives equal claims. The windows do not know of each other.

    Args:
        asking: A stage whose answers are frames.
        size: Sentences in a window.
        shared: How many of them the next window has as well.
    """
    pin = ground()

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        views = [_view(state, window) for window in framed(state, size, shared)]
        asked = await together(one(view, context, recipe) for view in views)
        claims, turns, problems = list(state["claims"]), list[Turn](), list[Problem]()
        for found, said in asked:
            before = len(state["turns"]) + len(turns)
            claims += [_later(claim, before) for claim in found]
            turns += said.get("turns", [])
            problems += said.get("problems", [])
        return {"claims": tuple(claims), "turns": turns, "problems": problems}

    async def one(view: State, context: Context, recipe: Recipe) -> tuple[Sequence[Claim], Update]:
        """Ask about one window and return what is claimed of it."""
        said = await asking.run(view, context, recipe)
        pinned = await pin.run({**view, "frames": said.get("frames", ())}, context, recipe)
        return pinned["claims"][len(view["claims"]) :], said

    def calls(schema: Schema) -> Calls:
        each = asking.calls(schema) if asking.calls else NO_CALLS
        return each._replace(likely=each.likely * LIKELY, most=each.most * MOST)

    return replace(
        asking, summary=f"{asking.summary}, of {size} sentences at a time", run=run, calls=calls
    )


def framed(state: State, size: int, shared: int) -> Iterator[Span]:
    """Yield the windows of a passage, each a run of sentences, `MOST` of them at most."""
    text = state["unit"].chunk.text
    borders = sentences_of(state["unit"].chunk) or (Span(0, len(text)),)
    while 1 + -(-max(len(borders) - size, 0) // (size - shared)) > MOST:
        size += 1
    for first in range(0, max(len(borders) - shared, 1), size - shared):
        run = borders[first : first + size]
        yield Span(run[0].start, run[-1].end)


def _view(state: State, window: Span) -> State:
    """Return the state of a unit that is the window and of which nothing was asked."""
    unit = state["unit"]
    inside = Span(window.start, window.end).shift(unit.chunk.span.start)
    borders = sentences_of(unit.chunk)
    chunk = Chunk(
        unit.chunk.document_id,
        unit.chunk.text[slice(*window)],
        span=inside,
        index=unit.chunk.index,
        sentences=tuple(span.shift(-window.start) for span in borders if window.holds(span)),
    )
    return {**state, "unit": replace(unit, chunk=chunk), "turns": [], "frames": ()}


def _later(claim: Claim, by: int) -> Claim:
    return replace(claim, turns=tuple(turn + by for turn in claim.turns))
