"""The one queue that all units go through: no barriers, no crowds, nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing

import pytest

from questgraph.agents.concurrency import map_unordered, prefetch, together

pytestmark = pytest.mark.anyio


async def each(items: Iterable[int]) -> AsyncIterator[int]:
    for item in items:
        yield item


async def failing(items: Iterable[int]) -> AsyncIterator[int]:
    for item in items:
        yield item
    raise ValueError("the input ends here")


class Work:
    """Doubles numbers when it is told to, and knows what is being doubled."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.may_end: dict[int, asyncio.Event] = {}

    async def __call__(self, number: int) -> int:
        self.begun.append(number)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.may_end.setdefault(number, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self.now -= 1
        return 2 * number

    def end(self, *numbers: int) -> None:
        for number in numbers:
            self.may_end.setdefault(number, asyncio.Event()).set()


async def until(moment: Callable[[], bool]) -> None:
    while not moment():
        await asyncio.sleep(0)


async def collected(results: AsyncIterator[int], into: list[int]) -> None:
    async for result in results:
        into += [result]


async def test_everything_is_worked_on_once_and_no_more_than_allowed_at_once() -> None:
    work = Work()
    work.end(*range(100))

    found = [result async for result in map_unordered(work, each(range(100)), width=7)]

    assert sorted(found) == [2 * number for number in range(100)]
    assert sorted(work.begun) == list(range(100))
    assert work.most <= 7


async def test_whoever_is_slow_holds_up_nobody() -> None:
    work, found = Work(), list[int]()
    collecting = asyncio.create_task(collected(map_unordered(work, each(range(9)), width=3), found))

    work.end(*range(1, 9))
    await until(lambda: len(found) == 8)
    work.end(0)
    await collecting

    assert found[-1] == 0


async def test_no_more_items_are_taken_than_are_worked_on() -> None:
    work, taken = Work(), list[int]()

    async def items() -> AsyncIterator[int]:
        async for item in each(range(100)):
            taken.append(item)
            yield item

    collecting = asyncio.create_task(collected(map_unordered(work, items(), width=5), []))
    await until(lambda: work.now == 5)
    for _ in range(20):
        await asyncio.sleep(0)
    collecting.cancel()
    await asyncio.gather(collecting, return_exceptions=True)

    assert taken == [0, 1, 2, 3, 4]


async def test_others_get_a_turn_between_two_beginnings() -> None:
    work, turns = Work(), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    collecting = asyncio.create_task(
        collected(map_unordered(work, each(range(300)), width=300), [])
    )
    await until(lambda: work.now == 300)
    for task in (beside, collecting):
        task.cancel()
    await asyncio.gather(beside, collecting, return_exceptions=True)

    assert turns >= 300


async def test_the_first_error_ends_it_and_the_others_are_cancelled() -> None:
    work = Work()

    async def work_or_fail(number: int) -> int:
        if number == 3:
            raise ZeroDivisionError
        return await work(number)

    with pytest.raises(ZeroDivisionError):
        await collected(map_unordered(work_or_fail, each(range(9)), width=9), [])

    assert sorted(work.cancelled) == work.begun


async def test_whoever_stops_taking_results_stops_the_work() -> None:
    work = Work()
    work.end(0)

    async with aclosing(map_unordered(work, each(range(9)), width=4)) as results:
        assert await anext(results) == 0

    assert work.now == 0


async def test_an_error_of_the_input_is_raised_after_what_came_before_it() -> None:
    found = list[int]()

    with pytest.raises(ValueError, match="the input ends here"):
        await collected(prefetch(failing(range(5)), ahead=2), found)

    assert found == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("ahead", [1, 3])
async def test_so_many_items_are_fetched_before_they_are_asked_for(ahead: int) -> None:
    taken = list[int]()

    async def items() -> AsyncIterator[int]:
        async for item in each(range(100)):
            taken.append(item)
            yield item

    async with aclosing(prefetch(items(), ahead=ahead)) as fetched:
        first = await anext(fetched)
        for _ in range(50):
            await asyncio.sleep(0)

    assert first == 0
    assert len(taken) == 1 + ahead + 1, "one more waits for its place"


async def test_together_waits_for_all_and_raises_the_first_error_in_order() -> None:
    ended = list[str]()

    async def end(name: str, turns: int, error: Exception | None = None) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        ended.append(name)
        if error:
            raise error
        return name

    tasks: list[Awaitable[str]] = [
        end("slow", 9),
        end("second", 5, ValueError("second")),
        end("third", 1, ValueError("third")),
    ]
    with pytest.raises(ValueError, match="second"):
        await together(tasks)

    assert ended == ["third", "second", "slow"]
    assert await together(end(name, 0) for name in "abc") == ["a", "b", "c"]
