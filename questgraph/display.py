"""What the command line shows a person, or prints for a program."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from questgraph.agents.extraction import Extraction
from questgraph.agents.runs.status import Status
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Claim, Document, Result, Usage

MOST_FACTS = 40
"""Facts that are printed; the rest are in the page and the exports."""

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


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[Result, int], None]]:
    """Show a progress bar while the block lasts; yield what feeds it."""
    columns = (
        TextColumn("Asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("passages, {task.fields[facts]} claims, {task.fields[tokens]} tokens"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_NOTES, disable=quiet) as bars:
        bar = bars.add_task("", total=None, facts=0, tokens=0)
        claims = tokens = 0

        def report(result: Result, planned: int) -> None:
            nonlocal claims, tokens
            claims += sum(claim.admitted for claim in result.claims)
            tokens += result.usage.prompt_tokens + result.usage.completion_tokens
            bars.update(bar, advance=1, total=planned, facts=claims, tokens=tokens)

        yield report


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


def status(found: Status, *, by_document: bool = False) -> None:
    """Print whether the run is complete, what is missing, and what it cost."""
    if by_document:
        rows = [
            (document.id, document.claims, _counts(document.units), _yes(document.complete))
            for document in found.documents
        ]
        table("Documents", ["document", "claims", "passages", "complete"], rows)
    for source, problem in found.unreadable:
        line(f"Not read: {source}: {problem}")
    for document in found.documents:
        for unit, outcome in document.missing:
            line(f"Missing: {unit}: {outcome.status}: {outcome.reason}")
    line(f"Passages: {_counts(found.units)}. Cost: {_cost(found.usage)}.")
    line("Complete." if found.complete else "NOT complete: the same command asks again.")


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
    prompt = f"{usage.prompt_tokens} prompt tokens ({usage.cached_tokens} from cache)"
    calls = f"{usage.calls} calls" + (f" and {usage.replayed} replayed" if usage.replayed else "")
    return f"{calls}, {prompt}, {usage.completion_tokens} completion tokens, {usage.seconds:.0f} s"


def _yes(value: bool) -> str:
    return "yes" if value else "NO"
