"""Quality against cost when a small model reads first and the large one sees what it doubts.

    .venv/bin/python benchmarks/proposing.py --set crossner_ai --proposer local:smollm2-135m
    .venv/bin/python benchmarks/proposing.py --proposer local:DIR      an adapter that was trained

`filter-then-rerank`, as far as names go, once for each threshold from which the small model is
believed: at 0 the large one is never asked, above 1 about every name. Beside the curve stands
`staged`, in which the large model reads everything by itself. Prints a table, writes a report and
draws it. Every answer is kept in `runs/proposing`, so that a threshold costs only what the others
have not asked yet.
"""

import argparse
import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import DOCS, ROOT, draw, machine, markdown, write
from quality_asking import DATA, SEED

from questgraph.agents.evaluation.banks import bank_for
from questgraph.agents.evaluation.datasets import Dataset, load_dataset
from questgraph.agents.evaluation.predict import Prediction, predict
from questgraph.agents.evaluation.scores import Scored
from questgraph.agents.options import Options
from questgraph.agents.recipes.filter_then_rerank import FILTER_THEN_RERANK, LIKELIEST
from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.shots import only
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.first_reading import PROPOSE
from questgraph.agents.stages.route import route
from questgraph.tools.database import Database, open_database
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.records import Usage
from questgraph.tools.settings import Settings

SURE = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)
METRIC = "ner.string.strict"
RECORDED = ROOT / "runs" / "proposing"

Figures = dict[str, Any]


def names_only(dataset: Dataset) -> Dataset:
    """Return a set as if nothing but its names were labelled."""
    if not dataset.schema.entities:
        raise SystemExit(f"{dataset.name} has no types of names: choose another set")
    passages = tuple(
        replace(passage, claims=tuple(c for c in passage.claims if c.kind == "entity"))
        for passage in dataset.passages
    )
    schema = only(dataset.schema.entities, dataset.schema)
    return replace(dataset, schema=schema, passages=passages, parts={})


def recipe_at(sure: float) -> Recipe:
    """Return the recipe for names, the small model believed from a probability of `sure` on."""
    router = route("entity", sure=sure, top=LIKELIEST, name="route_entities")
    stages = {stage.name: stage for stage in FILTER_THEN_RERANK.stages}
    return replace(
        FILTER_THEN_RERANK,
        name=f"sure {sure:g}",
        stages=(stages[PROPOSE], router, stages["choose_entities"]),
    )


def measure(dataset: Dataset, database: Database, options: Options) -> Figures:
    """Return the curve over all thresholds, and how the large model does by itself.

    Args:
        dataset: Labelled names.
        database: Keeps the calls.
        options: Both models, and a bank.
    """
    points = [
        {"sure": sure, **_figures(dataset, database, {**options, "recipe": recipe_at(sure)})}
        for sure in SURE
    ]
    alone: Options = {**options, "recipe": STAGED, "proposer": None}
    return {"points": points, "alone": _figures(dataset, database, alone)}


def _figures(dataset: Dataset, database: Database, options: Options) -> Figures:
    said = asyncio.run(predict(dataset, database, options))
    scored = Scored(
        dataset=dataset,
        recipe="",
        model="",
        bank="",
        predictions=said,
        metrics=(METRIC,),
        seed=SEED,
    )
    found, counts, ledger = scored.interval(METRIC), scored.micro(METRIC), SqliteLedger(database)
    return {
        "f1": [found.value, found.low, found.high],
        "precision": counts.precision,
        "recall": counts.recall,
        "large": per_passage(said, ledger, small=False),
        "small": per_passage(said, ledger, small=True),
        "lost": scored.incomplete,
    }


def per_passage(said: Sequence[Prediction], ledger: SqliteLedger, *, small: bool) -> Figures:
    """Return what one of the models was asked for each passage, as if no answer had been there."""
    spent = sum(_usages(said, ledger, small=small), Usage())
    return {
        "calls": spent.calls / len(said),
        "tokens": (spent.prompt_tokens + spent.completion_tokens) / len(said),
        "seconds": spent.seconds / len(said),
    }


def _usages(said: Sequence[Prediction], ledger: SqliteLedger, *, small: bool) -> Iterable[Usage]:
    for prediction in said:
        for turn in prediction.turns:
            reply = ledger.kept(turn.call) if turn.call else None
            if reply and (turn.stage == PROPOSE) == small:
                yield replace(reply.usage, calls=1)


def table(report: Figures) -> str:
    """Return the curve as a Markdown table, the large model by itself below it."""
    rows = [(f"{point['sure']:g}", point) for point in report["points"]]
    return markdown(
        ["sure from", "F1", "95 %", "P", "R", "large: calls", "tokens", "small: tokens", "lost"],
        [_row(name, figures) for name, figures in [*rows, ("large alone", report["alone"])]],
    )


def _row(name: str, figures: Figures) -> list[str]:
    value, low, high = figures["f1"]
    large, small = figures["large"], figures["small"]
    return [
        name,
        f"{value:.3f}",
        f"{low:.2f} … {high:.2f}",
        f"{figures['precision']:.3f}",
        f"{figures['recall']:.3f}",
        f"{large['calls']:.2f}",
        f"{large['tokens']:.0f}",
        f"{small['tokens']:.0f}",
        str(figures["lost"]),
    ]


def main() -> None:
    """Measure, print the table, write the report and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", default="crossner_ai", help="a labelled set, or its folder")
    parser.add_argument("--limit", type=int, default=12, help="so many of its passages")
    parser.add_argument("--proposer", default="local:smollm2-135m", help="the small model")
    parser.add_argument("--model", default="local:", help="the large one")
    parser.add_argument("--calls", type=Path, default=RECORDED / "calls.db", help="keeps answers")
    parser.add_argument("--out", type=Path, default=DOCS / "proposing.json")
    told = parser.parse_args()
    folder = DATA / told.set
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there: QUESTGRAPH_DATA names the labelled sets")
    dataset = names_only(load_dataset(folder, limit=told.limit, seed=SEED))
    bank = bank_for("train", folder, dataset.passages, Settings.read()).bank
    told.calls.parent.mkdir(parents=True, exist_ok=True)
    options: Options = {"model": told.model, "proposer": told.proposer, "bank": bank}
    with open_database(told.calls) as database:
        found = measure(dataset, database, options)
    report: Figures = {
        "machine": machine(),
        "set": dataset.name,
        "passages": len(dataset.passages),
        "metric": METRIC,
        "small": told.proposer,
        "large": told.model,
        **found,
    }
    print(table(report))
    write(report, told.out)
    draw("proposing", told.out)


if __name__ == "__main__":
    main()
