"""What the questions of a recipe cost, counted by stage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from questgraph.agents.estimates.reservoir import Reservoir
from questgraph.tools.records import Result, Turn

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

    def each(self, figure: float) -> float | None:
        """Return what of a figure falls to one call; `None` when no tokens were counted."""
        return figure / self.sent if self.sent and self.prompt_tokens else None


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

    @property
    def cached_share(self) -> float:
        """Share of the prompt tokens that the endpoint served from its cache."""
        total = self.total
        return min(1.0, total.cached_tokens / max(total.prompt_tokens, 1.0))

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
        asked: dict[str, list[StageCost]] = {}
        for turn in result.turns:
            asked.setdefault(turn.stage, [StageCost(passages=1)]).append(_cost(turn))
            if turn.usage.calls == 1:
                self._sampled.setdefault(turn.stage, Reservoir(SAMPLED)).offer(turn)
        for name, costs in asked.items():
            self._stages[name] = _sum(self._stages.get(name, StageCost()), *costs)

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


def _sum(*costs: StageCost) -> StageCost:
    return StageCost(*map(sum, zip(*costs, strict=True)))


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
