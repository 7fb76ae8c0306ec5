"""What a lesson is, and what it works with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from questgraph.agents.concurrency import together
from questgraph.agents.runs.engine import Engine
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import Context, Problem
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.errors import NotAskedError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Chunk, Claim, Result, Span, Unit
from questgraph.tools.schema import Schema


@dataclass(frozen=True, slots=True)
class Study:
    """What a lesson works with: an open engine under the recipe that it is for, and no bank."""

    engine: Engine
    embedder: Embedder

    @property
    def gateway(self) -> Gateway:
        """The way to the model, for lessons that put questions of their own."""
        return self.engine.gateway

    @property
    def schema(self) -> Schema:
        """The types that the passages are labelled with."""
        return self.engine.plan.schema

    def with_bank(self, bank: Bank) -> Context:
        """Return what stages work with when `bank` is searched."""
        return Context(gateway=self.gateway, schema=self.schema, bank=bank)

    async def question(
        self,
        passage: Labelled,
        *,
        given: Sequence[Claim] = (),
        recipe: Recipe | None = None,
        bank: Bank | None = None,
    ) -> Result:
        """Put a passage through a recipe, without what is labelled of it.

        Args:
            passage: What is asked about.
            given: What the recipe is told of it.
            recipe: How to ask; as the study is for when left out.
            bank: What the stages may search.

        Raises:
            NotAskedError: When the run stops.
        """
        plan = replace(self.engine.plan, recipe=recipe or self.engine.plan.recipe, bank=bank)
        engine = Engine(plan, self.gateway, self.engine.model)
        result = await engine.question((unit_of(passage, given), ()))
        if result is None:
            raise NotAskedError(f"{passage.id} was put off")
        return result


class Learned(NamedTuple):
    """What came of a passage, or of several."""

    passages: tuple[Labelled, ...] = ()
    """What is worth showing, with what was learned in the notes, or among what is rejected."""

    problems: tuple[Problem, ...] = ()
    """Questions without a usable answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A way of making demonstrations out of passages."""

    name: str
    summary: str
    """What it learns, in a few words."""

    labelled: bool
    """Whether the passages must be labelled."""

    learn: Callable[[Sequence[Labelled], Study], Awaitable[list[Learned]]]


def of_each(
    learn: Callable[[Labelled, Study], Awaitable[Learned]],
) -> Callable[[Sequence[Labelled], Study], Awaitable[list[Learned]]]:
    """Return a lesson that is learned from each passage by itself, side by side."""

    async def of_all(passages: Sequence[Labelled], study: Study) -> list[Learned]:
        return await together(learn(passage, study) for passage in passages)

    return of_all


def unit_of(passage: Labelled, given: Sequence[Claim] = ()) -> Unit:
    """Return a labelled passage as one to be asked about, of the document that its id names."""
    document = passage.id.partition("#")[0]
    span = Span(0, len(passage.text))
    return Unit(Chunk(document, passage.text, span=span, index=0), given=tuple(given))


def trouble(stage: str, result: Result) -> tuple[Problem, ...]:
    """Return what is missing of a result, as the trouble of a lesson."""
    status, reason = result.outcome.status, result.outcome.reason
    return () if result.outcome.complete else (Problem(stage, status, reason),)
