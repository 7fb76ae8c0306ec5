"""Do what many tasks ask for in groups: a round trip for hundreds of wishes instead of one each."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 256
"""Wishes in a group: few enough to be put together within a few milliseconds."""


class Groups(Generic[T, R]):
    """Gathers the wishes of many tasks while the group before is being served.

    Args:
        serve: Takes a group and returns an answer for each wish, in order. An exception among
            the answers is raised to whoever had that wish; one that is raised, to all of them.
        most: Wishes in a group at most.
    """

    def __init__(
        self, serve: Callable[[list[T]], Awaitable[list[R | BaseException]]], *, most: int = MOST
    ) -> None:
        self._serve, self._most = serve, most
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def add(self, wish: T) -> R:
        """Return the answer to `wish`; it is served even when whoever waits here goes away."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[R] = loop.create_future()
        self._waiting.append((wish, done))
        if self._worker is None:
            # It starts with the loop's next turn: what is asked for in this one comes along.
            self._worker = loop.create_task(self._work())
        return await done

    async def flush(self) -> None:
        """Wait until everything asked for so far is served."""
        while self._worker:
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        try:
            while self._waiting:
                size = min(len(self._waiting), self._most)
                await self._answer([self._waiting.popleft() for _ in range(size)])
        finally:
            self._worker = None
            for _, done in self._waiting:
                done.cancel()
            self._waiting.clear()

    async def _answer(self, group: list[tuple[T, asyncio.Future[R]]]) -> None:
        answers: list[R | BaseException]
        try:
            answers = await self._serve([wish for wish, _ in group])
        except Exception as error:  # whoever asked is told
            answers = [error] * len(group)
        except asyncio.CancelledError:
            for _, done in group:
                done.cancel()
            raise
        for (_, done), answer in zip(group, answers, strict=True):
            if done.done():
                continue
            if isinstance(answer, BaseException):
                done.set_exception(answer)
            else:
                done.set_result(answer)
