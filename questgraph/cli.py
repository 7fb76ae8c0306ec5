"""The command line: `questgraph --help`.

Exit codes: 0 complete, 2 wrong call, 3 incomplete.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from questgraph import display as show
from questgraph import flags, schemas, synth, train
from questgraph.asking import ask, mcp
from questgraph.evaluation import evaluate
from questgraph.exits import INCOMPLETE, errors
from questgraph.improving import improve
from questgraph.load import load
from questgraph.resolving import resolve
from questgraph.reviewing import review

if TYPE_CHECKING:
    from questgraph.agents.extraction import Extraction

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask documents questions; get a knowledge graph with every answer pinned to the text.",
)
demos = typer.Typer(no_args_is_help=True, help="Demonstrations: labelled passages to show.")
app.add_typer(demos, name="demos")
app.command("eval")(evaluate)
app.command()(resolve)
app.command()(review)
app.command()(improve)
app.command()(load)
app.command()(ask)
app.command()(mcp)
app.add_typer(synth.app, name="synth")
app.add_typer(train.app, name="train")
app.add_typer(schemas.app, name="schema")


@app.command()
def extract(
    inputs: flags.Inputs,
    schema: flags.Schema = None,
    recipe: flags.Recipe = "staged",
    model: flags.Model = None,
    bank: flags.Bank = "starter",
    proposer: flags.Proposer = None,
    catalogue: flags.Catalogue = None,
    out: flags.Out = Path("questgraph-run"),
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    logprobs: flags.Logprobs = False,
    calibration: flags.Calibration = None,
    min_precision: flags.MinPrecision = None,
    concurrency: flags.Concurrency = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    batch: flags.Batch = False,
    poll: flags.Poll = 30.0,
    ledger: flags.Ledger = None,
    engine: flags.WhichEngine = flags.Engine.LOCAL,
    workers: flags.Workers = None,
    dry_run: flags.DryRun = False,
    as_json: flags.Json = False,
) -> None:
    """Question documents and write a knowledge graph, with a page to look at it."""
    from questgraph.agents import extractor
    from questgraph.agents.options import Options

    options: Options = {
        "schema": schema,
        "recipe": recipe,
        "model": model,
        "bank": flags.named(bank),
        "proposer": proposer,
        "catalogue": catalogue,
        "budget": flags.caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "logprobs": logprobs,
        "calibration": calibration,
        "min_precision": min_precision,
        "limits": flags.limits(concurrency, rpm, tpm),
        "batch": batch,
        "poll": poll,
        "ledger": ledger,
    }
    if dry_run:
        with errors():
            reckoned = extractor.estimate(inputs, out=out, **options)
        if as_json:
            show.as_json(reckoned.to_json())
        else:
            show.estimate(reckoned)
        return
    if engine is flags.Engine.RAY:
        with errors():
            from questgraph.agents.distributed import run as distributed

            distributed.extract(inputs, out=out, workers=workers, **options)
        status(out, as_json)
    with errors(), show.progress(quiet=as_json) as watch:
        extraction = extractor.extract(inputs, out=out, on_progress=watch, **options)
    _report(extraction, out, as_json=as_json)


@app.command()
def retry(
    folder: flags.Folder,
    only: flags.Only = "",
    model: flags.Model = None,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    concurrency: flags.Concurrency = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    batch: flags.Batch = False,
    poll: flags.Poll = 30.0,
    as_json: flags.Json = False,
) -> None:
    """Ask again about exactly the passages that a run misses."""
    from questgraph.agents.extractor import retry as run
    from questgraph.agents.options import Options

    changes: Options = {
        "budget": flags.caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "limits": flags.limits(concurrency, rpm, tpm),
        "batch": batch,
        "poll": poll,
    }
    if model:
        changes["model"] = model
    with errors(), show.progress(quiet=as_json) as watch:
        extraction = run(
            folder,
            only=[how.strip() for how in only.split(",") if how.strip()],
            on_progress=watch,
            **changes,
        )
    _report(extraction, folder, as_json=as_json)


@app.command()
def status(folder: flags.Folder, as_json: flags.Json = False) -> None:
    """Show what a run has, what is missing and why, and what it cost."""
    from questgraph.agents.extraction import Extraction

    if _is_distributed(folder):
        _distributed_status(folder, as_json=as_json)
    with errors():
        found = Extraction.open(folder)
    if as_json:
        show.as_json(found.status_by_document())
    else:
        show.documents(found)
        show.status(found)
    raise typer.Exit(0 if found.complete else INCOMPLETE)


@app.command()
def recipes(
    name: Annotated[str | None, typer.Argument(help="Show this one.")] = None,
    as_json: flags.Json = False,
) -> None:
    """List the ways of asking; with a name, show its source, stages and state graph."""
    from questgraph.agents.machine import drawing
    from questgraph.agents.recipes import recipes as known

    with errors():
        chosen = [known[name]] if name else list(known.values())
    if as_json:
        show.as_json(
            [
                {
                    "name": recipe.name,
                    "summary": recipe.summary,
                    "source": recipe.source,
                    "history": recipe.history,
                    "demos": recipe.demos,
                    "stages": {stage.name: stage.summary for stage in recipe.stages},
                }
                for recipe in chosen
            ]
        )
    elif name:
        (recipe,) = chosen
        show.line(f"{recipe.name}: {recipe.summary}")
        show.line(f"Source: {recipe.source}")
        show.line(f"History: {recipe.history}; demonstrations: {recipe.demos}")
        show.table(
            "Stages", ["stage", "what it does"], [(s.name, s.summary) for s in recipe.stages]
        )
        show.line(drawing(recipe))
    else:
        rows = [(r.name, r.summary, r.source) for r in chosen]
        show.table("Recipes", ["name", "how it asks", "source"], rows)


@app.command()
def graph(
    folder: flags.Folder,
    to: Annotated[
        list[str],
        typer.Option(
            help="graphml, jsonld, turtle, trig, csv, parquet, neo4j, cypher, json or html;"
            " repeatable."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where to; the run folder when left out.")
    ] = None,
    catalogue: flags.Known = None,
    shown: flags.Show = flags.Shown.ALL,
    trust: flags.Trust = None,
    as_json: flags.Json = False,
) -> None:
    """Write the graph of a run in other formats; asks no model."""
    from questgraph.agents.opening import opened

    with (
        errors(),
        opened(folder, catalogue=catalogue, show=shown.value, trusted=trust or ()) as run,
    ):
        written = {format_: run.export(format_, out or folder) for format_ in to}
    if as_json:
        show.as_json({format_: str(path) for format_, path in written.items()})
    else:
        for path in written.values():
            show.line(str(path))


@app.command()
def models(as_json: flags.Json = False) -> None:
    """List the models that can answer, and what they need."""
    from questgraph.tools.models.providers import known_models
    from questgraph.tools.settings import Settings

    settings = Settings.read()
    known = known_models(settings)
    if as_json:
        show.as_json([asdict(model) for model in known])
    else:
        rows = [(m.name, m.what, m.licence, m.ready) for m in known]
        show.table("Models", ["name", "what it is", "licence", "ready"], rows)
        there = "" if settings.prices.is_file() else " (not there yet)"
        show.line(f"Prices of your own: {settings.prices}{there}")


@demos.command("build")
def build_demos(
    source: Annotated[
        Path, typer.Argument(help="Labelled JSONL file, folder with train.jsonl, or run folder.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the bank.")],
    view: Annotated[
        str, typer.Option(help="What is compared: sentence, masked, entity, pair, marked, case.")
    ] = "sentence",
    as_json: flags.Json = False,
) -> None:
    """Build a bank of demonstrations from labelled passages or from a finished run."""
    from questgraph.agents.banks import build_bank

    with errors():
        bank = build_bank(source, out, view=view)
    if as_json:
        show.as_json({"bank": str(out), "passages": len(bank), "view": view})
    else:
        show.line(f"{len(bank)} passages in {out}")


@demos.command("learn")
def learn_demos(
    source: Annotated[
        Path, typer.Argument(help="Labelled JSONL, or documents where no labels are needed.")
    ],
    recipe: flags.Recipe,
    out: Annotated[Path, typer.Option(help="Folder for the bank; the same one again continues.")],
    schema: flags.Schema = None,
    model: flags.Model = None,
    limit: Annotated[
        int | None, typer.Option(help="Passages to learn from at most.", min=1)
    ] = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    as_json: flags.Json = False,
) -> None:
    """Let a recipe learn from passages before it is used; what it learns is a bank."""
    from questgraph.agents.learning.school import learn

    with errors():
        learned = learn(
            source,
            out,
            limit=limit,
            recipe=recipe,
            schema=schema,
            model=model,
            budget=flags.caps(tokens=budget_tokens, calls=budget_calls),
        )
    if as_json:
        show.as_json(
            {
                "bank": str(out),
                "read": learned.read,
                "passages": len(learned.bank),
                "problems": [asdict(problem) for problem in learned.problems],
            }
        )
    else:
        show.line(f"{len(learned.bank)} of {learned.read} passages in {out}")
        for problem in learned.problems[:1]:
            show.line(f"{len(learned.problems)} questions have no usable answer: {problem.reason}")
    raise typer.Exit(INCOMPLETE if learned.problems else 0)


@demos.command("search")
def search_demos(
    bank: Annotated[str, typer.Argument(help="Folder of a bank, or `starter`.")],
    text: Annotated[str, typer.Argument(help="The passage to find demonstrations for.")],
    k: Annotated[int, typer.Option("-k", help="How many.", min=1)] = 4,
    selection: Annotated[
        str, typer.Option(help="nearest, diverse, covering, scored.")
    ] = "covering",
    as_json: flags.Json = False,
) -> None:
    """Show which demonstrations a passage would be asked with, most similar last."""
    from questgraph.agents.banks import open_bank

    with errors():
        (found,) = open_bank(bank).search([text], k=k, selection=selection)
    if as_json:
        show.as_json([demo.to_json() for demo in found])
    else:
        rows = [
            (demo.id, demo.text, ", ".join(sorted({f.type for f in demo.frames()})))
            for demo in found
        ]
        show.table("Demonstrations", ["id", "passage", "types"], rows)


def _report(extraction: "Extraction", folder: Path, *, as_json: bool) -> None:
    """Print what a run found, and leave with the exit code that says whether it is complete."""
    if as_json:
        show.as_json(show.found(extraction, folder))
    else:
        if extraction.moderate:
            show.facts(extraction)
        show.status(extraction)
        show.line(show.where(extraction, folder))
    raise typer.Exit(0 if extraction.complete else INCOMPLETE)


def _is_distributed(folder: Path) -> bool:
    from questgraph.agents.extraction import DISTRIBUTED

    return (folder / DISTRIBUTED).is_file()


def _distributed_status(folder: Path, *, as_json: bool) -> NoReturn:
    from questgraph.agents.distributed import run as distributed

    with errors():
        found = distributed.status(folder)
    if as_json:
        show.as_json(found.to_json())
    else:
        show.standing(found, (), "the same command asks again about what was not answered")
        show.line(f"Tables: {folder}/results, {folder}/documents, {folder}/graph")
    raise typer.Exit(0 if found.complete else INCOMPLETE)
