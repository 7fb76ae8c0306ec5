"""LLMaAA: a recipe annotates the passages that teach the most, a batch at a time.

Zhang et al. 2023, "LLMaAA: Making Large Language Models as Active Annotators". The first batch is
drawn by chance; after each, a student learns from what there is, and an acquisition function picks
the next batch from the pool by what the student is unsure of, until the budget of passages is used
up. Demonstrations are retrieved from the seed bank. A reply that could not be read is no empty
annotation: it is dropped with its reason, and the student does not learn from it.

Differences: the annotator is any recipe, so its answers are pinned to the text; the student is a
linear probe on the retriever's vectors, which serves acquisition only (`student`); annotated
passages join the bank, where the paper shows the model its 100 gold passages for ever. Reweighting
noisy labels by meta-gradient belongs to the training of a student of one's own, and is left to it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Plan
from questgraph.agents.synthesis.acquisition import Pool, acquisitions, at_random
from questgraph.agents.synthesis.harvest import Dropped, Harvest, Item, in_order, width
from questgraph.agents.synthesis.student import Probe, Remembering
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import Embedder, Vectors
from questgraph.tools.labelled import Labelled, labelled_from
from questgraph.tools.records import Document, Result, Unit
from questgraph.tools.schema import Schema


async def annotate(
    engine: Engine,
    documents: Sequence[Document],
    embedder: Embedder,
    *,
    budget: int,
    per_round: int = 20,
    acquire: str = "entropy",
    seed: int = 0,
) -> Harvest:
    """Annotate `budget` passages of `documents`.

    Args:
        engine: Its recipe annotates, its bank is the seed.
        documents: The pool.
        embedder: For the vectors of the pool; the bank's own when there is a bank.
        budget: How many passages to annotate.
        per_round: How many at a time.
        acquire: Name of one of `acquisitions`.
        seed: Of what is left to chance.

    Raises:
        UnknownNameError: When there is no such acquisition function.
    """
    choose = acquisitions[acquire]
    loop = _Loop(engine, documents, embedder, seed)
    while loop.pool and loop.asked < budget and loop.harvest.complete:
        size = min(per_round, budget - loop.asked)
        # Nobody has learned anything before the first batch.
        rows = (choose if loop.harvest.kept else at_random)(await loop.view(), size)
        await loop.annotate([loop.pool[row] for row in rows])
    return loop.harvest


class _Loop:
    """The rounds of one command: a pool that shrinks and a bank that grows."""

    def __init__(
        self, engine: Engine, documents: Sequence[Document], embedder: Embedder, seed: int
    ) -> None:
        self._engine, self._seed = engine, seed
        bank = engine.plan.bank
        self._embedder = Remembering(bank.embedder if bank else embedder)
        self._given = [passage for passage in bank.passages if passage] if bank else []
        self.pool: list[Unit] = [unit for each in documents for unit in engine.plan.units(each)]
        self.harvest = Harvest(())

    @property
    def asked(self) -> int:
        """Passages that the budget was spent on."""
        return len(self.harvest.items)

    async def view(self) -> Pool:
        """Return what is known of the passages that are left."""
        return await asyncio.to_thread(self._view)

    async def annotate(self, units: Sequence[Unit]) -> None:
        """Have some passages annotated, each with demonstrations from what there is by now."""
        engine = replace(self._engine, plan=await asyncio.to_thread(self._plan))

        async def made(unit: Unit) -> Result | None:
            prepare, document = engine.plan.prepare, unit.chunk.document_id
            (asked,) = await asyncio.to_thread(prepare, [unit], avoid=document)
            return await engine.question(asked)

        results = await in_order(made, units, width=width(engine.gateway))
        items = tuple(_item(result) for result in results if result)
        self.pool = [unit for unit in self.pool if unit not in units]
        self.harvest += Harvest(items, results.count(None))

    def _plan(self) -> Plan:
        """Return the engine's plan, with what was annotated added to its bank."""
        plan, kept = self._engine.plan, self.harvest.kept
        passages = [*self._given, *kept]
        if not plan.recipe.demos or not passages:
            return plan
        view = plan.bank.view if plan.bank else plan.recipe.view or "sentence"
        return replace(plan, bank=Bank.build(passages, self._embedder, view=view))

    def _view(self) -> Pool:
        vectors = self._embedder.embed([unit.chunk.text for unit in self.pool])
        learned = [*self._given, *self.harvest.kept]
        if not learned:
            return Pool(vectors, vectors[:, :0], self._seed)
        taught = self._embedder.embed([passage.text for passage in learned])
        probe = Probe.fit(taught, _present(learned, self._engine.plan.schema))
        return Pool(vectors, probe.probabilities(vectors), self._seed + self.asked)


def _present(passages: Sequence[Labelled], schema: Schema) -> Vectors:
    """Return which passage has which type, of shape (passages, types)."""
    names = [type_.name for type_ in schema.types()]
    rows = [{claim.type for claim in passage.claims} for passage in passages]
    return np.array([[name in row for name in names] for row in rows], dtype=np.float32)


def _item(result: Result) -> Item:
    if result.outcome.complete:
        return labelled_from(result.unit.chunk, result.claims)
    status, reason = result.outcome.status, result.outcome.reason
    return Dropped(result.unit.id, status, reason, result.unit.chunk.text)
