"""How a run stands: what is done, what is missing and why, what it cost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from questgraph.agents.runs.reader import Ending, RunReader, Standing
from questgraph.tools.gateway.ledger import Spending
from questgraph.tools.records import COMPLETE, Usage

_USAGE = TypeAdapter(Usage)
_SPENDING = TypeAdapter(Spending)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStatus:
    """How one document stands."""

    id: str
    units: Counter[str]
    """How many units ended how; `waiting` for those that have not."""

    claims: int = 0

    @property
    def complete(self) -> bool:
        """Whether every unit ended in an answer."""
        return set(self.units) <= COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a run stands, in figures that do not grow with it."""

    documents: int
    incomplete: int
    """Documents that miss something."""

    endings: tuple[Ending, ...]
    """How many units ended how and why."""

    unreadable: tuple[tuple[str, str], ...]
    """Inputs that were no documents, and why."""

    usage: Usage
    """What the calls of the last command cost; calls that the ledger answered cost nothing."""

    spending: Spending
    """What all commands on the ledger cost together."""

    ended: bool
    """Whether the last command that read inputs came to its end."""

    stopped: str = ""
    """Why the last command stopped before its end."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.ended and not self.incomplete and not self.unreadable

    @property
    def units(self) -> Counter[str]:
        """How many units ended how."""
        counts: Counter[str] = Counter()
        for ending in self.endings:
            counts[ending.status] += ending.units
        return counts

    @property
    def missing(self) -> list[Ending]:
        """How many units are not complete, by how and why."""
        return [ending for ending in self.endings if ending.status not in COMPLETE]

    def to_json(self) -> dict[str, object]:
        """Return the status as plain data."""
        return {
            "complete": self.complete,
            "ended": self.ended,
            "stopped": self.stopped,
            "documents_incomplete": self.incomplete,
            "units": dict(self.units),
            "reasons": [ending._asdict() for ending in self.missing],
            "usage": {**asdict(self.usage), "cached_share": self.usage.cached_share},
            "spending": asdict(self.spending),
            "unreadable": [{"source": s, "problem": p} for s, p in self.unreadable],
        }


def status(store: RunReader) -> Status:
    """Return how the run in `store` stands."""
    documents, incomplete = store.count()
    return Status(
        documents=documents,
        incomplete=incomplete,
        endings=tuple(store.endings()),
        unreadable=tuple((error.source, error.problem) for error in store.unreadable()),
        usage=_USAGE.validate_json(store.fact("usage") or "{}"),
        spending=_SPENDING.validate_json(store.fact("spending") or "{}"),
        ended=store.fact("ended") == "yes",
        stopped=store.fact("stopped"),
    )


def facts_of(usage: Usage, spending: Spending, stopped: str) -> dict[str, str]:
    """Return what `status` reads back, as facts to note at the end of a command."""
    return {
        "usage": _USAGE.dump_json(usage).decode(),
        "spending": _SPENDING.dump_json(spending).decode(),
        "stopped": stopped,
    }


def by_document(store: RunReader) -> Iterator[DocumentStatus]:
    """Yield how each document stands, in the order they were given."""
    for id_, units, claims in store.by_document():
        yield DocumentStatus(id=id_, units=units, claims=claims)


def full_json(store: RunReader) -> dict[str, object]:
    """Return the status with every document and every unit that is missing, as plain data."""
    missing: dict[str, list[Standing]] = {}
    for document, unit in store.missing():
        missing.setdefault(document, []).append(unit)
    return {
        **status(store).to_json(),
        "documents": [
            {
                "id": document.id,
                "complete": document.complete,
                "units": dict(document.units),
                "claims": document.claims,
                "missing": [
                    {
                        "unit": unit.id,
                        "status": unit.status,
                        "reason": unit.reason,
                        "attempts": unit.attempts,
                        "usage": asdict(unit.usage),
                    }
                    for unit in missing.get(document.id, ())
                ],
            }
            for document in by_document(store)
        ],
    }
