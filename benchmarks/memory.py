"""Measures whether a run over very many documents stays in bounded memory.

    make memory           # or: .venv/bin/python benchmarks/memory.py --documents 100000

Each document is one line of a JSONL file and one passage, asked about in four turns by a model that
answers at once within the process. Resident memory is read as documents are done, and once
more when the run has returned; then it is to be within 10 % of what it was after 1,000 documents.
Prints a table, writes `docs/memory.json` and draws `docs/memory.png`.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness import DOCS, draw, machine, markdown, write
from task import ENTITIES, PASSAGE, RELATIONS, SIGNATURES, multi_turn_answers

import questgraph
from questgraph.agents.runs.progress import Progress
from questgraph.tools.models.base import Reply, Request

REFERENCE = 1_000
"""Documents after which memory is taken for what a run needs."""

ALLOWED = 0.10
SAMPLES = 100
"""Figures that are taken on the way."""

LENGTH = 600
"""Characters of a document, about."""


class InstantModel:
    """Answers `multi-turn` at once, with what `LENGTH` characters of the passage hold."""

    name = "instant:multi-turn"
    slots = 256

    def __init__(self) -> None:
        self._answers = {wording: Reply(text) for wording, text in multi_turn_answers().items()}
        self._answers |= {
            "Copy every mention": Reply(json.dumps(_within(ENTITIES))),
            "Give every pair": Reply(json.dumps(_within(RELATIONS))),
        }

    async def complete(self, request: Request) -> Reply:
        """Answer the question that stands last."""
        # Other passages get their turn, as they do while a real endpoint thinks.
        await asyncio.sleep(0)
        question = request.messages[-1].content
        return next(reply for wording, reply in self._answers.items() if wording in question)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Sample:
    """How it stood at one moment."""

    documents: int
    """How many were done."""

    resident_mb: float
    seconds: float
    """Since the run began."""


@dataclass(slots=True)
class Watch:
    """Takes a sample whenever so many more documents are done."""

    step: int
    samples: list[Sample] = field(default_factory=list)
    progress: Progress | None = None
    _begun: float = field(default_factory=time.perf_counter)

    def __call__(self, progress: Progress) -> None:
        """Look at a run that has come further."""
        self.progress = progress
        last = self.samples[-1].documents if self.samples else 0
        if progress.done >= last + self.step or last < REFERENCE <= progress.done:
            self.take(progress.done)

    def take(self, documents: int) -> Sample:
        """Take a sample now."""
        sample = Sample(documents, resident_mb(), round(time.perf_counter() - self._begun, 2))
        self.samples.append(sample)
        print(f"{documents} documents, {sample.resident_mb:.0f} MB", file=sys.stderr)
        return sample


def main() -> None:
    """Run the benchmark as the command line says."""
    told = _options()
    with tempfile.TemporaryDirectory(prefix="memory-", dir=told.scratch) as folder:
        source, out = Path(folder) / "documents.jsonl", Path(folder) / "run"
        write_documents(source, told.documents)
        samples, end = asyncio.run(questioned(source, out, told.documents))
        run_mb = (out / "run.db").stat().st_size / 1e6
    report = summary(samples, end) | {"run_file_mb": round(run_mb, 1)}
    write(report, told.out)
    print(table(report))
    draw("memory", told.out)


async def questioned(source: Path, out: Path, documents: int) -> tuple[list[Sample], Sample]:
    """Question all documents; return the samples on the way, and one after the run."""
    watch = Watch(max(1, documents // SAMPLES))
    relations = {name: {"head": head, "tail": tail} for name, (head, tail) in SIGNATURES.items()}
    extraction = await questgraph.aextract(
        source,
        out=out,
        on_progress=watch,
        schema={"entities": list(ENTITIES), "relations": relations},
        model=InstantModel(),
        bank=None,
    )
    end = watch.take(documents)
    extraction.close()
    outcomes = dict(watch.progress.outcomes) if watch.progress else {}
    if outcomes != {"done": documents}:
        raise SystemExit(f"of {documents} documents, units ended so: {outcomes}")
    return watch.samples, end


def write_documents(path: Path, count: int) -> None:
    """Write `count` documents as JSONL; no two have the same text."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = _start_of(PASSAGE).format(number=number)
            file.write(json.dumps({"id": f"filing-{number:07d}", "text": text}) + "\n")


def resident_mb() -> float:
    """Return the memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def summary(samples: Sequence[Sample], end: Sample) -> dict[str, Any]:
    """Return what was measured, and how it compares with the goal."""
    # A shorter run has no such moment: then the first one after the beginning.
    reference = next((s for s in samples if s.documents >= REFERENCE), samples[len(samples) // 10])
    return {
        "machine": machine(),
        "versions": {"questgraph": version("questgraph")},
        "reference": asdict(reference),
        "end": asdict(end),
        "growth": round(end.resident_mb / reference.resident_mb - 1, 4),
        "allowed_growth": ALLOWED,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1),
        "documents_per_second": round(end.documents / end.seconds, 1),
        "samples": [asdict(sample) for sample in samples],
    }


def table(report: dict[str, Any]) -> str:
    """Return the figures that matter as a Markdown table, and one line on the goal."""
    reference, end = report["reference"], report["end"]
    tenths = report["samples"][:: max(1, len(report["samples"]) // 10)]
    shown = {sample["documents"]: sample for sample in (*tenths, reference, end)}
    rows = [
        [f"{count:,}", f"{sample['resident_mb']:.0f}", f"{sample['seconds']:.0f}"]
        for count, sample in sorted(shown.items())
    ]
    verdict = "within" if abs(report["growth"]) <= ALLOWED else "NOT within"
    remarks = [
        f"{report['growth']:+.1%} since {reference['documents']:,} documents",
        f"{verdict} {ALLOWED:.0%}",
        f"peak {report['peak_mb']:.0f} MB",
        f"{report['documents_per_second']:.0f} documents/s",
        f"run.db {report['run_file_mb']:,.0f} MB",
    ]
    return markdown(["documents", "resident MB", "seconds"], rows, words=0) + (
        "\n\n" + "; ".join(remarks)
    )


def _start_of(passage: str) -> str:
    """Return the first sentences of a passage, about `LENGTH` characters."""
    return passage[: passage.index(". ", LENGTH - 50) + 1]


def _within(facts: dict[str, Any]) -> dict[str, Any]:
    """Return those facts whose words stand in a document."""
    text = _start_of(PASSAGE)
    return {
        type_: [words for words in found if all(word in text for word in _parts(words))]
        for type_, found in facts.items()
    }


def _parts(words: str | tuple[str, str]) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--scratch", type=Path, help="folder for the run; a temporary one if none")
    parser.add_argument("--out", type=Path, default=DOCS / "memory.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
