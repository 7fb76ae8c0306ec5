"""`questgraph train`: small models taught with labelled passages."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import errors

if TYPE_CHECKING:
    from questgraph.agents.training.output import Summary
    from questgraph.agents.training.tuning import Point

EVERY = 30.0
"""Seconds between two lines about how far a training is."""

app = typer.Typer(
    no_args_is_help=True,
    help="Small models that learn from labelled passages and judged runs.",
)


@app.command()
def data(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Labelled JSONL files or folders, run folders, folders of `questgraph synth`.",
            metavar="SOURCE...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the training set.")] = Path(
        "questgraph-training"
    ),
    recipe: flags.Recipe = "staged",
    unseen: Annotated[
        list[str] | None,
        typer.Option(help="Types never to train on, as SET:TYPE,TYPE; repeatable."),
    ] = None,
    unseen_share: Annotated[
        float, typer.Option(help="Share of each set's types to hold back at least.", min=0, max=0.9)
    ] = 0.0,
    held_back: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled folder to ask about and never to train on; repeatable."),
    ] = None,
    guard: Annotated[
        list[Path] | None,
        typer.Option(
            help="Labelled folder whose dev and test texts must not be trained on; repeatable."
            " What stands beside a source never is."
        ),
    ] = None,
    without_licence: Annotated[
        list[str] | None,
        typer.Option(help="Licence that no source may have, such as GPL-3.0; repeatable."),
    ] = None,
    dev_share: Annotated[
        float, typer.Option(help="Share of each set's texts to hold back.", min=0, max=0.9)
    ] = 0.1,
    longest: Annotated[
        int, typer.Option(help="Tokens of a dialogue at most, about.", min=64)
    ] = 1024,
    variants: Annotated[
        int, typer.Option(help="In how many ways to ask about each passage.", min=1)
    ] = 1,
    seed: Annotated[int, typer.Option(help="Another one draws and varies otherwise.")] = 0,
    as_json: flags.Json = False,
) -> None:
    """Turn labelled passages into the dialogues that a recipe asks, to train a model on."""
    from questgraph.agents.training.data import Making, make

    making = Making(
        seed=seed,
        unseen=tuple(unseen or ()),
        unseen_share=unseen_share,
        dev_share=dev_share,
        longest=longest,
        variants=variants,
    )
    with errors():
        made = make(
            sources,
            out,
            recipe=recipe,
            held_back=held_back or (),
            guard=guard or (),
            without_licence=without_licence or (),
            making=making,
        )
    if as_json:
        show.as_json({"folder": str(out), **made})
    else:
        _report(made, out)


@app.command()
def run(
    folder: Annotated[
        Path, typer.Argument(help="A training set, as `train data` makes it.", metavar="DATA")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")] = Path("questgraph-adapter"),
    base: Annotated[
        str, typer.Option(help="Embedded model, GGUF file or Hugging Face folder to teach.")
    ] = "smollm2-135m",
    epochs: Annotated[float, typer.Option(help="How often each dialogue is read.", min=0.01)] = 1.0,
    rank: Annotated[int, typer.Option(help="Of the adapter's matrices.", min=1)] = 32,
    rate: Annotated[float, typer.Option(help="Learning rate.", min=1e-7)] = 4e-4,
    length: Annotated[int, typer.Option(help="Tokens of a dialogue at most.", min=64)] = 1024,
    seed: Annotated[int, typer.Option(help="Another one begins and shuffles otherwise.")] = 0,
    as_json: flags.Json = False,
) -> None:
    """Teach a model: a LoRA adapter that llama.cpp loads. The same command goes on."""
    from questgraph.agents.training.bases import open_base
    from questgraph.agents.training.tuning import Tuning, tune
    from questgraph.tools.settings import Settings

    tuning = Tuning(rank=rank, alpha=2 * rank, rate=rate, epochs=epochs, length=length, seed=seed)
    with errors():
        taught = open_base(base, Settings.read())
        learned = tune(folder, out, taught, tuning, on_point=_progress(as_json=as_json))
    if as_json:
        told = {**asdict(learned), "points": [point._asdict() for point in learned.points]}
        show.as_json({"folder": str(out), **told})
        return
    rows: list[tuple[object, ...]] = [
        ("train", learned.dialogues, f"{learned.points[-1].loss:.3f}")
    ]
    rows += [(name, "", f"{loss:.3f}") for name, loss in learned.held_back.items()]
    show.table("Loss at the end", ["dialogues of", "how many", "loss"], rows)
    if learned.too_long:
        show.line(f"Longer than {length} tokens and left out: {learned.too_long}")
    show.line(f"Ask it: questgraph extract … --model local:{out}")


def _progress(*, as_json: bool) -> Callable[["Point"], None]:
    """Return what shows a line twice a minute."""
    last = 0.0

    def told(point: "Point") -> None:
        nonlocal last
        if as_json or (point.seconds - last < EVERY and point.step != point.steps):
            return
        last = point.seconds
        show.line(
            f"step {point.step} of {point.steps}, loss {point.loss:.3f}, {point.seconds:.0f} s"
        )

    return told


def _report(made: "Summary", out: Path) -> None:
    """Print what is in a training set, and what is not."""
    columns = ["file", "dialogues", "empty", "tokens, about"]
    rows = [(name, f["dialogues"], f["empty"], f["tokens"]) for name, f in made["files"].items()]
    show.table("Training set", columns, rows)
    reasons = [(file, why, n) for file, some in made["left_out"].items() for why, n in some.items()]
    if reasons:
        show.table("Left out", ["file", "why", "how many"], reasons)
    for name, facts in made["held_back"].items():
        if again := facts["trained_elsewhere"]:
            show.line(f"{name}: trained on under the same name, so not asked: {_words(again)}")
    show.line(f"What is in it, and under which licences: {out}/card.md")


def _words(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else str(names)
