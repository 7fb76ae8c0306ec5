"""`questgraph eval`: recipes on labelled sets, scored and compared."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import INCOMPLETE, errors

if TYPE_CHECKING:
    from questgraph.agents.evaluation.calibrate import Calibration
    from questgraph.agents.evaluation.evaluate import Evaluation
    from questgraph.agents.evaluation.scores import Scored
    from questgraph.agents.options import Options

RESULTS, PAGE, CALIBRATION = "eval.json", "eval.html", "calibration.json"

Datasets = Annotated[
    list[Path],
    typer.Argument(
        help="Labelled sets: folders with meta.json and a file for each split, or files in CoNLL,"
        " brat, PubTator, DocRED or spaCy form.",
        metavar="DATASET...",
    ),
]
Recipes = Annotated[str, typer.Option("--recipe", help="Recipes to compare, parted by commas.")]
Split = Annotated[str, typer.Option(help="The split of a folder to evaluate on.")]
Limit = Annotated[int | None, typer.Option(help="So many passages of each set, drawn.", min=1)]
Seed = Annotated[int, typer.Option(help="Of the draw and of the resamples.")]
Bank = Annotated[
    str,
    typer.Option(
        help="Folder with demonstrations, `starter`, `train` for the set's own, or `none`."
    ),
]
Given = Annotated[bool, typer.Option("--given-entities", help="Give the labelled entities.")]
Calibrate = Annotated[
    bool,
    typer.Option(
        "--calibrate",
        help="Score every claim by what other passages taught, show whether the scores can be"
        f" believed, and write {CALIBRATION}.",
    ),
]
Out = Annotated[
    Path,
    typer.Option(help="Folder for answers and report; the same evaluation again asks nothing."),
]


def evaluate(
    datasets: Datasets,
    recipe: Recipes = "staged",
    model: flags.Model = None,
    split: Split = "dev",
    limit: Limit = None,
    seed: Seed = 0,
    bank: Bank = "starter",
    proposer: flags.Proposer = None,
    given_entities: Given = False,
    calibrate: Calibrate = False,
    logprobs: flags.Logprobs = False,
    out: Out = Path("questgraph-eval"),
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    prices: flags.Prices = None,
    concurrency: flags.Concurrency = None,
    as_json: flags.Json = False,
) -> None:
    """Score recipes on labelled passages, with intervals, costs and every mistake in its text."""
    from questgraph.agents.evaluation import calibrate as calibration
    from questgraph.agents.evaluation.evaluate import aevaluate
    from questgraph.agents.evaluation.page import write_page
    from questgraph.agents.evaluation.report import to_json
    from questgraph.tools.confidence import write_confidence

    options: Options = {
        "model": model,
        "bank": flags.named(bank),
        "proposer": proposer,
        "budget": flags.caps(budget_usd, budget_tokens),
        "prices": prices,
        "limits": flags.limits(concurrency),
        "logprobs": logprobs,
    }
    names = [name.strip() for name in recipe.split(",") if name.strip()]
    with errors(), show.counting(quiet=as_json) as count:
        evaluation = asyncio.run(
            aevaluate(
                datasets,
                recipes=names,
                split=split,
                limit=limit,
                seed=seed,
                out=out,
                given_entities=given_entities,
                on_passage=count,
                **options,
            )
        )
    scored = evaluation.scored
    calibrations = [calibration.calibrate(each) for each in scored] if calibrate else []
    told = to_json(evaluation, calibrations)
    if calibrate:
        write_confidence(calibration.fit_by_recipe(scored), out / CALIBRATION)
    (out / RESULTS).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    write_page(told, out / PAGE)
    if as_json:
        show.as_json(told)
    else:
        _show(evaluation)
        if calibrate:
            _show_confidence(evaluation, calibrations)
        show.line(f"Page: {out / PAGE}, figures: {out / RESULTS}")
        if calibrate:
            show.line(f"To score claims by: {out / CALIBRATION}")
    complete = not any(scored.incomplete for scored in evaluation.scored)
    raise typer.Exit(0 if complete else INCOMPLETE)


def _show(evaluation: "Evaluation") -> None:
    columns = ["set", "recipe", "metric", "P", "R", "F1", "95 %"]
    rows = [row for scored in evaluation.scored for row in _scores(scored)]
    show.table("Scores", columns, rows)
    columns = ["set", "recipe", "calls", "read", "cached", "written", "seconds"]
    columns += ["tokens a fact", "unreadable", "not in text", "incomplete"]
    show.table("Cost and form", columns, [_costs(scored) for scored in evaluation.scored])
    compared = [
        (
            ours.dataset.name,
            f"{ours.recipe} - {theirs.recipe}",
            metric,
            f"{found.difference.value:+.3f}",
            f"{found.difference.low:+.3f} … {found.difference.high:+.3f}",
            "equal" if found.difference.low <= 0 <= found.difference.high else "differ",
        )
        for ours, theirs, metric, found in evaluation.comparisons()
    ]
    if compared:
        show.table("Compared", ["set", "recipes", "metric", "F1", "95 %", ""], compared)


def _show_confidence(
    evaluation: "Evaluation", calibrations: "Sequence[Calibration | None]"
) -> None:
    known = [
        ((scored.dataset.name, scored.recipe), found)
        for scored, found in zip(evaluation.scored, calibrations, strict=True)
        if found
    ]
    columns = ["set", "recipe", "claims", "right", "ECE", "Brier", "AURC"]
    rows = [
        (
            *names,
            len(found.scores),
            *(f"{v:.3f}" for v in (found.precision, found.error, found.brier, found.risks.area)),
        )
        for names, found in known
    ]
    show.table("Confidence, by what other passages taught", columns, rows)
    columns = ["set", "recipe", "wanted precision", "threshold", "reached", "kept"]
    lines = [
        (
            *names,
            f"{promise.wanted:.2f}",
            "none" if promise.threshold is None else f"{promise.threshold:.3f}",
            "" if promise.precision is None else f"{promise.precision:.3f}",
            f"{promise.kept:.0%}",
        )
        for names, found in known
        for promise in found.promises
    ]
    show.table("What is left at a wanted precision", columns, lines)


def _scores(scored: "Scored") -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for metric in scored.tallies:
        counts, bounds = scored.micro(metric), scored.interval(metric)
        figures = (f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1))
        interval = f"{bounds.low:.3f} … {bounds.high:.3f}"
        rows.append((scored.dataset.name, scored.recipe, metric, *figures, interval))
    return rows


def _costs(scored: "Scored") -> tuple[object, ...]:
    usage, per_fact = scored.usage, scored.tokens_per_fact.value
    return (
        scored.dataset.name,
        scored.recipe,
        usage.calls,
        usage.prompt_tokens,
        usage.cached_tokens,
        usage.completion_tokens,
        f"{usage.seconds:.0f}",
        f"{per_fact:.0f}",
        f"{scored.unreadable:.1%}",
        f"{scored.groundedness.hallucination_rate:.1%}",
        scored.incomplete,
    )
