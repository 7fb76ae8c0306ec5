"""What the runs of the throughput benchmark say, and the table of it."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from harness import Run, markdown

LATENCY, SLOW, ONE_IN = 0.2, 2.0, 10
"""Seconds of an answer, those of a slow one, and how many answers there are to a slow one."""

WIDTH = 256
"""Calls in flight."""

IDEAL = WIDTH / LATENCY
"""Calls a second when every place is always taken."""

DISTURBED = 0.05
"""Share of the client's core that others may take before figures are doubtful."""


def even(runs: Sequence[Run]) -> dict[str, Any]:
    """Return throughput and cost of the runs in which all answers took the same time."""
    return {
        "passages": runs[0]["passages"],
        "calls_per_passage": runs[0]["calls"] / runs[0]["passages"],
        **spread("calls_per_second", runs, _pace, 1),
        **spread("passages_per_second", runs, lambda run: run["passages"] / run["wall_seconds"], 1),
        **spread("share", runs, lambda run: _pace(run) / IDEAL, 4),
        **spread("ms_per_call", runs, _cost, 3),
        **spread("wall_seconds", runs, lambda run: run["wall_seconds"], 2),
        "most_in_flight": max(run["most_in_flight"] for run in runs),
        "endpoint_busy": _most(runs, "endpoint_processor_seconds"),
        "core_taken_by_others": _most(runs, "taken_seconds"),
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def slow(runs: Sequence[Run]) -> dict[str, Any]:
    """Return how much longer than need be the runs took in which some answers took long."""
    return {
        "slow_passages": runs[0]["passages"],
        "slow_bound_seconds": round(bound(runs[0]), 2),
        **spread("slow_wall_seconds", runs, lambda run: run["wall_seconds"], 2),
        **spread("stretch", runs, lambda run: run["wall_seconds"] / bound(run), 3),
        "slow_most_in_flight": max(run["most_in_flight"] for run in runs),
        "slow_core_taken_by_others": _most(runs, "taken_seconds"),
    }


def bound(run: Run) -> float:
    """Return the seconds that no schedule can beat."""
    return float(max(run["work_seconds"] / WIDTH, run["longest_dialogue_seconds"]))


def spread(
    name: str, runs: Sequence[Run], figure: Callable[[Run], float], digits: int
) -> dict[str, Any]:
    """Return median and range of a figure over the rounds."""
    values = sorted(map(figure, runs))
    ends = [round(value, digits) for value in (values[0], values[-1])]
    return {name: round(median(values), digits), f"{name}_range": ends}


def table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the figures as a Markdown table, highest throughput first."""
    head = [
        "contender",
        "each passage",
        "passages",
        "calls",
        "passages/s",
        "calls/s",
        "share of ideal",
    ]
    head += ["ms a call", "in flight", "passages, some slow", "elapsed / bound", "MB"]
    ordered = sorted(figures.items(), key=lambda item: -item[1]["share"])
    return markdown(head, [_row(name, row) for name, row in ordered], words=2)


def warn(figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Say whose core was not its own: then the figures are worth little."""
    for name, row in figures.items():
        taken = max(row["core_taken_by_others"], row["slow_core_taken_by_others"])
        if taken > DISTURBED:
            print(f"others took {taken:.0%} of the core of {name}: run it on a quiet machine")


def _row(name: str, row: Mapping[str, Any]) -> list[str]:
    return [
        name,
        row["does"],
        f"{row['passages']}",
        f"{row['calls_per_passage']:g}",
        f"{row['passages_per_second']:.0f}",
        f"{row['calls_per_second']:.0f}",
        _ranged(row, "share", ".2f"),
        _ranged(row, "ms_per_call", ".2f"),
        f"{row['most_in_flight']}",
        f"{row['slow_passages']}",
        _ranged(row, "stretch", ".2f"),
        f"{row['peak_mb']:.0f}",
    ]


def _ranged(row: Mapping[str, Any], name: str, form: str) -> str:
    low, high = row[f"{name}_range"]
    return f"{row[name]:{form}} ({low:{form}}-{high:{form}})"


def _most(runs: Sequence[Run], seconds: str) -> float:
    """Return the largest share of the elapsed time that something took."""
    return round(max(float(run[seconds] / run["wall_seconds"]) for run in runs), 3)


def _cost(run: Run) -> float:
    return float(1000 * run["processor_seconds"] / run["calls"])


def _pace(run: Run) -> float:
    return float(run["calls"] / run["wall_seconds"])
