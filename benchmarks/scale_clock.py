"""An event loop on which waiting takes no time, for simulations.

Its clock stands still while anybody works, and jumps to the next moment when all wait. Code that
tells the time by the loop runs on it as it is.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop(asyncio.SelectorEventLoop):
    """The event loop; nothing that comes from outside reaches it."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Return the seconds since the simulation began."""
        return self._jumps.now


class _Jumps(selectors.DefaultSelector):
    """Waits for nobody: the clock jumps instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else")
        self.now += max(0.0, timeout)
        return []


class Station:
    """Somebody who does so much a second, for one after the other.

    Args:
        rate: How much a second.
    """

    def __init__(self, rate: float) -> None:
        self.rate, self.done = rate, 0.0
        self._free = 0.0

    async def serve(self, amount: float) -> None:
        """Wait until `amount` is done, behind all that was asked for before."""
        now = asyncio.get_running_loop().time()
        self._free = max(now, self._free) + amount / self.rate
        self.done += amount
        await asyncio.sleep(self._free - now)


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what `main` returns, on a clock that begins at 0."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(main())
