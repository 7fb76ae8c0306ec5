"""How a contender is asked, whoever it is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

T = TypeVar("T")

Ask = Callable[[Sequence[str]], Awaitable[int]]
"""Puts passages to the endpoint; returns how many facts came out of each."""

Open = Callable[[int], AbstractAsyncContextManager[Ask]]
"""Sets a contender up for so many calls in flight."""


async def each(one: Callable[[str], Awaitable[T]], texts: Sequence[str], width: int) -> list[T]:
    """Put all texts to `one`, `width` at a time."""
    room = asyncio.Semaphore(width)

    async def in_turn(text: str) -> T:
        async with room:
            return await one(text)

    return await asyncio.gather(*map(in_turn, texts))
