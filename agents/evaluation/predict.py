"""Questions labelled passages as a run would, and keeps what came of each."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Asked
from questgraph.agents.stages.vote import join
from questgraph.tools.database import Database
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Document, Result, Turn, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a recipe said of a labelled passage, and what it took."""

    gold: Labelled
    claims: tuple[Claim, ...]
    """Everything that was said, what was turned down included; spans are of the passage."""

    turns: tuple[Turn, ...]
    usage: Usage
    """What the answers cost when they were given: one from the ledger counts like any other."""

    complete: bool
    """Whether every question got a usable answer."""


async def predict(
    dataset: Dataset,
    database: Database,
    options: Options,
    *,
    given_entities: bool = False,
    on_passage: Callable[[], None] = lambda: None,
) -> list[Prediction]:
    """Question the passages of a set; what the database has an answer to is not asked again.

    Args:
        dataset: What is asked about.
        database: Keeps the calls.
        options: How to question; the schema is the set's.
        given_entities: Whether the labelled entities are given.
        on_passage: Called after each passage.

    Raises:
        ConfigError: When an option is wrong; nothing was asked then.
    """
    found: dict[str, Prediction] = {}
    for schema, passages in dataset.by_part():
        lookup = look_up({**options, "schema": schema})
        async with lookup.open(database) as engine:
            for passage in passages:
                given = dataset.given(passage, entities=given_entities)
                found[passage.id] = await _one(engine, passage, given)
                on_passage()
    return [found[passage.id] for passage in dataset.passages]


async def _one(engine: Engine, passage: Labelled, given: Sequence[Claim]) -> Prediction:
    """Question one passage, cut as any document is."""
    document = Document(passage.id, passage.text)
    units = engine.plan.units(document, given)
    asked = engine.plan.prepare(units, avoid=passage.id)
    results = [result async for result in engine.results(_each(asked)) if result]
    results.sort(key=lambda result: result.unit.chunk.index)
    return await _prediction(engine, passage, results)


async def _prediction(engine: Engine, passage: Labelled, results: Sequence[Result]) -> Prediction:
    turns = tuple(turn for result in results for turn in result.turns)
    usage = Usage()
    for turn in turns:
        usage += await _cost(engine, turn)
    return Prediction(
        gold=passage,
        claims=tuple(join(claim for result in results for claim in result.claims)),
        turns=turns,
        usage=usage,
        complete=bool(results) and all(result.outcome.complete for result in results),
    )


async def _cost(engine: Engine, turn: Turn) -> Usage:
    """Return what a turn's answer cost when it was given."""
    if turn.usage.calls or not turn.call:
        return turn.usage
    reply = await engine.gateway.ledger.get(turn.call)
    return replace(reply.usage, calls=1) if reply else turn.usage


async def _each(asked: Sequence[Asked]) -> AsyncIterator[Asked]:
    for one in asked:
        yield one
