from datetime import date

import pytest

from questgraph.graphs.intervals import Interval, agree, overlap, spanning
from questgraph.graphs.times import read_time


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("1999 to 2003", "2003 to 2005", False),
        ("1999 to 2003", "2002 to 2005", True),
        ("1999 to 2000", "2000 to 2001", False),
        ("1999 to 2000", "1999 to 2000", True),
        ("until 2003", "since 2003", False),
        ("until 2004", "since 2003", True),
        ("2003", "1999 to 2003", False),
        ("1 January 2003", "2003", True),
        ("2003", "2003", True),
        ("May 2003", "2003", True),
        ("2003", "2004", False),
        ("since 2001", "1990s", False),
        ("3 May 2003", "4 May 2003", False),
        ("3-5 March 2004", "3 March 2004", False),
        ("3-5 March 2004", "4 March 2004", True),
    ],
)
def test_times_overlap_only_where_both_are_sure(one: str, other: str, together: bool) -> None:
    first, second = read_time(one), read_time(other)

    assert first
    assert second
    assert overlap([first], [second]) == overlap([second], [first]) == together


def test_no_time_at_all_is_any_time() -> None:
    interval = read_time("2003")

    assert interval
    assert overlap([], [interval])
    assert overlap([], [])


@pytest.mark.parametrize(
    ("texts", "same"),
    [(["1960", "3 March 1960"], True), (["1960", "March 1960", "4 April 1960"], False), ([], True)],
)
def test_dates_agree_when_one_day_is_in_all_of_them(texts: list[str], same: bool) -> None:
    assert agree(interval for text in texts if (interval := read_time(text))) == same


def test_no_interval_ends_before_it_begins() -> None:
    first, second = read_time("1999"), read_time("May 2003")

    assert first
    assert second
    assert spanning(second, first) is None
    assert spanning(first, second) == Interval(date(1999, 1, 1), date(2003, 5, 31), "year")
