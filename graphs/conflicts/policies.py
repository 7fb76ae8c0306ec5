"""Which of several contradicting facts a graph shows.

A policy gives what supports a fact a rank; what has the highest of those that contradict each other
is shown, and all of them where several have it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple, get_args

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.intervals import Interval
from questgraph.graphs.times import read_time
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.records import Document

PolicyName = Literal["all", "latest", "most-supported", "trusted"]
POLICIES: tuple[PolicyName, ...] = get_args(PolicyName)

Rank = tuple[Any, ...]
"""Ranks of one policy compare with each other; the highest wins."""

_DATES = (
    *("date", "published", "publication_date", "date_published", "published_at", "pubdate"),
    *("issued", "datetime", "created", "created_at", "modified", "year"),
)
"""Keys of metadata that tell the date of a document, the best first."""


class Origin(NamedTuple):
    """When a document was written, and where it came from."""

    written: str
    """A day, month or year in the form of ISO 8601; empty where nothing says it."""

    source: str

    @property
    def day(self) -> date | None:
        """The day, where it is known to the day."""
        return date.fromisoformat(self.written) if len(self.written) == len("2001-12-31") else None


UNKNOWN = Origin("", "")


def origins(documents: Iterable[Document]) -> dict[str, Origin]:
    """Return by id when documents were written and where they came from, as their readers say.

    >>> origins([Document("a", "…", source="news/a.txt", metadata={"Published": "3 May 2020"})])
    {'a': Origin(written='2020-05-03', source='news/a.txt')}
    """
    return {each.id: Origin(_date_of(each), each.source) for each in documents}


@dataclass(frozen=True, slots=True)
class Policy:
    """Which of several contradicting facts a graph shows, and what it has to know of documents.

    Raises:
        UnknownNameError: When there is no policy of this name.
        ConfigError: When no trusted source is named for `trusted`, or one is for another policy.
    """

    name: PolicyName = "all"
    """`all` of them; the `latest` by the date of its document, or else by the time it states; the
    `most-supported` by documents, then claims, then score; what the most `trusted` source says."""

    origins: Mapping[str, Origin] = field(default_factory=dict, kw_only=True)
    """By document id."""

    trusted: Sequence[str] = field(default=(), kw_only=True)
    """Patterns as of a shell for document ids or sources, the most trusted first."""

    def __post_init__(self) -> None:
        if self.name not in POLICIES:
            raise UnknownNameError("policy", self.name, POLICIES)
        if self.name == "trusted" and not self.trusted:
            raise ConfigError(
                'policy trusted: name a source, as in Policy("trusted", trusted=["reuters/*"])'
            )
        if self.name != "trusted" and self.trusted:
            raise ConfigError(f'policy {self.name} asks no source: say Policy("trusted", …)')

    def origin(self, record: Evidence) -> Origin:
        """Return when and where the document of a record was written."""
        return self.origins.get(record["document"], UNKNOWN)

    def rank(self, records: Sequence[Evidence], times: Iterable[Interval]) -> Rank:
        """Return how high something stands that `records` support.

        Args:
            records: What supports it.
            times: When it was true, where the records say it.
        """
        match self.name:
            case "latest":
                stated = [each.start.isoformat() for each in times if each.start]
                dates = [when for record in records if (when := self.origin(record).written)]
                return (max(dates or stated, default=""),)
            case "most-supported":
                found = {record["document"] for record in records}
                claims = {record["claim"] for record in records}
                score = max((record.get("score", 0.0) for record in records), default=0.0)
                return len(found), len(claims), score
            case "trusted":
                return (-min(map(self._distrust, records), default=len(self.trusted)),)
            case _:
                return ()

    def words(self, rank: Rank) -> str:
        """Say in words what a rank stands for."""
        match self.name:
            case "latest":
                return f"is of {rank[0]}" if rank[0] else "has no date"
            case "most-supported":
                documents, claims, score = rank
                scored = f" and a score of {score:.2f}" if score else ""
                return f"has {documents} document(s), {claims} claim(s){scored}"
            case "trusted":
                known = -rank[0] < len(self.trusted)
                return f"is said by {self.trusted[-rank[0]]}" if known else "has no trusted source"
            case _:
                return "is shown as all are"

    def _distrust(self, record: Evidence) -> int:
        """Return the position of the first pattern that a record's document matches."""
        names = (record["document"], self.origin(record).source)
        matches = (
            place
            for place, pattern in enumerate(self.trusted)
            if any(fnmatchcase(name, pattern) for name in names)
        )
        return next(matches, len(self.trusted))


def _date_of(document: Document) -> str:
    """Return the date of a document as far as it is known."""
    told = {
        str(key).casefold().replace("-", "_"): value for key, value in document.metadata.items()
    }
    for key in _DATES:
        interval = read_time(str(told[key])) if key in told else None
        if interval and interval.start and interval.precision in ("day", "month", "year"):
            length = {"day": 10, "month": 7, "year": 4}[interval.precision]
            return interval.start.isoformat()[:length]
    return ""
