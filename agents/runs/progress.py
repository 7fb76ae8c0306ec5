"""How far a run has come, for whoever watches it."""

import time
from collections import Counter
from dataclasses import dataclass, field

from questgraph.agents.estimates.totals import Past, StageTotals
from questgraph.tools.gateway.cost import Cost, cost
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.records import Result, Usage


@dataclass(slots=True, kw_only=True)
class Progress:
    """A run under way; it changes as long as the run lasts.

    Args:
        gateway: Through which it asks.
    """

    gateway: Gateway
    documents: int = 0
    """Read so far."""

    unreadable: int = 0
    """Inputs that were no documents."""

    units: int = 0
    """Known so far, those included that were complete before."""

    known: int = 0
    """Units that were complete before this command."""

    planned: bool = False
    """Whether all inputs are read, so that `units` is all there is."""

    waiting: int = 0
    """Answers that a batch at the provider will bring."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """How many units ended how."""

    reasons: Counter[str] = field(default_factory=Counter)
    """Why units are incomplete."""

    claims: int = 0
    """Admitted to the graph so far, by this command."""

    usage: Usage = field(default_factory=Usage)
    totals: StageTotals = field(default_factory=StageTotals)
    """What the questions cost, stage by stage."""

    begun: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Units that need nothing more, or that nothing more can be done for."""
        return self.known + self.outcomes.total()

    @property
    def in_flight(self) -> int:
        """Calls at the endpoint now."""
        return self.gateway.in_flight

    @property
    def usd(self) -> float | None:
        """What the answers of this command cost; `None` when the model has no known price."""
        terms = self.gateway.terms
        return cost(self.usage, terms.price, batch=terms.batch).usd if terms.price else None

    @property
    def pace(self) -> float:
        """Units a second."""
        return self.outcomes.total() / max(time.monotonic() - self.begun, 1e-9)

    @property
    def left(self) -> float | None:
        """Seconds until the end at this pace; `None` while nobody can know."""
        if not (self.planned and self.pace):
            return None
        return max(0, self.units - self.done) / self.pace

    @property
    def spent(self) -> Cost:
        """Calls, tokens and money of this command."""
        return Cost(
            calls=self.usage.calls,
            tokens=self.usage.prompt_tokens + self.usage.completion_tokens,
            usd=self.usd or 0.0,
        )

    def past(self) -> Past:
        """Return what the run cost, for whoever estimates the next one."""
        ledger, batch = self.gateway.ledger, self.gateway.terms.batch
        return self.totals.past(
            seconds=0.0 if batch else time.monotonic() - self.begun,
            find=ledger.request if isinstance(ledger, SqliteLedger) else None,
        )

    def note(self, result: Result) -> None:
        """Count a unit that has ended."""
        self.outcomes[result.outcome.status] += 1
        if not result.outcome.complete:
            # Reasons quote answers, and no two answers are the same.
            self.reasons[f"{result.outcome.status}: {result.outcome.reason[:80]}"] += 1
        self.claims += sum(claim.admitted for claim in result.claims)
        self.usage += result.usage
        self.totals.add(result)

    def stop(self, reason: str = "it was stopped") -> None:
        """Have the run end: what is at the endpoint is finished and kept."""
        self.gateway.stop(reason)
