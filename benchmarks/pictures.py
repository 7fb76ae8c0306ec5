"""Draws the pictures of the benchmarks from their reports, in the peers' environment.

    .venv-peers/bin/python benchmarks/pictures.py throughput docs/throughput.json FILE.png

The benchmarks call it themselves; a report is as good as a run for changing a picture.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

# Okabe and Ito's palette, which colour-blind readers can tell apart.
OURS, PEER, REFERENCE, GOAL = "#0072B2", "#E69F00", "#999999", "#D55E00"

STYLE = {
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "font.size": 10,
    "font.family": "DejaVu Sans",
}

Report = Mapping[str, Any]


def throughput(report: Report, path: Path) -> None:
    """Draw the share of the ideal throughput, and the stretch by slow answers, as bars."""
    figures, goals = report["contenders"], report["goals"]
    names = sorted(figures, key=lambda name: figures[name]["share"])
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 1.8 + 0.42 * len(names)))
        bars(left, names, figures, "share", form=".0%", goal=goals["share"])
        ideal = report["ideal_calls_per_second"]
        left.set_title(f"Share of the ideal {ideal:.0f} calls/s (more is better)", pad=20)
        left.set_xlim(0, 1.12)
        left.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0))
        bars(right, names, figures, "stretch", form=".2f", goal=goals["stretch"])
        right.set_title("Elapsed / least possible, 1 in 10 slow (less is better)", pad=20)
        right.set_yticklabels([])
        right.set_xlim(0, max(figures[name]["stretch_range"][1] for name in names) * 1.15)
        save(figure, path)


def memory(report: Report, path: Path) -> None:
    """Draw resident memory over the documents done, with the band it is to stay in."""
    samples, allowed = report["samples"], report["allowed_growth"]
    reference = report["reference"]["resident_mb"]
    done = [sample["documents"] for sample in samples]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(8, 4))
        low, high = reference * (1 - allowed), reference * (1 + allowed)
        axes.axhspan(low, high, color=GOAL, alpha=0.15, lw=0)
        axes.text(done[-1], high, f"±{allowed:.0%} ", ha="right", va="bottom", color=GOAL)
        axes.plot(done, [sample["resident_mb"] for sample in samples], color=OURS, lw=2)
        axes.set_title("Resident memory of a run over many documents")
        axes.set_xlabel("documents done")
        axes.set_ylabel("MB")
        axes.set_ylim(0)
        axes.set_xlim(0, done[-1])
        axes.xaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:,.0f}"))
        axes.grid(axis="y", alpha=0.3)
        save(figure, path)


MARKS = {
    "staged, bank": (OURS, "o"),
    "oneshot, bank": (REFERENCE, "o"),
    "staged, starter": (OURS, "x"),
    "oneshot, starter": (REFERENCE, "x"),
    "langextract": (PEER, "o"),
    "langchain": (PEER, "x"),
    "kg-gen": (GOAL, "x"),
}
"""Colour and mark of everybody whose quality is measured: a dot has the set's labelled passages."""


def quality(report: Report, path: Path) -> None:
    """Draw everybody's F1 by set, and what each change of `staged` does, with intervals."""
    compared, changes = report["compared"], report["changes"]
    rows = list(dict.fromkeys((row["set"], metric) for row in compared for metric in row["f1"]))
    arms = list(dict.fromkeys(row["arm"] for row in compared))
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(13, 1.6 + 0.75 * len(rows)))
        for i, arm in enumerate(arms):
            mine = [row for row in compared if row["arm"] == arm]
            told = {(row["set"], metric): at for row in mine for metric, at in row["f1"].items()}
            shift = 0.7 * (i / max(len(arms) - 1, 1) - 0.5)
            places = [(y + shift, told[row]) for y, row in enumerate(rows) if row in told]
            ranges(left, places, *MARKS[arm], label=arm)
        left.set_yticks(range(len(rows)), [f"{name}\n{metric}" for name, metric in rows])
        left.set_title("F1, with 95 % intervals")
        left.set_xlim(0, 1)
        left.legend(loc="lower center", bbox_to_anchor=(0.5, -0.16), ncols=4, frameon=False)
        kinds = list(dict.fromkeys((row["set"], row["metric"]) for row in changes))
        names = list(dict.fromkeys(row["arm"] for row in changes))
        for i, kind in enumerate(kinds):
            told = {r["arm"]: r["difference"] for r in changes if (r["set"], r["metric"]) == kind}
            shift = 0.5 * (i / max(len(kinds) - 1, 1) - 0.5)
            places = [(y + shift, told[name]) for y, name in enumerate(names) if name in told]
            ranges(right, places, (OURS, PEER, GOAL)[i % 3], "o", label=", ".join(kind))
        right.set_yticks(range(len(names)), names)
        right.axvline(0, color=REFERENCE, lw=1)
        right.set_title("`staged` with one thing changed: difference in F1")
        right.legend(
            loc="lower center", bbox_to_anchor=(0.5, -0.16), ncols=3, frameon=False, fontsize=8
        )
        for axes in (left, right):
            axes.invert_yaxis()
            axes.grid(axis="x", alpha=0.3)
        save(figure, path)


def proposing(report: Report, path: Path) -> None:
    """Draw F1 over what the large model was asked, a mark for each threshold of the small one."""
    points, alone = report["points"], report["alone"]
    with plt.rc_context(STYLE):
        figure, both = plt.subplots(1, 2, figsize=(12, 4.5), sharey=True)
        for axes, what in zip(both, ("calls", "tokens"), strict=True):
            costs = [point["large"][what] for point in points]
            curve(axes, costs, [point["f1"] for point in points], OURS, label=report["small"])
            for cost, point in zip(costs, points, strict=True):
                place = (cost, point["f1"][0])
                axes.annotate(f"{point['sure']:g}", place, (4, 5), textcoords="offset points")
            curve(axes, [alone["large"][what]], [alone["f1"]], PEER, label="large model alone")
            axes.set_xlabel(f"{what} of the large model for each passage")
            axes.grid(alpha=0.3)
        both[0].set_ylabel("F1 of names, with 95 % intervals")
        both[0].set_ylim(0, 1)
        both[0].legend(loc="lower right", frameon=False)
        title = f"{report['set']}, {report['passages']} passages: believed from this probability on"
        both[0].set_title(title)
        save(figure, path)


def curve(
    axes: Axes,
    costs: Sequence[float],
    scores: Sequence[Sequence[float]],
    colour: str,
    *,
    label: str,
) -> None:
    """Draw scores with their intervals over what they cost, joined by a line."""
    values = [value for value, _, _ in scores]
    below = [value - low for value, low, _ in scores]
    above = [high - value for value, _, high in scores]
    axes.errorbar(
        costs, values, yerr=[below, above], fmt="o-", color=colour, ms=5, lw=1, label=label
    )


def ranges(
    axes: Axes,
    places: Sequence[tuple[float, Sequence[float]]],
    colour: str,
    mark: str,
    *,
    label: str,
) -> None:
    """Draw values with their intervals, each at its height."""
    values = [value for _, (value, _, _) in places]
    below = [value - low for _, (value, low, _) in places]
    above = [high - value for _, (value, _, high) in places]
    heights = [y for y, _ in places]
    axes.errorbar(
        values, heights, xerr=[below, above], fmt=mark, color=colour, ms=5, lw=1, label=label
    )


def bars(
    axes: Axes, names: Sequence[str], figures: Report, what: str, *, form: str, goal: float
) -> None:
    """Draw a horizontal bar for each contender, its range, and a dashed line at the goal."""
    values = [figures[name][what] for name in names]
    ends = [figures[name][f"{what}_range"] for name in names]
    below = [value - low for value, (low, _) in zip(values, ends, strict=True)]
    above = [high - value for value, (_, high) in zip(values, ends, strict=True)]
    axes.barh(names, values, color=[colour(name) for name in names], height=0.7, zorder=1)
    axes.errorbar(values, names, xerr=[below, above], fmt="none", ecolor="#333333", capsize=2, lw=1)
    for name, value, (_, high) in zip(names, values, ends, strict=True):
        axes.annotate(
            format(value, form),
            (high, name),
            (5, 0),
            textcoords="offset points",
            va="center",
            # Or the line at the goal would run through it.
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            zorder=3,
        )
    axes.axvline(goal, color=GOAL, ls="--", lw=1.5, zorder=2)
    label = f"goal {format(goal, form)}"
    axes.text(goal, 1.01, label, color=GOAL, ha="center", transform=axes.get_xaxis_transform())
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(axis="y", length=0)


def colour(name: str) -> str:
    """Return the colour for questgraph, for a peer, or for a client that reads nothing."""
    if name.startswith("questgraph"):
        return OURS
    return REFERENCE if name.startswith(("aiohttp", "openai")) else PEER


def save(figure: plt.Figure, path: Path) -> None:
    """Write the picture, the same bytes for the same report."""
    figure.tight_layout()
    figure.savefig(path, dpi=144, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    """Draw what the command line says."""
    kinds = {
        "throughput": throughput,
        "memory": memory,
        "quality": quality,
        "proposing": proposing,
    }
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    told = parser.parse_args()
    kinds[told.kind](json.loads(told.report.read_text(encoding="utf-8")), told.picture)


if __name__ == "__main__":
    main()
