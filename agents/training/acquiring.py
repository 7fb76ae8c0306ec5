"""Which passages of a run are worth judging next: active learning, as in LLMaAA."""

from collections.abc import Sequence

import numpy as np

from questgraph.agents.synthesis.acquisition import Pool, acquisitions
from questgraph.agents.synthesis.student import Probe
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Result, Unit
from questgraph.tools.schema import Schema


def worth_judging(
    results: Sequence[Result],
    judged: Sequence[Labelled],
    schema: Schema,
    embedder: Embedder,
    *,
    count: int,
    acquire: str = "entropy",
    seed: int = 0,
) -> list[Unit]:
    """Return the passages of a run to judge next, the most worth first.

    Asked for are those of which the run found something and people did not judge all of it: there
    is nothing to accept or reject in others. A student learns from the judged ones which types a
    passage has, and an acquisition function looks at how it sees the others.

    Args:
        results: Of the run.
        judged: Its judged passages.
        schema: The types that were looked for.
        embedder: For the vectors of the passages.
        count: How many passages at most.
        acquire: Name of one of `acquisitions`.
        seed: Of what is left to chance.

    Raises:
        UnknownNameError: When there is no such acquisition function.
    """
    choose, known = acquisitions[acquire], {passage.id for passage in judged}
    pool = [result.unit for result in results if _open(result, known)]
    if not pool or not count:
        return []
    vectors = embedder.embed([unit.chunk.text for unit in pool])
    taught = embedder.embed([passage.text for passage in judged])
    names = [type_.name for type_ in schema.types()]
    has = [{claim.type for claim in passage.claims} for passage in judged]
    present = np.array([[name in types for name in names] for types in has], dtype=np.float32)
    seen = Pool(vectors, Probe.fit(taught, present).probabilities(vectors), seed)
    return [pool[row] for row in choose(seen, count)]


def _open(result: Result, judged: set[str]) -> bool:
    found = any(claim.admitted for claim in result.claims)
    return result.outcome.complete and found and result.unit.chunk.id not in judged
