"""The command line: `questgraph --help`.

Exit codes: 0 complete, 2 wrong call, 3 incomplete.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph.tools.errors import ModelError, QuestgraphError, StorageError

if TYPE_CHECKING:
    from questgraph.agents.extraction import Extraction
    from questgraph.tools.gateway.cost import Caps
    from questgraph.tools.gateway.limits import Limits

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask documents questions; get a knowledge graph with every answer pinned to the text.",
)
demos = typer.Typer(no_args_is_help=True, help="Demonstrations: labelled passages to show.")
app.add_typer(demos, name="demos")

WRONG_CALL, INCOMPLETE = 2, 3

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]
BudgetUsd = Annotated[
    float | None,
    typer.Option(help="US dollars that all commands on this run may spend at most.", min=0),
]
BudgetTokens = Annotated[
    int | None, typer.Option(help="Tokens, read and written, likewise.", min=0)
]
BudgetCalls = Annotated[int | None, typer.Option(help="Calls, likewise.", min=0)]
Prices = Annotated[
    Path | None, typer.Option(help="File with prices by model, which outrank the built-in ones.")
]
Unpriced = Annotated[
    bool, typer.Option("--unpriced", help="Go on although the model has no known price.")
]
Concurrency = Annotated[int | None, typer.Option(help="Calls in flight at most.", min=1)]
Rpm = Annotated[float | None, typer.Option(help="Requests a minute at most.", min=1)]
Tpm = Annotated[float | None, typer.Option(help="Tokens a minute at most.", min=1)]
Batch = Annotated[
    bool,
    typer.Option(
        "--batch",
        help="Ask in the provider's batch mode: mostly half the price, within a day; openai: only.",
    ),
]
Poll = Annotated[
    float, typer.Option(help="Seconds between two looks at the provider's batch mode.", min=0.01)
]
Ledger = Annotated[
    str | None,
    typer.Option(help="postgresql://… when many machines share what was answered."),
]
Folder = Annotated[Path, typer.Argument(help="A run folder.", metavar="DIR")]


@app.command()
def extract(
    inputs: Annotated[
        list[str], typer.Argument(help="Files, folders or globs.", metavar="INPUT...")
    ],
    schema: Annotated[
        str | None,
        typer.Option(help="YAML or JSON file with the types; a general one when left out."),
    ] = None,
    recipe: Annotated[
        str, typer.Option(help="How to ask: a name from `questgraph recipes`.")
    ] = "staged",
    model: Annotated[
        str | None, typer.Option(help="`provider:model`, see `questgraph models`.")
    ] = None,
    bank: Annotated[
        str, typer.Option(help="Folder with demonstrations, `starter`, or `none`.")
    ] = "starter",
    out: Annotated[Path, typer.Option(help="The run folder; the same one again continues.")] = Path(
        "questgraph-run"
    ),
    budget_usd: BudgetUsd = None,
    budget_tokens: BudgetTokens = None,
    budget_calls: BudgetCalls = None,
    prices: Prices = None,
    unpriced: Unpriced = False,
    concurrency: Concurrency = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    batch: Batch = False,
    poll: Poll = 30.0,
    ledger: Ledger = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what it would take - calls, tokens, money, time - and ask nothing.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Question documents and write a knowledge graph, with a page to look at it."""
    from questgraph.agents import extractor
    from questgraph.agents.options import Options

    options: Options = {
        "schema": schema,
        "recipe": recipe,
        "model": model,
        "bank": None if bank == "none" else bank,
        "budget": _caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "limits": _limits(concurrency, rpm, tpm),
        "batch": batch,
        "poll": poll,
        "ledger": ledger,
    }
    if dry_run:
        with _errors():
            reckoned = extractor.estimate(inputs, out=out, **options)
        if as_json:
            show.as_json(reckoned.to_json())
        else:
            show.estimate(reckoned)
        return
    with _errors(), show.progress(quiet=as_json) as watch:
        extraction = extractor.extract(inputs, out=out, on_progress=watch, **options)
    _report(extraction, out, as_json=as_json)


@app.command()
def retry(
    folder: Folder,
    only: Annotated[
        str,
        typer.Option(
            help="How the passages ended that are asked about again, parted by commas:"
            " failed, truncated, refused, over_budget, waiting. All of them when left out."
        ),
    ] = "",
    model: Annotated[
        str | None, typer.Option(help="Another model than the run was made with.")
    ] = None,
    budget_usd: BudgetUsd = None,
    budget_tokens: BudgetTokens = None,
    budget_calls: BudgetCalls = None,
    prices: Prices = None,
    unpriced: Unpriced = False,
    concurrency: Concurrency = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    batch: Batch = False,
    poll: Poll = 30.0,
    as_json: Json = False,
) -> None:
    """Ask again about exactly the passages that a run misses."""
    from questgraph.agents.extractor import retry as run
    from questgraph.agents.options import Options

    changes: Options = {
        "budget": _caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "limits": _limits(concurrency, rpm, tpm),
        "batch": batch,
        "poll": poll,
    }
    if model:
        changes["model"] = model
    with _errors(), show.progress(quiet=as_json) as watch:
        extraction = run(
            folder,
            only=[how.strip() for how in only.split(",") if how.strip()],
            on_progress=watch,
            **changes,
        )
    _report(extraction, folder, as_json=as_json)


@app.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Show what a run has, what is missing and why, and what it cost."""
    from questgraph.agents.extraction import Extraction

    with _errors():
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
    as_json: Json = False,
) -> None:
    """List the ways of asking; with a name, show its source, stages and state graph."""
    from questgraph.agents.machine import drawing
    from questgraph.agents.recipes import recipes as known

    with _errors():
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
    folder: Folder,
    to: Annotated[
        list[str], typer.Option(help="graphml, jsonld, turtle, csv, json or html; repeatable.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where to; the run folder when left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the graph of a run in other formats; asks no model."""
    from questgraph.agents.extraction import Extraction

    with _errors():
        extraction = Extraction.open(folder)
        written = {format_: extraction.export(format_, out or folder) for format_ in to}
    if as_json:
        show.as_json({format_: str(path) for format_, path in written.items()})
    else:
        for path in written.values():
            show.line(str(path))


@app.command()
def models(as_json: Json = False) -> None:
    """List the models that can answer, and what they need."""
    from questgraph.tools.models.providers import known_models
    from questgraph.tools.settings import Settings

    known = known_models(Settings.read())
    if as_json:
        show.as_json([asdict(model) for model in known])
    else:
        rows = [(m.name, m.what, m.licence, m.ready) for m in known]
        show.table("Models", ["name", "what it is", "licence", "ready"], rows)


@demos.command("build")
def build_demos(
    source: Annotated[
        Path, typer.Argument(help="Labelled JSONL file, folder with train.jsonl, or run folder.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the bank.")],
    view: Annotated[
        str, typer.Option(help="What is compared: sentence, masked or pair.")
    ] = "sentence",
    as_json: Json = False,
) -> None:
    """Build a bank of demonstrations from labelled passages or from a finished run."""
    from questgraph.agents.banks import build_bank

    with _errors():
        bank = build_bank(source, out, view=view)
    if as_json:
        show.as_json({"bank": str(out), "passages": len(bank), "view": view})
    else:
        show.line(f"{len(bank)} passages in {out}")


@demos.command("search")
def search_demos(
    bank: Annotated[str, typer.Argument(help="Folder of a bank, or `starter`.")],
    text: Annotated[str, typer.Argument(help="The passage to find demonstrations for.")],
    k: Annotated[int, typer.Option("-k", help="How many.", min=1)] = 4,
    selection: Annotated[str, typer.Option(help="nearest, diverse or covering.")] = "covering",
    as_json: Json = False,
) -> None:
    """Show which demonstrations a passage would be asked with, most similar last."""
    from questgraph.agents.banks import open_bank

    with _errors():
        (found,) = open_bank(bank).search([text], k=k, selection=selection)
    if as_json:
        show.as_json([demo.to_json() for demo in found])
    else:
        rows = [
            (demo.id, demo.text, ", ".join(sorted({f.type for f in demo.frames()})))
            for demo in found
        ]
        show.table("Demonstrations", ["id", "passage", "types"], rows)


def _caps(usd: float | None, tokens: int | None, calls: int | None) -> "Caps":
    from questgraph.tools.gateway.cost import Caps

    return Caps(usd=usd, tokens=tokens, calls=calls)


def _limits(concurrency: int | None, rpm: float | None, tpm: float | None) -> "Limits":
    from questgraph.tools.gateway.limits import Limits

    return Limits(concurrency=concurrency, requests_per_minute=rpm, tokens_per_minute=tpm)


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


@contextmanager
def _errors() -> Iterator[None]:
    """Turn errors raised on purpose into a message and an exit code."""
    try:
        yield
    except (ModelError, StorageError) as error:
        show.error(error)
        raise typer.Exit(INCOMPLETE) from error
    except asyncio.CancelledError as error:
        show.line("Stopped at once. What was answered is kept: the same command continues.")
        raise typer.Exit(INCOMPLETE) from error
    except QuestgraphError as error:
        show.error(error)
        raise typer.Exit(WRONG_CALL) from error
