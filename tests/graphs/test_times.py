from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questgraph.graphs.intervals import Interval
from questgraph.graphs.times import read_time

DAY = date(2020, 3, 31)


def read(text: str, today: date | None = None) -> tuple[str | None, str | None, str]:
    interval = read_time(text, today)
    assert interval
    plain = interval.to_json()
    return plain["start"], plain["end"], str(plain["precision"])


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2019", "2019-01-01", "2019-12-31", "year"),
        ("in May 2019", "2019-05-01", "2019-05-31", "month"),
        ("February 2020", "2020-02-01", "2020-02-29", "month"),
        ("19 March 2004", "2004-03-19", "2004-03-19", "day"),
        ("on the 23rd of May 2001", "2001-05-23", "2001-05-23", "day"),
        ("March 19th, 2004", "2004-03-19", "2004-03-19", "day"),
        ("Sept. 3, 2001", "2001-09-03", "2001-09-03", "day"),
        ("Tue, 03 May 2020 10:00:00 GMT", "2020-05-03", "2020-05-03", "day"),
        ("2020-05-03", "2020-05-03", "2020-05-03", "day"),
        ("2020-05-03T12:30:00+02:00", "2020-05-03", "2020-05-03", "day"),
        ("2020-05", "2020-05-01", "2020-05-31", "month"),
        ("25/12/2020", "2020-12-25", "2020-12-25", "day"),
        ("AD 476", "0476-01-01", "0476-12-31", "year"),
        ("the 1990s", "1990-01-01", "1999-12-31", "decade"),
        ("late 1999", "1999-01-01", "1999-12-31", "year"),
        ("the 19th century", "1801-01-01", "1900-12-31", "century"),
        ("the 1900s", "1900-01-01", "1999-12-31", "century"),
        ("1999 to 2003", "1999-01-01", "2003-12-31", "year"),
        ("between 1999 and 2003", "1999-01-01", "2003-12-31", "year"),
        ("from May 2019 until 2021", "2019-05-01", "2021-12-31", "year"),
        ("May–June 2019", "2019-05-01", "2019-06-30", "month"),
        ("3-5 March 2004", "2004-03-03", "2004-03-05", "day"),
        ("March 3–5, 2004", "2004-03-03", "2004-03-05", "day"),
        ("2015 - 16", "2015-01-01", "2016-12-31", "year"),
        ("1914-18", "1914-01-01", "1918-12-31", "year"),
        ("1999–05", "1999-01-01", "2005-12-31", "year"),
        ("since 2001", "2001-01-01", None, "year"),
        ("from 2001 onwards", "2001-01-01", None, "year"),
        ("2001–present", "2001-01-01", None, "year"),
        ("until June 2020", None, "2020-06-30", "month"),
        ("before 2000", None, "1999-12-31", "year"),
        ("after May 2019", "2019-06-01", None, "month"),
        ("im Mai 2019", "2019-05-01", "2019-05-31", "month"),
        ("am 19. März 2004", "2004-03-19", "2004-03-19", "day"),
        ("03.05.2020", "2020-05-03", "2020-05-03", "day"),
        ("von 1999 bis 2003", "1999-01-01", "2003-12-31", "year"),
        ("seit den 1990er Jahren", "1990-01-01", None, "decade"),
        ("im 19. Jahrhundert", "1801-01-01", "1900-12-31", "century"),
    ],
)
def test_absolute_dates_are_read(
    text: str, start: str | None, end: str | None, precision: str
) -> None:
    assert read(text) == (start, end, precision)


@pytest.mark.parametrize(
    "text",
    [
        *("", "the", "–", "Tuesday", "May", "476", "11 September", "three weeks", "44 BC"),
        *("03/05/2020", "31 February 2004", "2003 to 1999", "circa 1850", "summer of 2004"),
        *("2003 and 2005", "May 2019, when she left", "flight 2019 to Rome", "by 2010", "2019?!x"),
        "2019" * 1000,
    ],
)
def test_what_is_not_wholly_understood_stays_words(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2020-03-31", "2020-03-31"),
        ("yesterday", "2020-03-30", "2020-03-30"),
        ("last month", "2020-02-01", "2020-02-29"),
        ("next year", "2021-01-01", "2021-12-31"),
        ("three years ago", "2017-01-01", "2017-12-31"),
        ("a day ago", "2020-03-30", "2020-03-30"),
        ("since last year", "2019-01-01", None),
    ],
)
def test_relative_times_are_read_only_where_the_day_is_known(
    text: str, start: str, end: str | None
) -> None:
    assert read_time(text) is None
    assert read(text, DAY)[:2] == (start, end)


WORDS = (
    "from to since until between and – - 1999 2003 May 2020-05-03 1990s 31 February 19th century"
    " AD 9999 0000 ago last year 99 days 1 tomorrow before after 9999-12-31 on , ."
)
words = st.sampled_from(WORDS.split())


@given(
    st.text() | st.lists(words, max_size=8).map(" ".join),
    st.none() | st.dates(),
)
@example("before 1 AD", None)
@example("after 9999-12-31", None)
@example("tomorrow", date.max)
@example("since \ud800", None)
def test_whatever_the_words_a_time_that_is_read_begins_before_it_ends(
    text: str, today: date | None
) -> None:
    interval = read_time(text, today)

    if interval and interval.start and interval.end:
        assert interval.start <= interval.end
    if interval:
        assert interval.sure[0] <= interval.sure[1]


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31)))
def test_every_day_is_read_in_every_spelling(day: date) -> None:
    month = day.strftime("%B")
    spellings = [
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}.{day.month}.{day.year}",
    ]

    assert {read_time(text) for text in spellings} == {Interval(day, day, "day")}


@given(
    st.dates(min_value=date(1000, 1, 1), max_value=date(2900, 1, 1)),
    st.integers(min_value=0, max_value=30000),
)
def test_a_time_is_read_from_its_ends(first: date, days: int) -> None:
    last = first + timedelta(days=days)

    assert read_time(f"from {first} to {last}") == Interval(first, last, "day")
