"""When facts were true: the times that claims state in their roles."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.intervals import Interval, ending, spanning, starting
from questgraph.graphs.times import read_time
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER
from questgraph.tools.schema import Schema, Type

Meaning = Literal["at", "start", "end", ""]
"""What a time in a role tells: when, from when, until when; or nothing, for it is no time."""

TimeRoles: TypeAlias = Callable[[str], Meaning]

_DATES = frozenset({"date", "time", "year", "period", "datum", "zeit", "jahr", "zeitraum"})
_AT = _DATES | {"when", "month", "day", "during", "wann"}
_START = frozenset({"start", "since", "begin", "beginning", "from", "seit", "beginn"})
_END = frozenset({"end", "until", "till", "to", "ende", "bis"})
_NO_TIMES = frozenset({HEAD, TAIL, MENTION, TRIGGER})


class Stated(NamedTuple):
    """A time that a claim states, with the wording that it was read from."""

    interval: Interval
    text: str
    role: str

    def to_json(self) -> dict[str, str | None]:
        """Return it as plain data."""
        return {**self.interval.to_json(), "text": self.text, "role": self.role}


def time_roles(schema: Schema) -> TimeRoles:
    """Return what tells of a role by its name whether it holds a time, and which.

    A role does whose fillers can only be times, as the schema says, or whose name says so:
    `date`, `start_time`, `since`. A bare `from` or `to` is a place as often as a time.
    """
    roles = [role for relation in schema.relations for role in relation.qualifiers]
    roles += [role for event in schema.events for role in event.roles]
    typed = {
        role.name
        for role in roles
        if role.types and all(is_time(schema, name) for name in role.types)
    }

    @cache
    def meaning(role: str) -> Meaning:
        words = Type(name=role).words.split()
        if role in _NO_TIMES or not words:
            return ""
        of_time = role in typed or words[-1] in _AT or words[0] == "when"
        if words[0] in _START and (of_time or words[0] in ("since", "start", "seit")):
            return "start"
        if words[0] in _END and (of_time or words[0] in ("until", "till", "end", "bis")):
            return "end"
        return "at" if of_time else ""

    return meaning


@lru_cache(maxsize=4096)
def is_time(schema: Schema, type_: str) -> bool:
    """Say whether things of entity type `type_` are dates and times, by its name or a wider one."""
    return any(
        (Type(name=name).words.split() or [""])[-1] in _DATES for name in schema.lineage(type_)
    )


def stated_in(record: Evidence, meaning: TimeRoles, today: date | None = None) -> list[Stated]:
    """Return the times that a claim states and that can be read.

    A beginning and an end, each in a role of its own, make one time.

    Args:
        record: Evidence as `evidence_of` makes it.
        meaning: Which roles hold times.
        today: The day of the document, for relative times.
    """
    found: dict[Meaning, list[Stated]] = {"at": [], "start": [], "end": []}
    for mention in record["mentions"]:
        if means := meaning(mention["role"]):
            interval = read_time(mention["text"], today)
            if interval and (turned := _turned(interval, means)):
                found[means].append(Stated(turned, mention["text"], mention["role"]))
    ends = [*found["start"], *found["end"]]
    if len(found["start"]) == len(found["end"]) == 1:
        ends = _joined(*ends)
    return [*found["at"], *ends]


def all_stated(
    records: Iterable[Evidence], meaning: TimeRoles, day: Callable[[Evidence], date | None]
) -> list[Stated]:
    """Return the times that records state, each once, in order."""
    found = {stated for record in records for stated in stated_in(record, meaning, day(record))}
    return sorted(found, key=_order)


def _turned(interval: Interval, means: Meaning) -> Interval | None:
    """Return the time that something lasts which begins, or ends, in `interval`."""
    if means == "start" and interval.start:
        return starting(interval)
    if means == "end" and interval.end:
        return ending(interval)
    return interval if means == "at" else None


def _joined(start: Stated, end: Stated) -> list[Stated]:
    interval = spanning(start.interval, end.interval)
    if not interval:
        return [start, end]
    return [Stated(interval, f"{start.text} – {end.text}", f"{start.role} – {end.role}")]


def _order(stated: Stated) -> tuple[Any, ...]:
    interval, text, role = stated
    return (interval.start or date.min, interval.end or date.max, interval.precision, text, role)
