"""How a run stands: what is done, what is missing and why, what it cost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from questgraph.agents.runs.store import RunStore
from questgraph.tools.records import COMPLETE, Outcome, Result, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStatus:
    """How one document stands."""

    id: str
    units: Counter[str] = field(default_factory=Counter)
    """How many units ended how; `waiting` for those that have not."""

    claims: int = 0
    missing: tuple[tuple[str, Outcome], ...] = ()
    """Units that are not complete, and why."""

    @property
    def complete(self) -> bool:
        """Whether every unit ended in an answer."""
        return set(self.units) <= COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a run stands."""

    documents: tuple[DocumentStatus, ...]
    unreadable: tuple[tuple[str, str], ...]
    """Inputs that were no documents, and why."""

    usage: Usage
    """What the calls of the last command cost; calls that the ledger answered cost nothing."""

    ended: bool
    """Whether the last command came to its end."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        readable = all(document.complete for document in self.documents)
        return self.ended and readable and not self.unreadable

    @property
    def units(self) -> Counter[str]:
        """How many units ended how."""
        return sum((document.units for document in self.documents), Counter[str]())

    def to_json(self) -> dict[str, object]:
        """Return the status as plain data."""
        return {
            "complete": self.complete,
            "ended": self.ended,
            "units": dict(self.units),
            "usage": asdict(self.usage),
            "unreadable": [{"source": s, "problem": p} for s, p in self.unreadable],
            "documents": [
                {
                    "id": document.id,
                    "complete": document.complete,
                    "units": dict(document.units),
                    "claims": document.claims,
                    "missing": [
                        {"unit": unit, "status": outcome.status, "reason": outcome.reason}
                        for unit, outcome in document.missing
                    ],
                }
                for document in self.documents
            ],
        }


def status(store: RunStore) -> Status:
    """Return how the run in `store` stands."""
    by_document: dict[str, list[Result]] = {document.id: [] for document in store.documents()}
    usage = Usage()
    for result in store.results():
        by_document[result.unit.chunk.document_id].append(result)
        usage += result.usage
    waiting = store.waiting()
    return Status(
        documents=tuple(
            _document(id_, results, waiting.get(id_, 0)) for id_, results in by_document.items()
        ),
        unreadable=tuple((error.source, error.problem) for error in store.unreadable()),
        usage=usage,
        ended=store.fact("ended") == "yes",
    )


def _document(id_: str, results: Iterable[Result], waiting: int) -> DocumentStatus:
    results = list(results)
    units: Counter[str] = Counter(result.outcome.status for result in results)
    if waiting:
        units["waiting"] = waiting
    return DocumentStatus(
        id=id_,
        units=units,
        claims=sum(claim.admitted for result in results for claim in result.claims),
        missing=tuple(
            (result.unit.id, result.outcome) for result in results if not result.outcome.complete
        ),
    )
