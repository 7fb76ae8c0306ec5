"""Whether a graph has one node for each thing, and holds what the text says; ours beside peers.

    make graph-quality                                               needs no model
    .venv/bin/python benchmarks/graph_quality.py asking --limit 4    who asks the local model
    .venv/bin/python benchmarks/graph_quality.py facts --sets redocred,mine

`mentions` are labelled, so that only bringing them together is measured; `asking` adds whoever
asks the local model about it (`graph_quality_mentions`). For `facts` the local model reads the
documents, for hours, and what its graph holds is measured (`graph_quality_facts`). What was asked
once is in `runs/quality` and not asked again. Prints a table and writes its part of
`docs/graph-quality.json`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import graph_quality_facts as facts
import graph_quality_mentions as mentions
from harness import DOCS, machine, write
from quality_asking import DATA, RECORDED, endpoint

from questgraph.agents.evaluation.datasets import load_dataset
from questgraph.tools.database import open_database

Rows = list[dict[str, Any]]


def brought_together(sets: Sequence[str], arms: Sequence[str], limit: int | None) -> Rows:
    """Return how well everybody brings labelled mentions together; asks no model.

    Args:
        sets: Folders of the labelled sets.
        arms: Who is measured; everybody when empty.
        limit: So many documents of each set at most.
    """
    return list(_grouped(sets, _chosen(mentions.ARMS, arms), limit))


def asked_about(sets: Sequence[str], arms: Sequence[str], limit: int | None) -> Rows:
    """Return the same of whoever asks the local model, and of everybody on the same documents."""
    with endpoint(RECORDED) as url, open_database(RECORDED / "calls.db") as database:
        everybody = {
            **mentions.ARMS,
            "questgraph, asking": mentions.asked(database),
            "kg-gen": mentions.theirs("kg-gen", f"{url}/kg-gen/v1"),
        }
        return list(_grouped(sets, _chosen(everybody, arms), limit))


def _grouped(
    sets: Sequence[str], arms: Mapping[str, mentions.Grouping], limit: int | None
) -> Iterator[dict[str, Any]]:
    for name in sets:
        dataset = load_dataset(DATA / name, limit=limit, seed=mentions.SEED)
        for arm, group in arms.items():
            found = mentions.measure(dataset, group, dataset.passages)
            yield {"set": name, "arm": arm, **found}


def _chosen(
    arms: Mapping[str, mentions.Grouping], names: Sequence[str]
) -> dict[str, mentions.Grouping]:
    return {name: arm for name, arm in arms.items() if not names or name in names}


def held(sets: Sequence[str], arms: Sequence[str], limit: int | None) -> Rows:
    """Return what everybody's graphs hold of what is labelled, with the local model."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    with endpoint(RECORDED) as url, open_database(RECORDED / "calls.db") as database:
        return list(facts.measure(sets, arms, limit, url, database))


PARTS = {
    "mentions": (mentions, brought_together),
    "asking": (mentions, asked_about),
    "facts": (facts, held),
}
"""What can be measured: its table, and how."""


def main() -> None:
    """Measure, print the tables and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, default="mentions")
    parser.add_argument("--sets", default="", help="parted by commas; all when left out")
    parser.add_argument("--arms", default="", help="parted by semicolons; all when left out")
    parser.add_argument("--limit", type=int, help="so many documents of each set at most")
    parser.add_argument("--out", type=Path, default=DOCS / "graph-quality.json")
    told = parser.parse_args()
    part, measure = PARTS[told.part]
    sets = told.sets.split(",") if told.sets else list(part.SETS)
    for name in sets:
        if not (DATA / name).is_dir():
            raise SystemExit(f"{DATA / name} is not there: QUESTGRAPH_DATA names the labelled sets")
    rows = measure(sets, [name.strip() for name in told.arms.split(";") if name], told.limit)
    print(part.table(rows))
    report = json.loads(told.out.read_text("utf-8")) if told.out.is_file() else {}
    write({**report, "machine": machine(), told.part: rows}, told.out)


if __name__ == "__main__":
    main()
