"""When facts are true, as their claims state it, and whether that is at a time asked for."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from questgraph.graphs.conflicts.validity import stated_in, time_roles
from questgraph.graphs.lookup.answers import Time, clipped
from questgraph.graphs.lookup.index import Data
from questgraph.graphs.times import read_time
from questgraph.tools.errors import ConfigError
from questgraph.tools.schema import Schema


class Times:
    """Reads when facts are true: what is written down as `valid`, or else what their claims say.

    Args:
        schema: Says which roles hold times; without it, their names do.
    """

    def __init__(self, schema: Schema) -> None:
        self._meaning = cache(time_roles(schema))
        self._read: dict[int, list[Time]] = {}

    def of(self, data: Data) -> list[Time]:
        """Return the times of a relation or an event, each once, in order."""
        # Known by the record itself: the graph holds it for as long as it is asked.
        if id(data) not in self._read:
            self._read[id(data)] = self._times(data)
        return self._read[id(data)]

    def _times(self, data: Data) -> list[Time]:
        if "valid" in data:
            return [_time(each) for each in data["valid"]]
        stated = (each for record in data["support"] for each in stated_in(record, self._meaning))
        return sorted({_time(each.to_json()) for each in stated}, key=_rank)


def asked(wording: str) -> Time:
    """Return the days that are asked for.

    Raises:
        ConfigError: When the wording cannot be read.
    """
    interval = read_time(wording)
    if interval is None:
        raise ConfigError(
            f"{clipped(wording)!r} is no time that can be read: write 2019, May 2019, 2019-05-03,"
            " 1999 to 2003, since 2003 or until 2003"
        )
    return _time({**interval.to_json(), "text": wording})


def any_at(times: Iterable[Time], wanted: Time) -> bool:
    """Say whether any of `times` shares a day with what is asked for.

    >>> any_at([asked("1999 to 2003")], asked("May 2001")), any_at([], asked("2001"))
    (True, False)
    """
    first, last = _days(wanted)
    return any(start <= last and first <= end for start, end in map(_days, times))


def _time(stated: Data) -> Time:
    return Time(start=stated["start"], end=stated["end"], text=clipped(stated["text"]))


def _days(time: Time) -> tuple[str, str]:
    # Days in the form of ISO 8601 compare as text.
    return time.start or date.min.isoformat(), time.end or date.max.isoformat()


def _rank(time: Time) -> tuple[str, ...]:
    return *_days(time), time.text
