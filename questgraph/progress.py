"""Live progress of a run: a display in a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from questgraph.agents.runs.progress import Progress

EVERY = 30.0
"""Seconds between two plain lines."""

_MOST_REASONS = 4

Watch = Callable[[Progress], None]


@contextmanager
def shown(console: Console, *, quiet: bool = False) -> Iterator[Watch]:
    """Show a run while the block lasts; yield what the run is to report to."""
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        yield from _live(console)
    else:
        yield from _plain(console)


def line(progress: Progress) -> str:
    """Return how far a run has come, in one line."""
    parts = [
        f"{progress.done}/{progress.units}{'' if progress.planned else '+'} passages",
        f"{progress.documents} documents",
        f"{progress.in_flight} calls in flight",
        f"{tokens(progress.spent.tokens)} tokens",
        *([f"${progress.usd:.4f}"] if progress.usd else []),
        f"{progress.pace:.1f} passages/s",
        *([f"{duration(progress.left)} left"] if progress.left is not None else []),
        *(f"{number} {how}" for how, number in sorted(progress.outcomes.items()) if how != "done"),
    ]
    return ", ".join(parts)


def tokens(number: float) -> str:
    """Write a number of tokens as a person reads it.

    >>> tokens(950), tokens(57_238), tokens(1_250_000_000)
    ('950', '57.2k', '1.2G')
    """
    for unit in ("", "k", "M", "G"):
        if number < 1000 or unit == "G":
            break
        number /= 1000
    return f"{number:.1f}{unit}" if unit else f"{number:.0f}"


def duration(seconds: float) -> str:
    """Write seconds as a person reads them.

    >>> duration(7.4), duration(312), duration(90_000)
    ('7 s', '5 min 12 s', '1 d 1 h')
    """
    whole = round(seconds)
    parts = []
    for name, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, whole = divmod(whole, length)
        parts += [f"{number} {name}"] if number else []
    return " ".join(parts[:2]) or "0 s"


def _live(console: Console) -> Iterator[Watch]:
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        seen[:] = [progress]

    def picture() -> RenderableType:
        return _picture(seen[0]) if seen else Text("…")

    # Drawn four times a second by a thread of its own, whatever the run does.
    with Live(console=console, get_renderable=picture, refresh_per_second=4, transient=True):
        yield watch


def _plain(console: Console) -> Iterator[Watch]:
    next_line = time.monotonic() + EVERY

    def watch(progress: Progress) -> None:
        nonlocal next_line
        if time.monotonic() >= next_line:
            next_line = time.monotonic() + EVERY
            console.print(line(progress), markup=False, highlight=False, soft_wrap=True)

    yield watch


def _picture(progress: Progress) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    total = progress.units if progress.units else None
    unknown = "" if progress.planned else "+"
    grid.add_row(
        "Passages",
        ProgressBar(total=total, completed=progress.done, width=32, pulse=total is None),
        f"{progress.done}/{progress.units}{unknown} of {progress.documents}{unknown} documents",
    )
    left = f", {duration(progress.left)} left" if progress.left is not None else ""
    grid.add_row("Pace", f"{progress.pace:.2f} passages/s{left}", _calls(progress))
    usage = progress.usage
    grid.add_row(
        "Tokens",
        f"{tokens(usage.prompt_tokens)} read ({usage.cached_share:.0%} from cache),"
        f" {tokens(usage.completion_tokens)} written",
        "" if progress.usd is None else f"${progress.usd:.4f}",
    )
    ended = ", ".join(f"{n} {how}" for how, n in progress.outcomes.most_common())
    grid.add_row("Ended", ended or "none yet", f"{progress.claims} claims")
    reasons = [
        Text.from_markup(f"[yellow]{number} ×[/] {escape(reason)}")
        for reason, number in progress.reasons.most_common(_MOST_REASONS)
    ]
    return Group(grid, *reasons)


def _calls(progress: Progress) -> str:
    waiting = f", {progress.waiting} in a batch" if progress.waiting else ""
    return f"{progress.in_flight} of {progress.gateway.width} calls in flight{waiting}"
