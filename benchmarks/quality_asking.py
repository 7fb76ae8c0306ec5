"""Labelled sets with their banks, and what recipes and peers say about them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import told
from quality_arms import STAGED, STARTER, TRAIN, Arm
from quality_claims import Reading, described

from questgraph.agents.banks import open_bank
from questgraph.agents.evaluation.banks import guarded, trained
from questgraph.agents.evaluation.datasets import Dataset, load_dataset, readable
from questgraph.agents.evaluation.predict import Prediction, predict
from questgraph.retrieval.bank import Bank
from questgraph.tools.database import Database
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.records import Usage
from questgraph.tools.schema import Schema
from questgraph.tools.settings import Settings

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RECORDED = ROOT / "runs" / "quality"
DATA = Path(os.environ.get("QUESTGRAPH_DATA", ROOT.parent / "shared" / "data"))

SETS = {
    "crossner_ai": 12,
    "wikigold": 12,
    "wnut17": 12,
    "scier": 12,
    "text2kg_wikidata": 12,
    "phee": 12,
    "bc5cdr": 6,
}
"""Sets and how many passages of each: three of names, one of names and relations, one of triples,
one of events, one of whole abstracts."""

SEED = 7
SPENT = ("calls", "prompt_tokens", "completion_tokens", "seconds")


@dataclass(frozen=True, slots=True)
class Collection:
    """A set to measure on, and the labelled passages that may be shown."""

    name: str
    dataset: Dataset
    banks: dict[str, Bank]


def collections(sizes: Mapping[str, int], limit: int | None) -> Iterator[Collection]:
    """Yield each set with banks that have none of its evaluated passages.

    Args:
        sizes: How many passages of each set.
        limit: At most so many of each, when it is given.
    """
    settings = Settings.read()
    starter = open_bank(STARTER, settings)
    for name, size in sizes.items():
        folder = DATA / name
        if not folder.is_dir():
            raise SystemExit(f"{folder} is not there: QUESTGRAPH_DATA names the labelled sets")
        dataset = load_dataset(folder, limit=min(size, limit or size), seed=SEED)
        file = folder / "train.jsonl"
        pool = list(read_labelled(file if file.is_file() else folder / "dev.jsonl"))
        own = trained(readable(pool, folder), dataset.passages, settings).bank
        yield Collection(
            name, dataset, {TRAIN: own, STARTER: guarded(starter, dataset.passages).bank}
        )


async def ours(arm: Arm, on: Collection, database: Database) -> list[Prediction]:
    """Return what one of our recipes says."""
    assert arm.recipe, "peers are asked by themselves"
    bank = on.banks.get(arm.bank)
    options = {"recipe": arm.recipe, "model": "local:", "bank": bank, "chunk_size": arm.chunk}
    return await predict(on.dataset, database, options)  # type: ignore[arg-type]  # as told above


@contextmanager
def endpoint(folder: Path) -> Iterator[str]:
    """Serve the model to peers, recording, for as long as the block lasts; yields its URL."""
    command = [sys.executable, str(HERE / "quality_proxy.py"), str(folder / "answers.db"), "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        yield process.stdout.readline().strip()
        process.stdin.close()


def theirs(arm: Arm, on: Collection, url: str) -> list[Prediction]:
    """Return what a peer says, read as our own answers are."""
    found: dict[str, Prediction] = {}
    for schema, passages in on.dataset.by_part():
        task = {
            "peer": arm.name,
            "url": f"{url}/{arm.name}/v1",
            "schema": described(schema),
            "passages": [
                {"id": p.id, "text": p.text, "demos": demos}
                for p, demos in zip(passages, _shown(arm, schema, passages, on), strict=True)
            ],
        }
        reading = Reading(schema, on.banks[TRAIN].embedder)
        by_id = {p.id: p for p in passages}
        for answer in told("quality_peers.py", task):
            passage = by_id[answer["id"]]
            claims = reading.claims(passage, answer, free=bool(arm.kinds))
            found[passage.id] = Prediction(
                gold=passage,
                claims=tuple(claims),
                turns=(),
                usage=Usage(**{key: answer.get(key, 0) for key in SPENT}),
                complete="error" not in answer,
            )
    return [found[passage.id] for passage in on.dataset.passages]


def _shown(
    arm: Arm, schema: Schema, passages: Sequence[Labelled], on: Collection
) -> list[list[dict[str, object]]]:
    """Return the demonstrations of each passage: the nearest, as many as `staged` shows."""
    if arm.bank not in on.banks:
        return [[] for _ in passages]
    bank = on.banks[arm.bank]
    demos = bank.fit(schema).search(
        [passage.text for passage in passages],
        k=STAGED.demos,
        selection="nearest",
        tokens=STAGED.demo_tokens,
    )
    # As they were labelled: a schema without entities leaves none at the ends of its relations.
    labelled = {demo.id: demo for demo in bank.passages if demo}
    return [[labelled[demo.id].to_json() for demo in some] for some in demos]
