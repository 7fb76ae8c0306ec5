"""What the command line takes: the options that several commands have, or that need many words."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from questgraph.tools.gateway.cost import Caps
    from questgraph.tools.gateway.limits import Limits


class Engine(StrEnum):
    """Where a run takes place."""

    LOCAL = "local"
    RAY = "ray"


class Shown(StrEnum):
    """Which of contradicting facts a graph shows."""

    ALL = "all"
    LATEST = "latest"
    MOST_SUPPORTED = "most-supported"
    TRUSTED = "trusted"


# What to ask about, and how.
Inputs = Annotated[list[str], typer.Argument(help="Files, folders or globs.", metavar="INPUT...")]
Schema = Annotated[
    str | None,
    typer.Option(
        help="YAML, JSON or ontology file (.ttl .rdf .owl .xml .jsonld .nt .trig) with the types; a"
        " general one when left out."
    ),
]
Recipe = Annotated[str, typer.Option(help="How to ask: a name from `questgraph recipes`.")]
Model = Annotated[str | None, typer.Option(help="`provider:model`, see `questgraph models`.")]
Proposer = Annotated[
    str | None,
    typer.Option(
        help="A small model that reads first, as `--model` is named, for recipes that ask the large"
        " one about doubts only."
    ),
]
Bank = Annotated[str, typer.Option(help="Folder with demonstrations, `starter`, or `none`.")]
Catalogue = Annotated[
    Path | None,
    typer.Option(
        help="CSV or JSONL file of known names (name, type, perhaps definition), for recipes that"
        " check names by them; the names of the bank when left out."
    ),
]

# Run folders.
Out = Annotated[Path, typer.Option(help="The run folder; the same one again continues.")]
Folder = Annotated[Path, typer.Argument(help="A run folder.", metavar="DIR")]
Known = Annotated[
    Path | None,
    typer.Option(
        "--catalogue", help="CSV, JSONL or RDF file of known things to link the nodes to."
    ),
]
Show = Annotated[
    Shown, typer.Option("--show", help="Which of contradicting facts are shown; all are kept.")
]
Trust = Annotated[
    list[str] | None,
    typer.Option(help="Pattern of document ids or sources, the most trusted first; repeatable."),
]
Only = Annotated[
    str,
    typer.Option(
        help="How the passages ended that are asked about again, parted by commas: failed,"
        " truncated, refused, over_budget, waiting. All of them when left out."
    ),
]

# What it may cost.
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
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Say what it would take - calls, tokens, money, time - and ask nothing."
    ),
]

# How sure.
Logprobs = Annotated[
    bool,
    typer.Option(
        "--logprobs",
        help="Ask how likely each token was, for models that tell: it helps to score claims.",
    ),
]

Calibration = Annotated[
    Path | None,
    typer.Option(help="What `questgraph eval --calibrate` wrote: every claim gets a score by it."),
]
MinPrecision = Annotated[
    float | None,
    typer.Option(
        help="Keep claims out of the graph whose scores promise less; needs --calibration.",
        min=0,
        max=1,
    ),
]

# How fast, and where.
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
    str | None, typer.Option(help="postgresql://… when many machines share what was answered.")
]
WhichEngine = Annotated[
    Engine,
    typer.Option("--engine", help="`ray`: on all machines of a Ray cluster; needs --ledger."),
]
Workers = Annotated[
    int | None, typer.Option(help="Processes that question under --engine ray.", min=1)
]

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]


def caps(usd: float | None = None, tokens: int | None = None, calls: int | None = None) -> "Caps":
    """Return what may be spent at most."""
    from questgraph.tools.gateway.cost import Caps

    return Caps(usd=usd, tokens=tokens, calls=calls)


def limits(
    concurrency: int | None = None, rpm: float | None = None, tpm: float | None = None
) -> "Limits":
    """Return what may be under way at most."""
    from questgraph.tools.gateway.limits import Limits

    return Limits(concurrency=concurrency, requests_per_minute=rpm, tokens_per_minute=tpm)


def named(bank: str) -> str | None:
    """Return the name of a bank; `none` is the word for none."""
    return None if bank == "none" else bank
