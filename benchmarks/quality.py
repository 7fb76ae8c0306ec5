"""How good the recipes and the peers are with the same local model on the same passages.

    make quality                                       from recorded answers where there are
    .venv/bin/python benchmarks/quality.py --limit 4   so many passages of each set

Ours go through `questgraph.agents.evaluation`; a peer's answers are pinned to the text and scored
by the same metrics. Two rounds: everybody on every set (`compared`), and `staged` with one thing
changed at a time on some (`changed`). Prints tables, writes `docs/quality.json` and draws
`docs/quality.png`. Every answer is kept in `runs/quality`, so that what was asked once is not asked
again.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from harness import DOCS, draw
from quality_arms import ARMS, CHANGES, CHANGES_ON, Arm
from quality_asking import (
    RECORDED,
    SEED,
    SETS,
    Collection,
    collections,
    endpoint,
    ours,
    theirs,
)
from quality_figures import (
    Figures,
    changes_table,
    comparison_table,
    costs_table,
    figures_of,
    pooled_table,
)

from questgraph.agents.evaluation.scores import Scored, metrics_for
from questgraph.tools.database import Database, open_database

COMPARED = ("ner.string.strict", "re.string", "re.tripletset", "ee.arg.c")
"""What everybody can be compared by: peers give no places, so names are compared."""


def measured(arm: Arm, on: Collection, url: str, database: Database) -> Scored | None:
    """Return how an arm does on a set; `None` where it answers nothing that is measured there."""
    metrics = [name for name in metrics_for(on.dataset) if name in COMPARED and arm.says(name)]
    if not metrics:
        return None
    said = asyncio.run(ours(arm, on, database)) if arm.recipe else theirs(arm, on, url)
    scored = Scored(
        dataset=on.dataset,
        recipe=arm.name,
        model="local",
        bank=arm.bank,
        predictions=said,
        metrics=tuple(metrics),
        seed=SEED,
    )
    print(_line(scored), flush=True)
    return scored


def measure(names: Sequence[str], arms: Sequence[str], limit: int | None) -> Figures:
    """Return the figures of both rounds."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    compared: list[Scored] = []
    changed: list[Scored] = []
    with endpoint(RECORDED) as url, open_database(RECORDED / "calls.db") as database:
        for on in collections({name: SETS[name] for name in names}, limit):
            wanted = [arm for arm in ARMS if not arms or arm.name in arms]
            compared += filter(None, (measured(arm, on, url, database) for arm in wanted))
            if on.name in CHANGES_ON:
                wanted = [arm for arm in CHANGES if not arms or arm.name in arms]
                changed += filter(None, (measured(arm, on, url, database) for arm in wanted))
    return figures_of(compared, changed)


def _line(scored: Scored) -> str:
    found = [
        f"{name} {(i := scored.interval(name)).value:.3f} [{i.low:.2f}, {i.high:.2f}]"
        for name in scored.metrics
    ]
    lost = f", {scored.incomplete} lost" if scored.incomplete else ""
    return f"{scored.dataset.name:18}{scored.recipe:22}{'  '.join(found)}{lost}"


def main() -> None:
    """Measure, print the tables and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS), help="parted by commas")
    parser.add_argument("--arms", default="", help="parted by semicolons; all when left out")
    parser.add_argument("--limit", type=int, help="so many passages of each set at most")
    parser.add_argument("--out", type=Path, default=DOCS / "quality.json")
    told = parser.parse_args()
    figures = measure(
        told.sets.split(","), [name.strip() for name in told.arms.split(";") if name], told.limit
    )
    for table in (comparison_table, costs_table, pooled_table, changes_table):
        print(f"\n{table(figures)}")
    told.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draw("quality", told.out)


if __name__ == "__main__":
    main()
