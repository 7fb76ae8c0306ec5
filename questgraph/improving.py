"""`questgraph improve`: a run learns from what people decided about it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import INCOMPLETE, errors

if TYPE_CHECKING:
    from questgraph.agents.options import Options
    from questgraph.agents.training.rounds import Round, Trial

HoldBack = Annotated[
    float, typer.Option(help="Share of the judged passages to measure on.", min=0.05, max=0.8)
]
Seed = Annotated[int, typer.Option(help="Another one holds other passages back.")]
KeepIfBetter = Annotated[
    bool,
    typer.Option("--keep-if-better", help="Keep a higher F1 although it may be chance."),
]
Adapter = Annotated[
    bool, typer.Option("--adapter", help="Train an adapter too, for a local model.")
]
Ask = Annotated[
    int, typer.Option(help="How many passages worth judging next to name at most.", min=0)
]
Acquire = Annotated[str, typer.Option(help="random, least-confidence, entropy or kmeans.")]


def improve(
    folder: flags.Folder,
    hold_back: HoldBack = 0.3,
    seed: Seed = 0,
    keep_if_better: KeepIfBetter = False,
    adapter: Adapter = False,
    ask: Ask = 10,
    acquire: Acquire = "entropy",
    model: flags.Model = None,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    concurrency: flags.Concurrency = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    as_json: flags.Json = False,
) -> None:
    """Learn from what people decided about a run; keep what makes it measurably better."""
    from questgraph.agents.training.improving import improve as run
    from questgraph.agents.training.rounds import to_json
    from questgraph.agents.training.starting import Improving

    how = Improving(
        share=hold_back,
        seed=seed,
        keep_if_better=keep_if_better,
        adapter=adapter,
        ask=ask,
        acquire=acquire,
    )
    changes: Options = {
        "budget": flags.caps(budget_usd, budget_tokens, budget_calls),
        "prices": prices,
        "unpriced": unpriced,
        "limits": flags.limits(concurrency, rpm, tpm),
    }
    if model:
        changes["model"] = model
    with errors(), show.counting(quiet=as_json) as count:
        made = run(folder, how, on_passage=lambda trial: count(folder.name, trial), **changes)
    if as_json:
        show.as_json(to_json(made))
    else:
        _report(made, folder, keep_if_better=keep_if_better)
    raise typer.Exit(0 if made.complete else INCOMPLETE)


def _report(made: "Round", folder: Path, *, keep_if_better: bool) -> None:
    """Print what was tried and kept, how to use it, and what to judge next."""
    from questgraph.agents.training.trials import SURE

    columns = ["tried", "P", "R", "F1", "95 %", "difference", "p", "better?"]
    rows = [("as it is", *_figures(made.before), "", "", ""), *map(_row, made.tried)]
    title = f"Round {made.round}, on {len(made.held_back)} passages held back"
    show.table(title, columns, rows)
    show.line(f"Learned from {len(made.learned)} judged passages; better is a {made.rule}.")
    if keep_if_better:
        show.line("What is kept may be better by chance: --keep-if-better asks for no more.")
    elif len(made.held_back) < SURE:
        show.line(
            f"Under {SURE} passages held back nothing is sure: judge more, or --keep-if-better."
        )
    if made.dropped:
        show.line(f"{made.dropped} judged passages share words with those held back: left out.")
    if made.kept:
        show.line(f"Kept: {', '.join(made.kept)}. Use it: {_command(made, folder)}")
    else:
        show.line("Nothing is kept.")
    if made.label_next:
        show.table(
            "Worth judging next (questgraph review)",
            ["document", "passage"],
            [(each["document"], each["passage"]) for each in made.label_next],
        )
    if not made.complete:
        show.line("Incomplete: the next round tries again, if need be with a higher cap.")


def _row(trial: "Trial") -> Sequence[object]:
    if trial.figures is None or trial.difference is None or trial.p_value is None:
        return (trial.name, "", "", "", "", "", "", trial.why)
    value, low, high = trial.difference
    difference = f"{value:+.3f} ({low:+.3f} … {high:+.3f})"
    verdict = f"{'yes' if trial.better else 'no'}: {trial.why}"
    return (trial.name, *_figures(trial.figures), difference, f"{trial.p_value:.3f}", verdict)


def _figures(told: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = (f"{told[name]:.3f}" for name in ("precision", "recall", "f1"))
    return (*numbers, f"{told['low']:.3f} … {told['high']:.3f}")


def _command(made: "Round", folder: Path) -> str:
    """Return the command that asks with everything that was kept so far."""
    use = made.use
    words = ["questgraph extract …", f"--recipe {made.recipe}"]
    if use.adapter:
        words.append(f"--model {quote(f'local:{folder / use.adapter}')}")
    if use.bank:
        words.append(f"--bank {use.bank if use.bank == 'none' else quote(str(folder / use.bank))}")
    if use.calibration:
        words.append(f"--calibration {quote(str(folder / use.calibration))}")
        words.append(f"--min-precision {use.min_precision:g}")
    return " ".join(words)
