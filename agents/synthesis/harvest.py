"""What synthesis brings in: labelled passages, and what was dropped on the way and why."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from questgraph.agents.concurrency import map_unordered
from questgraph.agents.state import Problem
from questgraph.tools.errors import NotAskedError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Status

T = TypeVar("T")
R = TypeVar("R")

Reason = Literal[
    Status, "no document", "not verbatim", "not confirmed", "issues left", "same as its source"
]
"""Why an item was dropped: its questions ended as `Status` says; an input was no document; a
mention does not stand in the text as it is; the model did not find a statement in the text;
refinement did not mend all; the text is the one that it was to differ from."""

SPARE = 4
"""One item more for each so many slots, so that the next call is there when one ends."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item that did not become a labelled passage."""

    id: str
    reason: Reason
    detail: str = ""
    text: str = ""
    """What was written or read, where there is something."""

    def to_json(self) -> dict[str, object]:
        """Return the item as a line of `dropped.jsonl`.

        A passage without labels to those who read labelled sets, since schema readers look at
        every file of a folder.
        """
        return {"id": self.id, "text": self.text, "reason": self.reason, "detail": self.detail}


Item: TypeAlias = Labelled | Dropped


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that a command brought in, in the order in which it was planned."""

    items: tuple[Item, ...]
    put_off: int = 0
    """Items that were not asked about, since the command was stopped."""

    @property
    def kept(self) -> list[Labelled]:
        """The labelled passages."""
        return [item for item in self.items if isinstance(item, Labelled)]

    @property
    def dropped(self) -> list[Dropped]:
        """What was dropped."""
        return [item for item in self.items if isinstance(item, Dropped)]

    @property
    def reasons(self) -> Counter[str]:
        """How many items were dropped for which reason."""
        return Counter(item.reason for item in self.dropped)

    @property
    def complete(self) -> bool:
        """Whether the same command again would ask nothing new."""
        return not self.put_off and not self.reasons["over_budget"]

    def __add__(self, other: "Harvest") -> "Harvest":
        return Harvest(self.items + other.items, self.put_off + other.put_off)


def lost(id_: str, problem: Problem, text: str = "") -> Dropped:
    """Return the item of a question that got no usable answer."""
    return Dropped(id_, problem.status, f"{problem.stage}: {problem.reason}", text)


async def gather(
    make: Callable[[T], Awaitable[Item]], tasks: Sequence[T], gateway: Gateway
) -> Harvest:
    """Make an item of each task, about as many at once as the model has slots for."""

    async def made(task: T) -> Item | None:
        try:
            return await make(task)
        except NotAskedError:
            return None

    items = await in_order(made, tasks, width=width(gateway))
    return Harvest(tuple(item for item in items if item), items.count(None))


async def in_order(
    function: Callable[[T], Awaitable[R]], tasks: Sequence[T], *, width: int
) -> list[R]:
    """Return what `function` makes of each task, in the order of the tasks."""

    async def numbered(task: tuple[int, T]) -> tuple[int, R]:
        return task[0], await function(task[1])

    async def each() -> AsyncIterator[tuple[int, T]]:
        for pair in enumerate(tasks):
            yield pair

    made = {number: value async for number, value in map_unordered(numbered, each(), width=width)}
    return [made[number] for number in range(len(tasks))]


def width(gateway: Gateway) -> int:
    """Return how many items to work on at once."""
    return gateway.model.slots + gateway.model.slots // SPARE
