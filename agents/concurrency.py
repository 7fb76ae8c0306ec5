"""One queue, no barriers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def together(awaitables: Iterable[Awaitable[T]]) -> list[T]:
    """Return what `awaitables` return, in order; an error is raised when all of them have ended.

    So one that fails takes none of the others along: what they ask is asked, and kept.
    """
    ended = await asyncio.gather(*awaitables, return_exceptions=True)
    values: list[T] = []
    for value in ended:
        if isinstance(value, BaseException):
            raise value
        values.append(value)
    return values


async def map_unordered(
    function: Callable[[T], Awaitable[R]], items: AsyncIterator[T], *, width: int
) -> AsyncIterator[R]:
    """Yield `function(item)` for each item as it is done, `width` of them at work at once.

    A slow item holds up nobody, and no more items are taken than are worked on. The first error
    ends it: the others are cancelled.
    """
    working: set[asyncio.Task[R]] = set()
    try:
        async for item in items:
            working.add(asyncio.ensure_future(_call(function, item)))
            # Hundreds that begin in one turn of the event loop would go on as a crowd.
            await asyncio.sleep(0)
            while len(working) >= width:
                done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        while working:
            done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def _call(function: Callable[[T], Awaitable[R]], item: T) -> R:
    return await function(item)


async def prefetch(items: AsyncIterator[T], *, ahead: int) -> AsyncIterator[T]:
    """Yield `items` in order while up to `ahead` of them are fetched before they are asked for."""
    queue: asyncio.Queue[T | _Finished] = asyncio.Queue(ahead)

    async def fetch() -> None:
        try:
            async for item in items:
                await queue.put(item)
        except Exception as error:  # handed on to whoever takes the items
            await queue.put(_Finished(error))
        else:
            await queue.put(_Finished(None))

    fetching = asyncio.create_task(fetch())
    try:
        while not isinstance(item := await queue.get(), _Finished):
            yield item
        if item.error:
            raise item.error
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


class _Finished(NamedTuple):
    """Stands behind the last item in the queue."""

    error: Exception | None
