"""Draws `docs/scale.png` from `docs/scale.json`, in the peers' environment.

.venv-peers/bin/python benchmarks/scale_pictures.py docs/scale.json docs/scale.png
"""

import argparse
import json
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from pictures import GOAL, OURS, PEER, REFERENCE, STYLE, Report, save

RESOURCES = ("requests", "tokens", "GPUs", "processors", "ledger", "slots")
PASSAGES, DAY = 1e9, 86_400
FULL = 0.85
SERVERS = {1: PEER, 4: OURS, 16: REFERENCE}
"""PostgreSQL servers of the curves, and their colours."""


def draw(report: Report, path: Path) -> None:
    """Draw what is used of everything, and the days over the number of GPUs."""
    with plt.rc_context(STYLE):
        sizes = {"width_ratios": [1, 1.35]}
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), gridspec_kw=sizes)
        used(left, report)
        days(right, report)
        save(figure, path)


def used(axes: Axes, report: Report) -> None:
    """Draw a field for each resource of each scenario, the darker the more of it is used."""
    each = {name: some["simulated"] for name, some in report["scenarios"].items()}
    names = [name for name, some in each.items() if some]
    shares = [[each[name][resource] for name in names] for resource in RESOURCES]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for row, some in enumerate(shares):
        for column, share in enumerate(some):
            label = f"{share:.0%}" if share else "–"
            colour = "white" if share > FULL else "black"
            axes.text(column, row, label, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), [name.replace(", ", ",\n") for name in names])
    axes.set_yticks(range(len(RESOURCES)), RESOURCES)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("Simulated: share of each that is used", pad=12)


def days(axes: Axes, report: Report) -> None:
    """Draw the days that a billion passages take, over GPUs, by servers of the ledger."""
    fleet = report["scenarios"]["32 GPUs"]
    gpu, ledger = fleet["rates"]["GPUs"] / 32, fleet["rates"]["ledger"]
    counts = [2**exponent for exponent in range(2, 13)]
    for servers, colour in SERVERS.items():
        met = servers * ledger / gpu
        xs = sorted([*counts, met])
        axes.plot(xs, [_days(min(gpu * x, servers * ledger)) for x in xs], color=colour, lw=2)
        label = f"{servers} ledger{'s' if servers > 1 else ''}"
        axes.text(counts[-1], _days(servers * ledger), f" {label}", color=colour, va="center")
        axes.plot(met, _days(servers * ledger), "o", color=colour)
    axes.plot([], [], "o", color=REFERENCE, label="here the ledger becomes the limit")
    _simulated(axes, report)
    for name, some in report["scenarios"].items():
        if name.startswith("hosted"):
            axes.axhline(some["days"], color=GOAL, ls="--", lw=1.2)
            label = f"{name}: {some['first']}"
            axes.text(counts[-1], some["days"], label, color=GOAL, ha="right", va="bottom")
    _frame(axes, counts)


def _simulated(axes: Axes, report: Report) -> None:
    """Mark what was simulated."""
    fleets = [some for some in report["scenarios"].values() if some["simulated"] and some["gpus"]]
    took = [some["days"] / some["simulated"]["share"] for some in fleets]
    xs = [some["gpus"] for some in fleets]
    axes.plot(xs, took, "x", color="black", ms=9, mew=2, label="simulated")


def _frame(axes: Axes, counts: list[int]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_yticks([3, 10, 30, 100, 300, 1000], ["3", "10", "30", "100", "300", "1,000"])
    axes.set_xlabel("GPUs, each with a core that asks")
    axes.set_ylabel("days")
    axes.set_title("Days for a billion passages", pad=12)
    axes.grid(axis="y", alpha=0.3)
    axes.set_ylim(bottom=1.5)
    axes.legend(frameon=False, loc="lower left")


def _days(rate: float) -> float:
    return PASSAGES / rate / DAY


def main() -> None:
    """Draw what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    told = parser.parse_args()
    draw(json.loads(told.report.read_text(encoding="utf-8")), told.picture)


if __name__ == "__main__":
    main()
