"""How good the recipes and the peers are with the same local model on the same passages.

    .venv/bin/python benchmarks/quality.py               from recorded answers where there are
    .venv/bin/python benchmarks/quality.py --limit 4     so many passages of each set

Ours go through `questgraph.agents.evaluation`; a peer's answers are pinned to the text and scored
    .venv/bin/python benchmarks/quality.py             from recorded answers, where there are
same ones for each passage. Prints a line for each.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quality_claims import Reading, described

from questgraph.agents.evaluation.banks import trained
from questgraph.agents.evaluation.datasets import Dataset, load_dataset, readable
from questgraph.agents.evaluation.predict import Prediction, predict
from questgraph.agents.evaluation.scores import Scored, metrics_for
from questgraph.agents.options import Options
from questgraph.agents.recipes import recipes
from questgraph.retrieval.bank import Bank
from questgraph.tools.database import Database, open_database
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.records import Usage
from questgraph.tools.settings import Settings

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DATA = Path(os.environ.get("QUESTGRAPH_DATA", ROOT.parent / "shared" / "data"))
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
RECORDED = ROOT / "runs" / "quality"

SETS = {
    "crossner_ai": 16,
    "wnut17": 16,
    "scier": 16,
    "text2kg_wikidata": 16,
    "phee": 16,
    "bc5cdr": 8,
}
"""Sets and how many passages of each: two of names, one of names and relations, one of triples, one
of events, one of whole abstracts."""

COMPARED = ("ner.string.strict", "re.string", "re.tripletset", "ee.arg.c")
"""What peers can be compared by: they give no places, so names are compared."""

UNTYPED = frozenset({"kg-gen"})
"""Peers that have no types: they are measured on triples only, with their predicates mapped."""

SEED = 7
CHUNK = 4000
"""Passages are asked about whole: a peer would get them so."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Somebody who is measured."""

    name: str
    recipe: str = ""
    """One of ours; a peer when empty."""

    demos: bool = True
    """Whether it gets demonstrations from the set's labelled passages."""


ARMS = (
    Arm("langchain", demos=False),
    Arm("kg-gen", demos=False),
    Arm("langextract"),
    Arm("oneshot", "oneshot", demos=False),
    Arm("staged", "staged", demos=False),
    Arm("oneshot+bank", "oneshot"),
    Arm("staged+bank", "staged"),
)


def sets(names: Sequence[str], limit: int | None) -> Iterator[tuple[Dataset, Bank]]:
    """Yield each set with a bank of its labelled passages that are not evaluated."""
    settings = Settings.read()
    for name in names:
        folder = DATA / name
        if not folder.is_dir():
            raise SystemExit(f"{folder} is not there: QUESTGRAPH_DATA names the labelled sets")
        dataset = load_dataset(folder, limit=min(SETS[name], limit or SETS[name]), seed=SEED)
        file = folder / "train.jsonl"
        pool = list(read_labelled(file if file.is_file() else folder / "dev.jsonl"))
        yield dataset, trained(readable(pool, folder), dataset.passages, settings).bank


@contextmanager
def endpoint() -> Iterator[str]:
    """Serve the recorded model for as long as the block lasts; yields its URL."""
    command = [sys.executable, str(HERE / "quality_proxy.py"), str(RECORDED / "answers.db"), "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        yield process.stdout.readline().strip()
        process.stdin.close()


def ours(arm: Arm, dataset: Dataset, bank: Bank, url: str, database: Database) -> list[Prediction]:
    """Return what one of our recipes says."""
    model = OpenAIModel("local", base_url=f"{url}/v1", api_key="none", name="local", slots=1)
    options: Options = {
        "recipe": arm.recipe,
        "model": model,
        "bank": bank if arm.demos else None,
        "chunk_size": CHUNK,
    }
    return asyncio.run(predict(dataset, database, options))


def theirs(arm: Arm, dataset: Dataset, bank: Bank, url: str) -> list[Prediction]:
    """Return what a peer says, read as our own answers are."""
    found: dict[str, Prediction] = {}
    for schema, passages in dataset.by_part():
        task = {
            "peer": arm.name,
            "url": f"{url}/{arm.name}/v1",
            "schema": described(schema),
            "passages": [
                {"id": p.id, "text": p.text, "demos": demos}
                for p, demos in zip(passages, _shown(arm, schema, passages, bank), strict=True)
            ],
        }
        done = subprocess.run(
            [str(PEERS_PYTHON), str(HERE / "quality_peers.py")],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{arm.name} failed:\n{done.stderr[-2000:]}")
        reading = Reading(schema, bank.embedder)
        by_id = {p.id: p for p in passages}
        for line in done.stdout.splitlines():
            answer: dict[str, Any] = json.loads(line)
            passage = by_id[answer["id"]]
            found[passage.id] = Prediction(
                gold=passage,
                claims=tuple(reading.claims(passage, answer, free=arm.name in UNTYPED)),
                turns=(),
                usage=Usage(seconds=answer["seconds"]),
                complete="error" not in answer,
            )
    return [found[passage.id] for passage in dataset.passages]


def _shown(
    arm: Arm, schema: Any, passages: Sequence[Labelled], bank: Bank
) -> list[list[dict[str, object]]]:
    """Return the demonstrations of each passage: those that our own recipe would show."""
    if not arm.demos:
        return [[] for _ in passages]
    recipe = recipes["staged"]
    fitted = bank.fit(schema)
    demos = fitted.search(
        [passage.text for passage in passages], k=recipe.demos, selection=recipe.selection
    )
    return [[demo.to_json() for demo in some] for some in demos]


def measure(names: Sequence[str], arms: Sequence[Arm], limit: int | None) -> list[Scored]:
    """Return the scores of every arm on every set."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    scored: list[Scored] = []
    with endpoint() as url, open_database(RECORDED / "calls.db") as database:
        for dataset, bank in sets(names, limit):
            for arm in arms:
                allowed = [m for m in metrics_for(dataset) if m in COMPARED]
                if arm.name in UNTYPED:
                    allowed = [m for m in allowed if m.startswith("re.")]
                    if not allowed:
                        continue
                said = (
                    ours(arm, dataset, bank, url, database)
                    if arm.recipe
                    else theirs(arm, dataset, bank, url)
                )
                scored.append(
                    Scored(
                        dataset=dataset,
                        recipe=arm.name,
                        model="local",
                        bank="train" if arm.demos else "",
                        predictions=said,
                        metrics=tuple(allowed),
                        seed=SEED,
                    )
                )
                print(_line(scored[-1]), flush=True)
    return scored


def _line(scored: Scored) -> str:
    figures = [
        f"{m} {(i := scored.interval(m)).value:.3f} [{i.low:.2f}, {i.high:.2f}]"
        for m in scored.metrics
    ]
    tokens = scored.usage.prompt_tokens + scored.usage.completion_tokens
    lost = f", {scored.incomplete} lost" if scored.incomplete else ""
    return f"{scored.dataset.name:18}{scored.recipe:14}{'  '.join(figures)}  {tokens} tokens{lost}"


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--arms", default=",".join(arm.name for arm in ARMS))
    parser.add_argument("--limit", type=int)
    told = parser.parse_args()
    wanted = told.arms.split(",")
    measure(told.sets.split(","), [arm for arm in ARMS if arm.name in wanted], told.limit)


if __name__ == "__main__":
    main()
