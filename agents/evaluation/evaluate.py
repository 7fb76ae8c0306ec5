"""Recipes on labelled sets: run, scored, compared. The library side of `questgraph eval`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Unpack

from questgraph.agents.evaluation.banks import bank_for
from questgraph.agents.evaluation.datasets import Dataset, load_dataset
from questgraph.agents.evaluation.facts import facts_held
from questgraph.agents.evaluation.predict import predict
from questgraph.agents.evaluation.scores import Scored, metrics_for
from questgraph.agents.options import Options, look_up
from questgraph.agents.recipes import DEFAULT
from questgraph.tools.database import open_database
from questgraph.tools.scoring.intervals import Comparison
from questgraph.tools.settings import Settings

CALLS = "calls.db"
"""Where an evaluation keeps its answers, in its folder."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation found."""

    scored: tuple[Scored, ...]
    """For each set and recipe, in the order given."""

    def comparisons(self) -> list[tuple[Scored, Scored, str, Comparison]]:
        """Return for each two recipes on the same set how the main metrics differ."""
        return [
            (ours, theirs, metric, ours.better_than(theirs, metric))
            for ours, theirs in combinations(self.scored, 2)
            if ours.dataset is theirs.dataset
            for metric in ours.main
        ]


async def aevaluate(
    datasets: Sequence[Path | str],
    *,
    recipes: Sequence[str] = (DEFAULT,),
    split: str = "dev",
    limit: int | None = None,
    seed: int = 0,
    out: Path | str | None = None,
    given_entities: bool = False,
    on_passage: Callable[[str, str], None] = lambda _dataset, _recipe: None,
    **options: Unpack[Options],
) -> Evaluation:
    """Question labelled passages with each recipe and score what comes of it.

    Passages of the bank that are evaluated, or nearly, are taken out of it first.

    Args:
        datasets: Folders with `meta.json` and a file for each split, or labelled files.
        recipes: Names of the recipes to compare.
        split: The file to evaluate on.
        limit: So many passages of each set, drawn by `seed`; all when left out.
        seed: Of the draw and of the resamples.
        out: A folder that keeps the answers: the same evaluation again asks nothing.
        given_entities: Whether the labelled entities are given, for relations and events alone.
        on_passage: Called with the names of set and recipe after each passage.
        options: How to question, see `Options`; `bank="train"` takes the set's training split.

    Raises:
        ConfigError: When a set, a recipe or an option is wrong; nothing was asked then.
    """
    loaded = [(Path(p), load_dataset(p, split=split, limit=limit, seed=seed)) for p in datasets]
    prepared = [(d, *_with_bank(path, d, options)) for path, d in loaded]
    found = {name: look_up({**options, "recipe": name, "bank": None}) for name in recipes}
    folder = Path(out) if out is not None else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    scored = []
    with ExitStack() as stack:
        database = stack.enter_context(open_database(folder / CALLS if folder else ":memory:"))
        for dataset, asked, leaked in prepared:
            for name in recipes:
                own: Options = {**asked, "recipe": name}

                def step(name: str = name, dataset: Dataset = dataset) -> None:
                    on_passage(dataset.name, name)

                said = await predict(
                    dataset, database, own, given_entities=given_entities, on_passage=step
                )
                scored.append(
                    Scored(
                        dataset=dataset,
                        recipe=name,
                        model=found[name].model.name,
                        bank=_named(options),
                        predictions=said,
                        metrics=metrics_for(dataset, given_entities=given_entities),
                        price=found[name].terms.price,
                        leaked=leaked,
                        seed=seed,
                        facts=facts_held(said, options.get("settings") or Settings.read()),
                    )
                )
    return Evaluation(tuple(scored))


def _with_bank(path: Path, dataset: Dataset, options: Options) -> tuple[Options, int]:
    """Return the options with a bank that holds nothing of the set, and what was taken out."""
    settings = options.get("settings") or Settings.read()
    name = options.get("bank", "starter")
    if name is None:
        return {**options, "bank": None}, 0
    folder = path if path.is_dir() else path.parent
    found = bank_for(name, folder, dataset.passages, settings)
    return {**options, "bank": found.bank}, found.dropped


def _named(options: Options) -> str:
    bank = options.get("bank", "starter")
    return "" if bank is None else str(bank) if isinstance(bank, str | Path) else "a bank"
