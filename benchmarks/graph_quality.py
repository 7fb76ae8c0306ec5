"""Whether a graph has one node for each thing, and holds what the text says; ours beside peers.

    make graph-quality                                         needs no model
    .venv/bin/python benchmarks/graph_quality.py --kg-gen 4    kg-gen brings mentions together too
    .venv/bin/python benchmarks/graph_quality.py --facts --sets redocred,mine

Of labelled mentions, only bringing them together is measured (`graph_quality_mentions`). With
`--facts` the local model reads the documents, for an hour or more, and what its graph holds is
measured (`graph_quality_facts`); what was asked once is in `runs/quality` and not asked again.
Prints tables and writes `docs/graph-quality.json`; what is not measured this time stays in it.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import graph_quality_facts as facts
import graph_quality_mentions as mentions
from harness import DOCS, machine, write
from quality_asking import DATA, RECORDED, endpoint

from questgraph.agents.evaluation.datasets import load_dataset
from questgraph.tools.database import open_database

Rows = list[dict[str, Any]]


def brought_together(sets: Sequence[str], arms: Sequence[str], limit: int | None, k: int) -> Rows:
    """Return how well everybody brings labelled mentions together.

    Args:
        sets: Folders of the labelled sets.
        arms: Who is measured; everybody when empty.
        limit: So many documents of each set at most.
        k: kg-gen asks the local model, slowly: it gets so many documents, and so does everybody in
            the rows that are compared with it.
    """
    chosen = {name: arm for name, arm in mentions.ARMS.items() if not arms or name in arms}
    rows = []
    for name in sets:
        dataset = load_dataset(DATA / name, limit=limit, seed=mentions.SEED)
        for arm, group in chosen.items():
            found = mentions.measure(dataset, group, dataset.passages)
            rows.append({"set": name, "arm": arm, **found})
        if k:
            with endpoint(RECORDED) as url:
                beside = {**chosen, "kg-gen": mentions.theirs("kg-gen", f"{url}/kg-gen/v1")}
                for arm, group in beside.items():
                    found = mentions.measure(dataset, group, dataset.passages[:k])
                    rows.append({"set": name, "arm": arm, **found})
    return rows


def held(sets: Sequence[str], arms: Sequence[str], limit: int | None) -> Rows:
    """Return what everybody's graphs hold of what is labelled, with the local model."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    with endpoint(RECORDED) as url, open_database(RECORDED / "calls.db") as database:
        return list(facts.measure(sets, arms, limit, url, database))


def main() -> None:
    """Measure, print the tables and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", action="store_true", help="what the local model's graphs hold")
    parser.add_argument("--sets", default="", help="parted by commas; all when left out")
    parser.add_argument("--arms", default="", help="parted by semicolons; all when left out")
    parser.add_argument("--limit", type=int, help="so many documents of each set at most")
    parser.add_argument("--kg-gen", type=int, default=0, help="so many documents for kg-gen")
    parser.add_argument("--out", type=Path, default=DOCS / "graph-quality.json")
    asked = parser.parse_args()
    part = facts if asked.facts else mentions
    sets = asked.sets.split(",") if asked.sets else list(part.SETS)
    arms = [name.strip() for name in asked.arms.split(";") if name]
    for name in sets:
        if not (DATA / name).is_dir():
            raise SystemExit(f"{DATA / name} is not there: QUESTGRAPH_DATA names the labelled sets")
    rows = (
        held(sets, arms, asked.limit)
        if asked.facts
        else brought_together(sets, arms, asked.limit, asked.kg_gen)
    )
    print(part.table(rows))
    report = json.loads(asked.out.read_text("utf-8")) if asked.out.is_file() else {}
    key = "facts" if asked.facts else "mentions"
    write({**report, "machine": machine(), key: rows}, asked.out)


if __name__ == "__main__":
    main()
