"""What a round of improving a run begins from, looked up before anything is asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import as_before
from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.store import RunStore
from questgraph.agents.synthesis.acquisition import acquisitions
from questgraph.agents.training.adapting import Teach, local_teacher
from questgraph.agents.training.judged import Parts, divided, judged_in
from questgraph.agents.training.rounds import Before, place_of, rounds_before
from questgraph.agents.training.trials import LEVEL, Bench, Way, main_metrics
from questgraph.retrieval.embedders import Embedder, open_embedder
from questgraph.tools.database import Database
from questgraph.tools.errors import ConfigError
from questgraph.tools.settings import Settings

Report = Callable[[str], None]
"""Called with the name of a trial after each passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improving:
    """How to improve a run."""

    share: float = 0.3
    """Share of the judged passages that is held back, about."""

    seed: int = 0
    keep_if_better: bool = False
    """Whether a higher F1 is enough, for want of passages."""

    adapter: bool | Teach = False
    """Whether to train an adapter; or what teaches the model."""

    ask: int = 10
    """Passages that are worth judging next, at most."""

    acquire: str = "entropy"
    """Name of one of `acquisitions`."""

    @property
    def rule(self) -> str:
        """When a change counts as better, in words."""
        return "higher F1" if self.keep_if_better else f"higher F1 with p < {LEVEL:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Everything that a round needs."""

    how: Improving
    before: Before
    run: Extraction
    folder: Path
    """Of the run."""

    parts: Parts
    embedder: Embedder
    way: Way
    """How the run asks, with what earlier rounds kept."""

    bench: Bench
    """Asks about the passages that are held back."""

    view: str
    """What a new bank compares; empty when the recipe shows no demonstrations."""

    teach: Teach | None

    @property
    def number(self) -> int:
        """Of the round, from 1."""
        return self.before.number + 1

    @property
    def place(self) -> str:
        """Where the round is written, in the run folder."""
        return place_of(self.number)

    @property
    def learning(self) -> Bench:
        """Asks about the passages that are learned from."""
        dataset = replace(self.bench.dataset, passages=self.parts.learned)
        return replace(self.bench, dataset=dataset)


def start(
    database: Database, folder: Path, how: Improving, changed: Options, on_passage: Report
) -> Start:
    """Return what a round begins from.

    Args:
        database: Of the run.
        folder: Of the run.
        how: How to improve it.
        changed: What is to be other than the run had it.
        on_passage: Called with the name of the trial after each passage.

    Raises:
        ConfigError: When too few passages are judged, or an option is wrong.
    """
    _ = acquisitions[how.acquire]
    store, before = RunStore(database), rounds_before(folder)
    run = Extraction(store, folder, database)
    parts = divided(
        judged_in(run),
        share=how.share,
        seed=how.seed,
        learned=before.learned,
        held_back=before.held_back,
    )
    every = (*parts.learned, *parts.held_back)
    dataset = Dataset(name=run.schema.name, schema=run.schema, passages=every)
    if not (metrics := main_metrics(dataset)):
        raise ConfigError(f"{folder}: no judged passage has a claim of the run's schema")
    options: Options = {**as_before(store), **before.setup.options(folder), **changed}
    found, settings = look_up(options), options.get("settings") or Settings.read()
    named, recipe = options.get("model") or settings.model, found.plan.recipe
    teach = how.adapter if callable(how.adapter) else None
    if how.adapter and not teach:
        teach = local_teacher(named, settings, recipe=recipe.name, seed=how.seed)
    return Start(
        how=how,
        before=before,
        run=run,
        folder=folder,
        parts=parts,
        embedder=open_embedder(settings.embedder, settings),
        way=Way(found.plan.bank, named, found.judge),
        bench=Bench(
            database=database,
            options=options,
            dataset=replace(dataset, passages=parts.held_back),
            metrics=metrics,
            recipe=recipe.name,
            model=found.model.name,
            seed=how.seed,
            on_passage=on_passage,
        ),
        view=(recipe.view or "sentence") if recipe.demos else "",
        teach=teach,
    )
