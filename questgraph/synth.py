"""`questgraph synth`: labelled passages made with a model, each checked or dropped."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import INCOMPLETE, errors

if TYPE_CHECKING:
    from questgraph.agents.options import Options
    from questgraph.agents.synthesis.output import Summary

app = typer.Typer(
    no_args_is_help=True,
    help="Labelled passages made with a model: annotated, found, or written; each checked.",
)

Source = Annotated[
    Path,
    typer.Argument(
        help="CSV table head,relation,tail; labelled JSONL file or folder; bank; or run folder.",
        metavar="SOURCE",
    ),
]
Labelled = Annotated[
    Path,
    typer.Argument(help="Labelled JSONL file or folder, bank, or run folder.", metavar="SOURCE"),
]
Limit = Annotated[int, typer.Option(help="Passages to make at most.", min=1)]
Seed = Annotated[int, typer.Option(help="Another one makes other passages.")]
Diverse = Annotated[
    bool,
    typer.Option("--diverse", help="Have the model name ways in which passages may differ first."),
]
OUT = Path("questgraph-synth")


def asking(*, bank: str = "none") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of all that ask a model; it gets them as `options`.

    Args:
        bank: The bank when none is named.
    """

    def widened(command: Callable[..., None]) -> Callable[..., None]:
        own, shared = (dict(inspect.signature(f).parameters) for f in (command, _options))
        shared["bank"] = shared["bank"].replace(default=bank)
        del own["options"]
        every = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in (*own.values(), *shared.values())
        ]

        @wraps(command)
        def called(**values: object) -> None:
            told = {name: values.pop(name) for name in shared}
            with errors():
                command(**values, options=_options(**told))  # type: ignore[arg-type]

        called.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
        called.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        return called

    return widened


def _options(
    *,
    schema: flags.Schema = None,
    model: flags.Model = None,
    bank: flags.Bank = "none",
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    concurrency: flags.Concurrency = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    ledger: flags.Ledger = None,
) -> "Options":
    return {
        "schema": schema,
        "model": model,
        "bank": flags.named(bank),
        "budget": flags.caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "limits": flags.limits(concurrency, rpm, tpm),
        "ledger": ledger,
    }


@app.command()
@asking(bank="starter")
def annotate(
    inputs: flags.Inputs,
    options: "Options",
    out: flags.Out = OUT,
    recipe: flags.Recipe = "oneshot",
    limit: Limit = 100,
    per_round: Annotated[int, typer.Option(help="Passages to a round.", min=1)] = 20,
    acquire: Annotated[
        str, typer.Option(help="random, least-confidence, entropy or kmeans.")
    ] = "entropy",
    seed: Seed = 0,
    as_json: flags.Json = False,
) -> None:
    """Have a recipe annotate those passages of documents that teach the most (LLMaAA)."""
    from questgraph.agents.synthesis import synthesis

    options["recipe"] = recipe
    made = synthesis.annotate(
        inputs, out, limit=limit, per_round=per_round, acquire=acquire, seed=seed, **options
    )
    _report(made, out, as_json=as_json)


@app.command()
@asking()
def retrieve(
    source: Source,
    inputs: flags.Inputs,
    options: "Options",
    out: flags.Out = OUT,
    limit: Annotated[int | None, typer.Option(help="Passages to ask about at most.", min=1)] = None,
    window: Annotated[
        int, typer.Option(help="Sentences in which both ends must stand.", min=1)
    ] = 1,
    each: Annotated[int, typer.Option(help="Passages to ask about for one triple.", min=1)] = 5,
    as_json: flags.Json = False,
) -> None:
    """Find passages of documents that say known triples, each put to the model."""
    from questgraph.agents.synthesis import synthesis

    made = synthesis.retrieve(source, inputs, out, limit=limit, window=window, each=each, **options)
    _report(made, out, as_json=as_json)


@app.command()
@asking()
def synthie(
    source: Source,
    options: "Options",
    out: flags.Out = OUT,
    limit: Limit = 100,
    longest: Annotated[int, typer.Option(help="Triples of a passage at most.", min=1)] = 3,
    seed: Seed = 0,
    diverse: Diverse = False,
    as_json: flags.Json = False,
) -> None:
    """Write passages for triples that hang together, rare relations too (SynthIE)."""
    from questgraph.agents.synthesis import synthesis

    made = synthesis.synthie(
        source, out, limit=limit, longest=longest, seed=seed, diverse=diverse, **options
    )
    _report(made, out, as_json=as_json)


@app.command()
@asking()
def star(
    options: "Options",
    out: flags.Out = OUT,
    limit: Limit = 100,
    rounds: Annotated[int, typer.Option(help="How often a text is mended at most.", min=0)] = 2,
    seed: Seed = 0,
    diverse: Diverse = False,
    as_json: flags.Json = False,
) -> None:
    """Write passages about events and relations of the schema, structure first (STAR)."""
    from questgraph.agents.synthesis import synthesis

    made = synthesis.star(out, limit=limit, rounds=rounds, seed=seed, diverse=diverse, **options)
    _report(made, out, as_json=as_json)


@app.command()
@asking()
def entda(
    source: Labelled,
    options: "Options",
    out: flags.Out = OUT,
    operation: Annotated[
        list[str] | None,
        typer.Option(help="add, delete, replace or swap; repeatable; all in turn when left out."),
    ] = None,
    limit: Limit = 100,
    seed: Seed = 0,
    diverse: Diverse = False,
    as_json: flags.Json = False,
) -> None:
    """Write passages for edited entity lists of a labelled set (EnTDA)."""
    from questgraph.agents.synthesis import synthesis

    made = synthesis.entda(
        source,
        out,
        operations=operation or (),
        limit=limit,
        seed=seed,
        diverse=diverse,
        **options,
    )
    _report(made, out, as_json=as_json)


@app.command()
def export(
    source: Labelled,
    recipe: flags.Recipe,
    out: Annotated[Path, typer.Option(help="File for the dialogues.")],
    schema: flags.Schema = None,
    bank: flags.Bank = "none",
    limit: Annotated[int | None, typer.Option(help="Passages at most.", min=1)] = None,
    as_json: flags.Json = False,
) -> None:
    """Write the dialogues that a recipe holds about labelled passages, for fine-tuning."""
    from questgraph.agents.synthesis import synthesis

    with errors():
        count = synthesis.export(
            source, out, limit=limit, schema=schema, recipe=recipe, bank=flags.named(bank)
        )
    if as_json:
        show.as_json({"file": str(out), "dialogues": count})
    else:
        show.line(f"{count} dialogues in {out}")


def _report(made: "Summary", out: Path, *, as_json: bool) -> None:
    """Print what was made, and leave with the exit code that says whether that is all."""
    if as_json:
        show.as_json({"folder": str(out), **made})
    else:
        show.line(f"{made['kept']} passages in {out}, {made['empty']} of them empty.")
        if made["dropped"]:
            show.table("Dropped", ["reason", "items"], list(made["dropped"].items()))
            show.line(f"Each with its reason: {out}/dropped.jsonl")
        show.line(f"Demonstrations of them: questgraph demos build {out} --out BANK")
        if not made["complete"]:
            show.line("Incomplete: the same command continues, if need be with a higher cap.")
    raise typer.Exit(0 if made["complete"] else INCOMPLETE)
