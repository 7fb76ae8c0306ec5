"""Intervals of days, and what they have in common."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Literal, NamedTuple

Precision = Literal["day", "month", "year", "decade", "century"]

_SIZES: tuple[Precision, ...] = ("day", "month", "year", "decade", "century")
_ALWAYS = (0, 10**7)
"""Before and after all half days that a date can have."""


class Interval(NamedTuple):
    """Days from `start` to `end`, both within it; `None` for an end that is open."""

    start: date | None
    end: date | None
    precision: Precision
    """How exactly the wording says where it begins and ends."""

    def to_json(self) -> dict[str, str | None]:
        """Return the interval as plain data, with days in the form of ISO 8601."""
        start, end = (day.isoformat() if day else None for day in (self.start, self.end))
        return {"start": start, "end": end, "precision": self.precision}

    @property
    def sure(self) -> tuple[int, int]:
        """First and last of the half days on which what is said of this time is sure to be true.

        The year in which a longer time begins, or ends, is left out: who held a post until 2003
        and who held it from 2003 on did not hold it together.
        """
        if self.start and self.end == unit_end(self.start, self.precision):
            return self.start.toordinal() * 2 + 1, self.end.toordinal() * 2 + 1
        first, last = _ALWAYS
        if self.start:
            first = unit_end(self.start, self.precision).toordinal() * 2 + 2
        if self.end:
            last = _unit_start(self.end, self.precision).toordinal() * 2
        return min(first, last), max(first, last)


def starting(interval: Interval) -> Interval:
    """Return the open interval that begins where `interval` does."""
    return interval._replace(end=None)


def ending(interval: Interval) -> Interval:
    """Return the open interval that ends where `interval` does."""
    return interval._replace(start=None)


def spanning(start: Interval, end: Interval) -> Interval | None:
    """Return the interval from the beginning of one to the end of the other, where there is one."""
    if start.start and end.end and start.start > end.end:
        return None
    coarser = max(start.precision, end.precision, key=_SIZES.index)
    return Interval(start.start, end.end, coarser)


def overlap(some: Iterable[Interval], others: Iterable[Interval]) -> bool:
    """Say whether times share a day for sure; no times at all are all times.

    >>> first = Interval(date(1999, 1, 1), date(2003, 12, 31), "year")
    >>> second = Interval(date(2003, 1, 1), date(2005, 12, 31), "year")
    >>> overlap([first], [second]), overlap([first], []), overlap([first], [first])
    (False, True, True)
    """
    return any(a[0] <= b[1] and b[0] <= a[1] for a, b in product(lasting(some), lasting(others)))


def lasting(times: Iterable[Interval]) -> list[tuple[int, int]]:
    """Return the half days on which what has these times is sure to be true; none are all times."""
    return [each.sure for each in times] or [_ALWAYS]


def agree(intervals: Iterable[Interval]) -> bool:
    """Say whether there is a day in all of `intervals`: 1960 and 3 March 1960 name one date."""
    times = list(intervals)
    latest = max((each.start for each in times if each.start), default=date.min)
    return latest <= min((each.end for each in times if each.end), default=date.max)


def _unit_start(day: date, precision: Precision) -> date:
    """Return the first day of the month, year, decade or century that `day` is in."""
    if precision == "day":
        return day
    if precision == "month":
        return day.replace(day=1)
    size = {"year": 1, "decade": 10, "century": 100}[precision]
    # Centuries begin with a year 1, as "the 19th century", or with a year 0, as "the 1900s".
    off = day.year % 100 == 0 and precision == "century"
    first = day.year - 99 if off else day.year // size * size + (precision == "century")
    return date(max(first, 1), 1, 1)


def unit_end(day: date, precision: Precision) -> date:
    """Return the last day of the month, year, decade or century that begins with `day`."""
    if precision == "day":
        return day
    if precision == "month":
        return day.replace(day=monthrange(day.year, day.month)[1])
    size = {"year": 1, "decade": 10, "century": 100}[precision]
    last = day.year // size * size + size - 1 if precision == "decade" else day.year + size - 1
    return date(min(last, 9999), 12, 31)
