"""How a distributed run stands, counted file by file: memory grows with what is missing only."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from questgraph.agents.distributed import tables
from questgraph.agents.extraction import DISTRIBUTED
from questgraph.agents.runs.reader import WAITING, Ending
from questgraph.agents.runs.status import Status
from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.reduce import Row
from questgraph.tools.errors import RunError
from questgraph.tools.gateway.ledger import Spending
from questgraph.tools.records import COMPLETE, Usage

_ENDING = ("status", "reason")
_USAGE = ("calls", "replayed", "prompt_tokens", "cached_tokens", "completion_tokens", "seconds")
_SPENDING = TypeAdapter(Spending)


@dataclass(slots=True, kw_only=True)
class Tally:
    """How far a distributed run has come."""

    files: int
    """What the documents are shared out in."""

    done: int = 0
    documents: int = 0
    """In the files that are done."""

    units: Counter[str] = field(default_factory=Counter)
    """How many of their units ended how."""

    def note(self, row: Row) -> None:
        """Count a file, as `Questioner` tells of it."""
        self.done += 1
        self.documents += row["documents"]
        self.units.update(json.loads(row["units"]))


def status_of(folder: Path) -> Status:
    """Return how the run in a folder stands.

    Raises:
        RunError: When there is none.
    """
    notes = notes_of(folder)
    counts: Counter[tuple[str, str]] = Counter()
    usage, incomplete = Usage(), set[str]()
    for units in _batches(folder, tables.RESULTS, "document_id", *_ENDING, *_USAGE):
        incomplete |= _incomplete(units)
        for row in _summed(units):
            why = "" if row["status"] in COMPLETE else row["reason"]
            counts[row["status"], why] += row["status_count"]
            usage += Usage(**{name: row[f"{name}_sum"] for name in _USAGE})
    documents, unreadable = _documents(folder)
    endings = sorted(Ending(*how, units) for how, units in counts.items())
    return Status(
        documents=documents,
        incomplete=len(incomplete),
        endings=tuple(sorted(endings, key=lambda ending: -ending.units)),
        unreadable=unreadable,
        usage=usage,
        spending=_SPENDING.validate_python(notes.get("spending", {})),
        ended=bool(notes.get("ended")),
        stopped=next((e.reason for e in endings if e.status == WAITING), ""),
    )


def notes_of(folder: Path) -> dict[str, Any]:
    """Return what the run folder says about the run.

    Raises:
        RunError: When there is no distributed run in it.
    """
    try:
        notes: dict[str, Any] = json.loads((folder / DISTRIBUTED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"there is no distributed run in {folder}: {error}") from error
    return notes


def write_notes(folder: Path, notes: Mapping[str, object]) -> None:
    """Write down what there is to say about the run."""
    text = json.dumps(notes, ensure_ascii=False, indent=1)
    write_whole(folder / DISTRIBUTED, f"{text}\n".encode())


def _documents(folder: Path) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return how many documents there are, and what is none and why."""
    documents, unreadable = 0, []
    for some in _batches(folder, tables.DOCUMENTS, "position", "source", "problem"):
        documents += some["problem"].null_count
        problems = some.filter(some["problem"].is_valid())
        unreadable += [tuple(row.values()) for row in problems.to_pylist()]
    return documents, tuple((source, problem) for _, source, problem in sorted(unreadable))


def _batches(folder: Path, table: str, *columns: str) -> Iterator[pa.Table]:
    for name in tables.files(folder, table):
        yield pq.read_table(folder / table / f"{name}.parquet", columns=list(columns))


def _incomplete(units: pa.Table) -> set[str]:
    """Return the documents of units that are not complete."""
    both = zip(units["document_id"].to_pylist(), units["status"].to_pylist(), strict=True)
    return {document for document, status in both if status not in COMPLETE}


def _summed(units: pa.Table) -> list[dict[str, Any]]:
    """Return how many units ended how and why, and what they cost together."""
    sums = [("status", "count"), *((name, "sum") for name in _USAGE)]
    rows: list[dict[str, Any]] = units.group_by(list(_ENDING)).aggregate(sums).to_pylist()
    return rows
