"""What the command line shows a person, or prints for a program."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from questgraph.agents.estimates.estimate import Estimate
from questgraph.agents.estimates.forecast import Range
from questgraph.agents.extraction import PAGE, Extraction
from questgraph.agents.runs.reader import Standing
from questgraph.agents.runs.status import Status
from questgraph.progress import Watch, duration, shown, tokens
from questgraph.tools.gateway.ledger import Spending
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Claim, Document, Usage

MOST_FACTS = 40
"""Facts that are printed; the rest are in the page and the exports."""

MOST_MISSING, MOST_DOCUMENTS = 20, 200
"""Lines that a person still reads; `--json` has everything."""

_UNKNOWN = ("unknown",) * 3

_OUT = Console()
_NOTES = Console(stderr=True)


def line(text: str) -> None:
    """Print a line as it is."""
    _OUT.print(text, markup=False, highlight=False, soft_wrap=True)


def as_json(value: object) -> None:
    """Print `value` as JSON and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def error(problem: Exception) -> None:
    """Print what is wrong and what to do, where errors belong."""
    _NOTES.print(f"error: {problem}", markup=False, highlight=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as a table."""
    grid = Table(*columns, title=title, title_justify="left", show_lines=False)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    _OUT.print(grid)


def progress(*, quiet: bool = False) -> AbstractContextManager[Watch]:
    """Return a block that shows a run as it goes; it yields what the run is to report to."""
    return shown(_NOTES, quiet=quiet)


@contextmanager
def counting(*, quiet: bool = False) -> Iterator[Callable[[str, str], None]]:
    """Return a block that counts passages by set and recipe; it yields what is to be called."""
    bar = Progress("{task.description}", "{task.completed} passages", console=_NOTES, disable=quiet)
    tasks: dict[str, TaskID] = {}

    def count(dataset: str, recipe: str) -> None:
        name = f"{dataset}, {recipe}"
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=None)
        bar.advance(tasks[name])

    with bar:
        yield count


def facts(extraction: Extraction) -> None:
    """Print relations and events, and the entities as a count by type."""
    told = [claim for claim in extraction.claims if claim.admitted]
    statements = [claim for claim in told if claim.kind != "entity"]
    rows = [
        (claim.type, _parts(claim, extraction.documents[claim.document_id]), claim.verdict)
        for claim in statements[:MOST_FACTS]
    ]
    table("Facts", ["type", "who and what", "verdict"], rows)
    if len(statements) > MOST_FACTS:
        line(f"… and {len(statements) - MOST_FACTS} more, all of them on the page.")
    nodes = extraction.graph.number_of_nodes()
    edges = extraction.graph.number_of_edges()
    absent = sum(not claim.grounded for claim in extraction.claims)
    line(f"Graph: {nodes} nodes, {edges} edges, from {len(told)} claims.")
    if absent:
        line(f"Kept out: {absent} claims whose words are not in the text.")


def estimate(reckoned: Estimate) -> None:
    """Print what a run would take."""
    about = "" if reckoned.counted else "about "
    line(
        f"{reckoned.documents} documents, {about}{reckoned.units} passages,"
        f" {reckoned.complete} of them complete already."
    )
    if reckoned.unreadable:
        line(f"{reckoned.unreadable} inputs cannot be read.")
    rows = [(f"calls: {stage}", *_range(calls)) for stage, calls in reckoned.by_stage.items()]
    rows += [
        ("calls", *_range(reckoned.calls)),
        ("tokens read", *_range(reckoned.prompt_tokens)),
        ("tokens written", *_range(reckoned.completion_tokens)),
        ("US dollars", *(_range(reckoned.usd, "${:.4f}".format) or _UNKNOWN)),
        ("time", *(_range(reckoned.seconds, duration) or _UNKNOWN)),
    ]
    table("It would take", ["", "at least", "likely", "at most"], rows)
    line(f"Likely by: {reckoned.source}. At most: every type occurs in every passage.")


def found(extraction: Extraction, folder: Path) -> dict[str, object]:
    """Return what a run found, as plain data; the facts of a large one are in its exports."""
    told: dict[str, object] = {"folder": str(folder), **extraction.status_by_document()}
    if extraction.moderate:
        told["page"] = str(folder / PAGE)
        told["facts"] = [
            claim.to_json(extraction.documents[claim.document_id])
            for claim in extraction.claims
            if claim.admitted
        ]
    return told


def where(extraction: Extraction, folder: Path) -> str:
    """Say where the graph is."""
    if extraction.moderate:
        return f"Page: {folder / PAGE}"
    return f"Too large to be drawn by itself: questgraph graph {folder} --to graphml"


def status(extraction: Extraction) -> None:
    """Print whether the run is complete, what is missing and why, and what it cost."""
    found = extraction.status
    if found.units["over_budget"]:
        again = "the same command with a higher cap continues"
    elif found.ended:
        again = "`questgraph retry DIR` asks again"
    else:
        again = "the same command continues"
    standing(found, extraction.missing(), again)


def standing(found: Status, missing: Iterable[Standing], remedy: str) -> None:
    """Print how a run stands.

    Args:
        found: The figures.
        missing: The units that are not complete; looked at when they are few.
        remedy: What to do about them.
    """
    for source, problem in found.unreadable:
        line(f"Not read: {source}: {problem}")
    if sum(ending.units for ending in found.missing) <= MOST_MISSING:
        for unit in missing:
            line(f"Missing: {unit.id}: {unit.status}{f': {unit.reason}' if unit.reason else ''}")
    else:
        for how, why, number in found.missing[:MOST_MISSING]:
            line(f"Missing: {number} × {how}{f': {why}' if why else ''}")
        line("Each passage and its reason: questgraph status DIR --json")
    line(f"Passages: {_counts(found.units)}, in {found.documents} documents.")
    line(f"Cost: {_cost(found.usage)}. {_spending(found.spending)}")
    if found.complete:
        line("Complete.")
    elif found.stopped:
        line(f"NOT complete: {found.stopped}. The same command continues.")
    else:
        line(f"NOT complete: {remedy}.")


def documents(extraction: Extraction) -> None:
    """Print how each document stands, and which passages are missing."""
    rows = [
        (document.id, document.claims, _counts(document.units), _yes(document.complete))
        for document in islice(extraction.document_statuses(), MOST_DOCUMENTS)
    ]
    table("Documents", ["document", "claims", "passages", "complete"], rows)
    if (rest := extraction.status.documents - len(rows)) > 0:
        line(f"… and {rest} more documents: questgraph status --json")


def _range(figure: Range | None, spell: Callable[[float], str] = tokens) -> tuple[str, ...]:
    return tuple(spell(end) for end in (figure.least, figure.likely, figure.most)) if figure else ()


def _parts(claim: Claim, document: Document) -> str:
    def words(index: int) -> str:
        span = claim.arguments[index].mention.span
        return document.text[slice(*span)] if span else claim.arguments[index].mention.text

    roles = [argument.role for argument in claim.arguments]
    if roles[:2] == [HEAD, TAIL]:
        return f"{words(0)} → {words(1)}"
    return ", ".join(
        words(i) if role in (TRIGGER, MENTION) else f"{role}: {words(i)}"
        for i, role in enumerate(roles)
    )


def _counts(units: dict[str, int]) -> str:
    return ", ".join(f"{number} {status}" for status, number in units.items()) or "none"


def _cost(usage: Usage) -> str:
    prompt = f"{usage.prompt_tokens} prompt tokens ({usage.cached_share:.0%} from cache)"
    calls = f"{usage.calls} calls" + (f" and {usage.replayed} replayed" if usage.replayed else "")
    return f"{calls}, {prompt}, {usage.completion_tokens} completion tokens, {usage.seconds:.0f} s"


def _spending(spending: Spending) -> str:
    open_ = f", and at most {spending.reserved} of calls that never returned"
    return f"In all: {spending.settled}{open_ if spending.reserved.calls else ''}."


def _yes(value: bool) -> str:
    return "yes" if value else "NO"
