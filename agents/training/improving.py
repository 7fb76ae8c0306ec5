"""The loop: what people decided about a run teaches bank, calibration and adapter.

Judged passages are parted. From one part everything is learned, on the other each change is
measured against the run as it is. Only what is measurably better is kept, and the next round begins
from it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from functools import reduce
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple, Unpack

from questgraph.agents.evaluation.scores import Scored
from questgraph.agents.extraction import run_file
from questgraph.agents.options import Options
from questgraph.agents.training.acquiring import worth_judging
from questgraph.agents.training.changes import (
    Change,
    Learned,
    learned_adapter,
    learned_bank,
    learned_calibration,
)
from questgraph.agents.training.rounds import (
    ADAPTER,
    BANK,
    Round,
    Trial,
    write_round,
    write_set,
)
from questgraph.agents.training.starting import Improving, Report, Start, start
from questgraph.agents.training.trials import DIGITS, LEVEL, compared, figures, overall
from questgraph.tools.database import Database
from questgraph.tools.errors import ModelUnavailableError, StorageError

AS_IT_IS = "as it is"


class _Tried(NamedTuple):
    """Changes that were measured together."""

    changes: tuple[Change, ...]
    trial: Trial
    f1: float


def improve(
    folder: Path | str,
    how: Improving | None = None,
    *,
    on_passage: Report = lambda _trial: None,
    **options: Unpack[Options],
) -> Round:
    """Learn from what people decided about a run, and keep what makes it measurably better.

    Each call is a round. What it keeps, and `improved.json` about all that it tried, goes into
    `improved/round-N/` of the run folder.

    Args:
        folder: The run folder.
        how: How to go about it.
        on_passage: Called with the name of the trial after each passage.
        options: What is to be other than the run had it, see `Options`.

    Raises:
        ConfigError: When too few passages are judged, or an option is wrong; nothing was asked
            then.
        RunError: When there is no run in the folder.
        ModelUnavailableError: When the run as it is got no answer about a passage.
        StorageError: When the round cannot be written.
    """
    folder = Path(folder)
    with closing(Database(run_file(folder))) as database:
        begun = start(database, folder, how or Improving(), options, on_passage)
        try:
            return asyncio.run(_round(begun))
        except OSError as error:
            raise StorageError(
                f"{folder / begun.place}: the round could not be written:"
                f" {error.strerror or error}. Free some space, and give the same command again"
            ) from error


async def _round(begun: Start) -> Round:
    base = await begun.bench.measure(AS_IT_IS, begun.way)
    if base.incomplete:
        raise ModelUnavailableError(
            f"the run as it is got no usable answer about {base.incomplete} of"
            f" {len(base.predictions)} passages, so nothing can be compared with it: give the same"
            " command again, with a higher cap if one was reached"
        )
    trials, kept = await _trials(begun, base)
    made = Round(
        round=begun.number,
        seed=begun.how.seed,
        recipe=begun.bench.recipe,
        model=begun.bench.model,
        rule=begun.how.rule,
        began_from=begun.before.setup,
        use=reduce(lambda setup, change: change.kept(setup), kept, begun.before.setup),
        learned=[passage.id for passage in begun.parts.learned],
        held_back=[passage.id for passage in begun.parts.held_back],
        dropped=begun.parts.dropped,
        before=figures(base),
        tried=trials,
        kept=[change.name for change in kept],
        label_next=await asyncio.to_thread(_worth_judging, begun),
    )
    _write(begun, made, kept)
    return made


async def _trials(begun: Start, base: Scored) -> tuple[list[Trial], tuple[Change, ...]]:
    """Return what was tried, and the changes that do best of those that are better."""
    trials: list[Trial] = []
    better: list[_Tried] = []

    async def tried(changes: tuple[Change, ...]) -> None:
        found = await _tried(begun, base, changes)
        trials.append(found.trial)
        if found.trial.better:
            better.append(found)

    async for name, learned in _learned(begun):
        if isinstance(learned, str):
            trials.append(Trial(name=name, better=False, why=f"not tried: {learned}"))
        else:
            await tried((learned,))
    for some in _several([single.changes for single in better]):
        await tried(some)
    # Of equally good ones the first, which changes the least.
    return trials, max(better, key=lambda each: each.f1).changes if better else ()


async def _learned(begun: Start) -> AsyncIterator[tuple[str, Learned]]:
    """Yield what is learned, in the order in which changes go on top of each other."""
    labelled = write_set(begun.folder / begun.place, begun.parts, begun.run.schema)
    if begun.teach:
        out = begun.folder / begun.place / ADAPTER
        yield (
            ADAPTER,
            await asyncio.to_thread(learned_adapter, begun.teach, labelled, out, place=begun.place),
        )
    if begun.view:
        bank = await asyncio.to_thread(
            learned_bank,
            begun.way,
            begun.parts,
            begun.embedder,
            view=begun.view,
            place=begun.place,
        )
        yield BANK, bank
    else:
        yield BANK, f"the recipe {begun.bench.recipe} shows no demonstrations"
    found = await learned_calibration(begun.way, begun.learning, place=begun.place)
    yield "calibration", found


def _several(changes: Sequence[tuple[Change, ...]]) -> list[tuple[Change, ...]]:
    """Return all combinations of at least two changes."""
    sizes = range(2, len(changes) + 1)
    return [tuple(chain(*some)) for size in sizes for some in combinations(changes, size)]


async def _tried(begun: Start, base: Scored, changes: tuple[Change, ...]) -> _Tried:
    """Return how changes do together, in comparison with the run as it is."""
    name = " + ".join(change.name for change in changes)
    way = reduce(lambda way, change: change.asking(way), changes, begun.way)
    scored = await begun.bench.measure(name, way)
    found = compared(scored, base)
    higher, p = found.difference.value > 0, found.p_value
    better = higher and (begun.how.keep_if_better or p < LEVEL) and not scored.incomplete
    if scored.incomplete:
        why = f"{scored.incomplete} passages got no usable answer"
    elif better:
        why = begun.how.rule
    else:
        why = f"may be chance, p = {p:.2g}" if higher else "no higher F1"
    trial = Trial(
        name=name,
        better=better,
        why=why,
        figures=figures(scored),
        difference=[round(value, DIGITS) for value in found.difference],
        p_value=round(p, DIGITS),
        incomplete=scored.incomplete,
    )
    return _Tried(changes, trial, overall(scored).f1)


def _worth_judging(begun: Start) -> list[dict[str, str]]:
    units = worth_judging(
        begun.run.results,
        (*begun.parts.learned, *begun.parts.held_back),
        begun.run.schema,
        begun.embedder,
        count=begun.how.ask,
        acquire=begun.how.acquire,
        seed=begun.how.seed,
    )
    return [{"document": unit.chunk.document_id, "passage": unit.id} for unit in units]


def _write(begun: Start, made: Round, kept: Sequence[Change]) -> None:
    """Write what is kept, and the note of the round last: a round without one is none."""
    folder = begun.folder / begun.place
    for change in kept:
        change.save(folder)
    if ADAPTER not in made.kept:
        shutil.rmtree(folder / ADAPTER, ignore_errors=True)
    write_round(folder, made)
