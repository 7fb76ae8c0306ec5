"""What a recipe cost before: the best guess at what it will cost again.

`StageTotals` counts while a run goes on, `of_run` reads what a run folder holds, and `History`
remembers from run to run, in a small file of the user's cache.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import add
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from filelock import FileLock
from pydantic import Field, TypeAdapter

from questgraph.agents.runs.reader import RunReader
from questgraph.agents.runs.sampling import Reservoir
from questgraph.tools.database import Database
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.records import Result, Turn

_LOG = logging.getLogger(__name__)

FILE = "history.json"
"""Name of the file in the cache."""

READ = 2000
"""Units of a run folder that are read at most."""

REMEMBERED = 2000
"""Units that earlier runs count for at most: a new one of that size has half the say."""

SAMPLED = 16
"""Calls of each stage whose length is measured."""

REPLAYED = 0.1
"""Share of replayed calls up to which the pace of a run tells that of its endpoint."""

Find = Callable[[str], Mapping[str, Any] | None]
"""Returns the whole question that is kept under a key, as `SqliteLedger.request` does."""


Figure = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class StageCost(NamedTuple):
    """What the questions of one stage cost, summed over units."""

    # The file has the figures in this order, without names: new ones come last.
    passages: Figure = 0
    """Units that it asked about."""

    questions: Figure = 0
    calls: Figure = 0
    """Questions, complaints, and whatever was asked again."""

    sent: Figure = 0
    """Calls that the ledger did not answer: what follows is about them."""

    prompt_tokens: Figure = 0
    cached_tokens: Figure = 0
    completion_tokens: Figure = 0
    seconds: Figure = 0
    """Spent waiting for the endpoint."""

    sampled_tokens: Figure = 0
    """Prompt tokens of a few calls, and how long these prompts were in bytes of UTF-8."""

    sampled_bytes: Figure = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What one recipe cost with one model, summed over units."""

    units: Figure = 0
    stages: Mapping[str, StageCost] = field(default_factory=dict)
    timed_units: Figure = 0
    """Units of runs whose time tells something, and that time by the clock."""

    timed_seconds: Figure = 0

    @property
    def pace(self) -> float | None:
        """Units a second; `None` when nobody knows."""
        return self.timed_units / self.timed_seconds if self.timed_seconds else None

    @property
    def total(self) -> StageCost:
        """What all stages cost together; its `passages` mean nothing."""
        return _sum(*self.stages.values())

    def followed_by(self, other: "Past") -> "Past":
        """Return both together, this one with its say bounded by `REMEMBERED`."""
        weight = min(1.0, REMEMBERED / max(self.units, 1.0))
        stages = {
            name: _sum(
                StageCost(*(weight * figure for figure in self.stages.get(name, StageCost()))),
                other.stages.get(name, StageCost()),
            )
            for name in {**self.stages, **other.stages}
        }
        return Past(
            units=weight * self.units + other.units,
            stages=stages,
            timed_units=weight * self.timed_units + other.timed_units,
            timed_seconds=weight * self.timed_seconds + other.timed_seconds,
        )


class StageTotals:
    """Counts what the questions of a run cost, in figures that do not grow with it."""

    def __init__(self) -> None:
        self._units = 0
        self._stages: dict[str, StageCost] = {}
        self._sampled: dict[str, Reservoir[Turn]] = {}

    def add(self, result: Result) -> None:
        """Count a unit that has ended.

        Units that are not complete tell too little, and those that the ledger answered were
        counted when they were asked.
        """
        if not (result.outcome.complete and result.usage.calls):
            return
        self._units += 1
        for name in {turn.stage for turn in result.turns}:
            self._stages[name] = _sum(self._stages.get(name, StageCost()), StageCost(passages=1))
        for turn in result.turns:
            self._stages[turn.stage] = _sum(self._stages[turn.stage], _cost(turn))
            if turn.usage.calls == 1:
                self._sampled.setdefault(turn.stage, Reservoir(SAMPLED)).offer(turn)

    def past(self, *, seconds: float = 0.0, find: Find | None = None) -> Past:
        """Return what was counted.

        Args:
            seconds: How long the run took by the clock; 0 when that tells nothing, as in the
                provider's batch mode.
            find: Looks up questions by key, to measure how many bytes a token has.
        """
        stages = {
            name: _sum(cost, *(_measured(turn, find) for turn in self._sampled[name].kept))
            if find and name in self._sampled
            else cost
            for name, cost in self._stages.items()
        }
        all_ = _sum(*stages.values())
        # A recording answers at once, and so does the ledger.
        timed = seconds > 0 and all_.seconds > 0 and all_.sent >= (1 - REPLAYED) * all_.calls
        return Past(
            units=self._units,
            stages=stages,
            timed_units=self._units if timed else 0,
            timed_seconds=seconds if timed else 0,
        )


class History:
    """What recipes cost before, by model and recipe.

    Args:
        file: Where it is kept; it need not exist. A file that cannot be read counts as none, one
            that cannot be written stays as it is: estimates are worth no error.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, model: str, recipe: str) -> Past | None:
        """Return what `recipe` cost with `model`; `None` when it was never noted."""
        return self._read().get(_name(model, recipe))

    def note(self, model: str, recipe: str, past: Past) -> None:
        """Add what a run cost; many processes may do so at the same time."""
        if not past.units:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock", timeout=5):
                known = self._read()
                before = known.get(_name(model, recipe), Past())
                self._write({**known, _name(model, recipe): before.followed_by(past)})
        except OSError as error:
            _LOG.info("%s: %s", self._file, error)

    def _read(self) -> dict[str, Past]:
        try:
            return _KNOWN.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _LOG.info("%s: %s", self._file, error)
            return {}

    def _write(self, known: Mapping[str, Past]) -> None:
        new = self._file.with_name(f"{self._file.name}.new")
        new.write_bytes(_KNOWN.dump_json(dict(known), indent=1))
        new.replace(self._file)


def of_run(store: RunReader, database: Database) -> Past:
    """Return what the units of a run folder cost, whichever command asked about them.

    Args:
        store: Its results.
        database: Its calls; those of a shared ledger are not in it.
    """
    ledger, totals = SqliteLedger(database), StageTotals()
    for result in islice(store.results(), READ):
        totals.add(replace(result, turns=tuple(_as_sent(turn, ledger) for turn in result.turns)))
    return totals.past(find=ledger.request)


_KNOWN = TypeAdapter(dict[str, Past])


def _name(model: str, recipe: str) -> str:
    return f"{model} {recipe}"


def _sum(*costs: StageCost) -> StageCost:
    total = StageCost()
    for cost in costs:
        total = StageCost(*map(add, total, cost))
    return total


def _cost(turn: Turn) -> StageCost:
    usage = turn.usage
    return StageCost(
        questions=not turn.complained,
        calls=usage.calls + usage.replayed,
        sent=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
        seconds=usage.seconds,
    )


def _measured(turn: Turn, find: Find) -> StageCost:
    """Measure one prompt; nothing when it is not known, or its tokens were not counted."""
    request = find(turn.call)
    if request is None or not turn.usage.prompt_tokens:
        return StageCost()
    size = sum(len(text.encode("utf-8", "replace")) for _, text in request["messages"])
    return StageCost(sampled_tokens=turn.usage.prompt_tokens, sampled_bytes=size)


def _as_sent(turn: Turn, ledger: SqliteLedger) -> Turn:
    """Return a turn with what it cost when it was asked, when that was by an earlier command."""
    if turn.usage.calls or not (reply := ledger.kept(turn.call)):
        return turn
    return replace(turn, usage=replace(reply.usage, calls=1))
