"""The memory of all calls: what was asked is never paid for twice, and never beyond a cap.

Two implementations keep the same promises: `SqliteLedger` (a file in the run folder, the default)
and `PostgresLedger` (shared by many machines).
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from questgraph.tools.gateway.cost import Caps, Cost
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.tokens import packed


@dataclass(frozen=True, slots=True)
class Record:
    """One answered call, as it is written down."""

    key: str
    """Name of the call: `Request.key`."""

    model: str
    request: Request
    reply: Reply
    attempts: int = 1
    """How often it was sent until it was answered."""

    cost: Cost = field(default_factory=Cost)
    """What this answer cost; what failed before is settled by itself."""

    reservation: str = ""
    """Name of the reservation that the answer settles."""

    @property
    def row(self) -> tuple[str, str, bytes, bytes, str, int, int, int, float, int]:
        """The answered call as ledgers store it, in the order of their columns."""
        usage = self.reply.usage
        return (
            self.key,
            self.model,
            zlib.compress(self.request.canonical.encode("utf-8", "surrogatepass"), 1),
            # Models write halves of characters, which are no text in UTF-8.
            self.reply.text.encode("utf-8", "surrogatepass"),
            self.reply.finish,
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.completion_tokens,
            usage.seconds,
            self.attempts,
        )

    @property
    def tokens(self) -> str:
        """The tokens of the reply as ledgers store them; nothing for none."""
        return packed(self.reply.tokens)


@dataclass(frozen=True, slots=True)
class Spending:
    """What all commands that used a ledger have spent together."""

    settled: Cost = field(default_factory=Cost)
    reserved: Cost = field(default_factory=Cost)
    """Worst case of calls that are under way, or whose process died: they may have been billed."""

    @property
    def total(self) -> Cost:
        """What counts against a cap."""
        return self.settled + self.reserved


class Ledger(Protocol):
    """Where calls and their costs are kept.

    What every ledger promises, and `tests/conformance/test_ledger.py` checks:

    * `get` answers from what was put; when it has nothing and nothing more can be written, it
      raises, so that nobody pays for an answer that is lost.
    * A record is durable when `put` returns: a process killed after that moment loses nothing.
    * A record, its cost and the end of its reservation are written together or not at all.
    * `put` under a known key replaces the record; the cost of both stays spent.
    * `reserve` never lets settled and reserved cost together exceed a cap, whoever else reserves
      at the same time: other tasks, other processes, other machines.
    * A reservation that nobody settles (its process died) stays reserved: its call may have
      been billed. Settling one that is not there only adds the cost.
    * Nothing here blocks the event loop for longer than a local read takes.
    """

    async def __aenter__(self) -> Self:
        """Connect."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits and let go."""
        ...

    async def get(self, key: str) -> Reply | None:
        """Return the reply that is kept under `key`.

        Raises:
            StorageError: When there is none and none could be kept.
        """
        ...

    async def put(self, record: Record) -> None:
        """Keep a record.

        Raises:
            StorageError: When it could not be written, for want of space for example.
        """
        ...

    async def forget(self, keys: Collection[str]) -> None:
        """Drop the records under `keys`, so that they are asked again; their cost stays spent."""
        ...

    async def reserve(self, name: str, worst: Cost, caps: Caps) -> bool:
        """Set `worst` aside under `name`; say whether the caps allow it.

        A name that holds a reservation already keeps it as it is.
        """
        ...

    async def settle(self, cost: Cost, reservation: str = "") -> None:
        """Note what a call without an answer cost, and end its reservation."""
        ...

    async def spending(self) -> Spending:
        """Return what was spent and is reserved."""
        ...
