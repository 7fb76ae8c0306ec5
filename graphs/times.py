"""Wordings of time → intervals of days. Absolute dates of English and German, read whole or not.

A wording of which any word is not understood stays a wording: a wrong date would part, or set
against each other, what the text does not. So does "yesterday" where nobody says what day it is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import product

from questgraph.graphs.intervals import (
    Interval,
    Precision,
    ending,
    spanning,
    starting,
    unit_end,
)

LONGEST = 100
"""Characters of a wording at most: what is longer is a sentence."""

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner",
            "february feb februar feber",
            "march mar märz mrz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>[12]\d{3})"
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_DASHES = re.compile("[‐‒–—―−]")
_EDGES = " \t\n\"'‘’“”„«»()[]{},.;:-"
_CLOCK = re.compile(r"(?<=\d)[t ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)? ?(?:[ap]m|gmt|utc|z)?"
                    r"(?: ?[+-]\d{2}:?\d{2})?$")  # fmt: skip
_IDLE = re.compile(
    r"\b(?:in|on|at|the|of|during|year(?=(?: of)? \d)|early|late|mid|beginning|start|middle|end"
    r"|im|am|den|dem|der|die|das|jahr|jahre|jahren|anfang|mitte|ende|während"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|mon|tue|wed|thu|fri|sat|sun)\b[,.]?"
)
"""Words that leave the interval as it is, or make it narrower: "late 1999" lies in 1999."""

_POINTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{_YEAR}/(?P<month>\d\d)/(?P<day>\d\d)",
        rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])",
        rf"{_DAY}\. ?(?P<month>\d{{1,2}})\. ?{_YEAR}",
        # Which of the two is the month shows only where the other cannot be one.
        rf"(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{{1,2}})/{_YEAR}",
        rf"(?P<month>\d{{1,2}})/(?P<day>1[3-9]|2\d|3[01])/{_YEAR}",
        rf"{_DAY}(?:st|nd|rd|th|\.)? ?{_MONTH},? {_YEAR}",
        rf"{_MONTH} {_DAY}(?:st|nd|rd|th|\.)?,? {_YEAR}",
        rf"{_MONTH},? {_YEAR}",
        _YEAR,
        r"(?:ad|ce|n\. ?chr\.?) (?P<year>\d{1,4})|(?P<year2>\d{1,4}) (?:ad|ce|n\. ?chr)",
    )
)
_HUNDREDS = re.compile(r"(?P<of>[12]\d)00'?s")
_DECADE = re.compile(r"(?P<of>[12]\d{2})0(?:'?s|er)")
_CENTURY = re.compile(r"(?P<nth>\d{1,2})(?:st|nd|rd|th|\.) (?:century|jahrhunderts?)")
_AGO = re.compile(rf"(?P<n>\d{{1,3}}|a|an|{'|'.join(_COUNTED)}) (?P<unit>day|month|year)s? ago")
_TURN = re.compile(r"(?P<turn>this|last|next) (?P<unit>month|year)")
_DAYS_OFF = {"today": 0, "yesterday": -1, "tomorrow": 1, "heute": 0, "gestern": -1, "morgen": 1}

_SPAN = re.compile(
    r"(?:(?:from|since|von|vom|seit) )?(?P<a>.+?)"
    r"(?: (?:to|until|till|through|bis|-) | ?– ?)(?P<b>.*)"
)
_DAYS = re.compile(r"\b(\d{1,2})-(?=\d{1,2}\.?,? (?:[^\W\d]+ )?\d{4}$)")
_BETWEEN = re.compile(r"(?:between|zwischen) (?P<a>.+?) (?:and|und) (?P<b>.+)")
_YEARS = re.compile(r"(?P<a>[12]\d{3}) ?[-–] ?(?P<b>[12]\d{3}|\d{2})")
_OPEN = re.compile(
    r"(?P<how>since|from|as of|seit|ab|von|vom|until|till|through|bis|before|vor|after|nach)"
    r" (?:zu[rm] )?(?P<a>.+)"
)
_ONWARDS = re.compile(r"(?:(?:from|since|von|ab) )?(?P<a>.+) (?:onwards?|on|an)")
_STILL = frozenset({"", "present", "now", "today", "date", "heute"})


@lru_cache(maxsize=65536)
def read_time(text: str, today: date | None = None) -> Interval | None:
    """Return the days that a wording names, or `None` where it is not wholly understood.

    >>> read_time("from May 2019 until 3 June 2020").to_json()
    {'start': '2019-05-01', 'end': '2020-06-03', 'precision': 'month'}
    >>> read_time("seit den 1990er Jahren").to_json()
    {'start': '1990-01-01', 'end': None, 'precision': 'decade'}
    >>> read_time("last year"), read_time("last year", date(2020, 5, 1)).start
    (None, datetime.date(2019, 1, 1))

    Args:
        text: Any words.
        today: The day on which they were written: only with it are relative ones read.
    """
    if len(text) > LONGEST:
        return None
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    words = _CLOCK.sub("", _DASHES.sub("–", plain).strip(_EDGES))
    words = _DAYS.sub(r"\1–", words)
    return _extended(words, today) or _point(words, today)


def _extended(words: str, today: date | None) -> Interval | None:
    """Read what has a beginning, an end or both."""
    if found := _YEARS.fullmatch(words):
        # 1999-05 is a month when written with a hyphen; 1914-18 is none, however it is written.
        point = None if "–" in words else _point(words, today)
        return point or _between(found["a"], _whole_year(*found.group("a", "b")), today)
    if found := _BETWEEN.fullmatch(words) or _SPAN.fullmatch(words):
        return _between(found["a"], found["b"], today)
    if found := _ONWARDS.fullmatch(words):
        point = _point(found["a"], today)
        return point and starting(point)
    found = _OPEN.fullmatch(words)
    point = _point(found["a"], today) if found else None
    return _opened(found["how"], point) if found and point else None


def _whole_year(start: str, end: str) -> str:
    """Return the year that `end` is short for, after `start`."""
    if len(end) == len(start):
        return end
    return f"{int(start[:2]) + (end < start[2:])}{end}"


def _between(a: str, b: str, today: date | None) -> Interval | None:
    """Read an interval by its ends, of which each may leave to the other what both share."""
    if b in _STILL:
        point = _point(a, today)
        return point and starting(point)
    for first, last in product(_completed(a, b), (b, f"{a.split()[0]} {b}")):
        start, end = _point(first, today), _point(last, today)
        if start and end:
            return spanning(start, end)
    return None


def _completed(a: str, b: str) -> Iterator[str]:
    """Yield `a` as it is, and with the year, or month and year, of `b`."""
    yield a
    yield from (f"{a} {' '.join(b.split()[-n:])}" for n in (1, 2))


def _opened(how: str, point: Interval) -> Interval | None:
    if how in ("until", "till", "through", "bis"):
        return ending(point)
    if how in ("before", "vor"):
        end = point.start and _shifted(point.start, -1)
        return Interval(None, end, point.precision) if end else None
    if how in ("after", "nach"):
        start = point.end and _shifted(point.end, 1)
        return Interval(start, None, point.precision) if start else None
    return starting(point)


def _shifted(day: date, by: int) -> date | None:
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return None


def _point(words: str, today: date | None) -> Interval | None:
    """Read a day, a month, a year, a decade or a century."""
    bare = " ".join(_IDLE.sub(" ", words).split()).strip(_EDGES)
    for pattern in _POINTS:
        if found := pattern.fullmatch(bare):
            return _calendar(found.groupdict())
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Interval | None]], ...] = (
        (_HUNDREDS, lambda found: _years(int(found["of"]) * 100, 100, "century")),
        (_DECADE, lambda found: _years(int(found["of"]) * 10, 10, "decade")),
        (_CENTURY, lambda found: _years(int(found["nth"]) * 100 - 99, 100, "century")),
    )
    for pattern, read in readers:
        if found := pattern.fullmatch(bare):
            return read(found)
    return _relative(bare, today) if today else None


def _calendar(parts: Mapping[str, str | None]) -> Interval | None:
    year, month, day = (parts.get(name) for name in ("year", "month", "day"))
    number = int(year or parts.get("year2") or 0)
    if not month:
        return _years(number, 1, "year")
    return _within(number, _MONTHS.get(month) or int(month), int(day) if day else 0)


def _within(year: int, month: int, day: int = 0) -> Interval | None:
    """Return a month, or a day of it, where there is one in the calendar."""
    try:
        start = date(year, month, day or 1)
    except ValueError:
        return None
    precision: Precision = "day" if day else "month"
    return Interval(start, unit_end(start, precision), precision)


def _years(first: int, count: int, precision: Precision) -> Interval | None:
    if not 1 <= first <= 9999 - count:
        return None
    return Interval(date(first, 1, 1), date(first + count - 1, 12, 31), precision)


def _relative(words: str, today: date) -> Interval | None:
    if words in _DAYS_OFF:
        day = _shifted(today, _DAYS_OFF[words])
        return Interval(day, day, "day") if day else None
    if found := _TURN.fullmatch(words):
        return _off(today, {"last": -1, "this": 0, "next": 1}[found["turn"]], found["unit"])
    if found := _AGO.fullmatch(words):
        said = found["n"]
        number = _COUNTED.index(said) + 1 if said in _COUNTED else int(said.strip("an") or 1)
        return _off(today, -number, found["unit"])
    return None


def _off(today: date, by: int, unit: str) -> Interval | None:
    """Return the day, month or year that lies `by` of them after today."""
    if unit == "year":
        return _years(today.year + by, 1, "year")
    if unit == "day":
        day = _shifted(today, by)
        return Interval(day, day, "day") if day else None
    months = today.year * 12 + today.month - 1 + by
    return _within(months // 12, months % 12 + 1)
