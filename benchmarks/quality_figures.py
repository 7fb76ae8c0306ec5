"""The figures of the quality benchmark as plain data, and as Markdown tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from harness import machine, markdown

from questgraph.agents.evaluation.scores import Scored
from questgraph.tools.scoring.intervals import Comparison, Floats, Interval, compare, sample_of

Figures = dict[str, Any]

PEERS = ("langchain", "kg-gen", "langextract")
PAIRS = (
    ("staged, bank", "oneshot, bank"),
    ("staged, starter", "oneshot, starter"),
    ("staged, bank", "langextract"),
    ("staged, starter", "langchain"),
)
"""Who is compared with whom over all sets together."""


def figures_of(compared: Sequence[Scored], changed: Sequence[Scored]) -> Figures:
    """Return all figures of both rounds."""
    return {
        "machine": machine(),
        "model": "Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        "compared": [_figures(scored) for scored in compared],
        "against_oneshot": list(_against(compared, "staged, bank", "oneshot, bank")),
        "pooled": [_pooled(compared, *pair) for pair in PAIRS if _both(compared, *pair)],
        "changed": [_figures(scored) for scored in changed],
        "changes": list(_changes(changed)),
    }


def comparison_table(figures: Figures) -> str:
    """Return everybody's F1 on every set, and how far `staged` is above the best peer."""
    rows = figures["compared"]
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    table = []
    for name, metric in _measured(rows):
        here = {r["arm"]: r for r in rows if r["set"] == name and metric in r["f1"]}
        told = [_f1(here[arm]["f1"][metric]) if arm in here else "" for arm in arms]
        table.append([f"{name}, {metric}", *told, _above_peers(here, metric)])
    return markdown(["set", *arms, "bank / best peer"], table)


def costs_table(figures: Figures) -> str:
    """Return what an answer costs everybody, a passage."""
    rows = figures["compared"]
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    sets = list(dict.fromkeys(row["set"] for row in rows))
    table = []
    for name in sets:
        here = {row["arm"]: row for row in rows if row["set"] == name}
        table.append([name, *(_cost(here[arm]) if arm in here else "" for arm in arms)])
    return markdown(["set", *arms], table)


def pooled_table(figures: Figures) -> str:
    """Return the differences over the passages of all sets together."""
    table = [
        [row["arm"], row["than"], str(row["passages"]), _difference(row), f"{row['tokens']:.2f}"]
        for row in figures["pooled"]
    ]
    return markdown(["arm", "than", "passages", "F1", "tokens"], table, words=2)


def changes_table(figures: Figures) -> str:
    """Return what each change of `staged` does to F1 and tokens."""
    rows = figures["changes"]
    sets = list(dict.fromkeys((row["set"], row["metric"]) for row in rows))
    table = []
    for change in dict.fromkeys(row["arm"] for row in rows):
        here = {(r["set"], r["metric"]): r for r in rows if r["arm"] == change}
        told = [_difference(here[key]) if key in here else "" for key in sets]
        tokens = np.mean([row["tokens"] for row in here.values()])
        table.append([change, *told, f"{tokens:.2f}"])
    return markdown(["change", *(f"{n}, {m}" for n, m in sets), "tokens"], table)


def _figures(scored: Scored) -> Figures:
    usage, passages = scored.usage, len(scored.predictions)
    return {
        "set": scored.dataset.name,
        "arm": scored.recipe,
        "passages": passages,
        "f1": {metric: _interval(scored.interval(metric)) for metric in scored.metrics},
        "precision": {metric: scored.micro(metric).precision for metric in scored.metrics},
        "recall": {metric: scored.micro(metric).recall for metric in scored.metrics},
        "calls": usage.calls,
        "prompt_tokens": usage.prompt_tokens,
        "cached_tokens": usage.cached_tokens,
        "completion_tokens": usage.completion_tokens,
        "seconds": round(usage.seconds, 1),
        "not_in_text": scored.groundedness.hallucination_rate,
        "ungrounded_output": scored.ungrounded_output,
        "lost": scored.incomplete,
    }


def _against(rows: Sequence[Scored], ours: str, theirs: str) -> Iterator[Figures]:
    """Yield the paired difference of two arms for each set and metric."""
    for one in (row for row in rows if row.recipe == ours):
        for other in rows:
            if other.recipe == theirs and other.dataset.name == one.dataset.name:
                yield from _compared(one, other)


def _changes(rows: Sequence[Scored]) -> Iterator[Figures]:
    """Yield what each change does, against the first arm of each set."""
    first: dict[str, Scored] = {}
    for row in rows:
        plain = first.setdefault(row.dataset.name, row)
        if row is not plain:
            yield from _compared(row, plain)


def _compared(one: Scored, other: Scored) -> Iterator[Figures]:
    for metric in one.metrics:
        yield {
            "set": one.dataset.name,
            "metric": metric,
            "arm": one.recipe,
            "than": other.recipe,
            "tokens": _tokens([one]) / _tokens([other]),
            **_told(one.better_than(other, metric)),
        }


def _both(rows: Sequence[Scored], ours: str, theirs: str) -> bool:
    return {ours, theirs} <= {row.recipe for row in rows}


def _pooled(rows: Sequence[Scored], ours: str, theirs: str) -> Figures:
    """Return the paired difference of two arms over the passages of all sets together.

    Right, said and meant are added over the metrics of a passage before they are resampled.
    """
    pairs = [
        (one, other)
        for one in rows
        for other in rows
        if (one.recipe, other.recipe) == (ours, theirs) and one.dataset is other.dataset
    ]
    samples = [np.concatenate([_sample(pair[i]) for pair in pairs]) for i in (0, 1)]
    return {
        "arm": ours,
        "than": theirs,
        "passages": len(samples[0]),
        "tokens": _tokens([one for one, _ in pairs]) / _tokens([other for _, other in pairs]),
        **_told(compare(*samples)),
    }


def _sample(scored: Scored) -> Floats:
    return np.sum([sample_of(scored.tallies[metric]) for metric in scored.metrics], axis=0)


def _tokens(rows: Iterable[Scored]) -> int:
    return sum(row.usage.prompt_tokens + row.usage.completion_tokens for row in rows)


def _told(found: Comparison) -> Figures:
    return {"difference": _interval(found.difference), "p": found.p_value}


def _interval(found: Interval) -> list[float]:
    return [round(float(each), 4) for each in found]


def _measured(rows: Sequence[Figures]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((row["set"], metric) for row in rows for metric in row["f1"]))


def _above_peers(here: dict[str, Figures], metric: str) -> str:
    peers = [here[arm]["f1"][metric][0] for arm in PEERS if arm in here]
    ours = here.get("staged, bank")
    if not ours or not any(peers):
        return ""
    return f"{ours['f1'][metric][0] / max(peers):.2f}"


def _f1(found: Sequence[float]) -> str:
    value, low, high = found
    return f"{value:.2f} ({low:.2f}–{high:.2f})"


def _difference(row: Figures) -> str:
    value, low, high = row["difference"]
    return f"{value:+.2f} ({low:+.2f}–{high:+.2f})"


def _cost(row: Figures) -> str:
    tokens = (row["prompt_tokens"] + row["completion_tokens"]) / row["passages"]
    return f"{tokens:.0f}, {row['seconds'] / row['passages']:.1f} s"
