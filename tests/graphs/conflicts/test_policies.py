from datetime import date, datetime

import pytest

from questgraph.graphs.conflicts import Policy, origins
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.records import Document


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"date": "3 May 2020"}, "2020-05-03"),
        ({"Published-At": "2020-05-03T10:00:00Z"}, "2020-05-03"),
        ({"created": datetime.fromisoformat("2020-05-03T10:00:00.123+02:00")}, "2020-05-03"),
        ({"pubdate": "Tue, 03 May 2020 10:00:00 GMT"}, "2020-05-03"),
        ({"date": date(2020, 5, 3)}, "2020-05-03"),
        ({"date": "May 2020"}, "2020-05"),
        ({"year": 2020}, "2020"),
        ({"modified": "2021", "published": "2020"}, "2020"),
        ({"date": "some day", "year": "2020"}, "2020"),
        ({"date": None, "title": "May 2020"}, ""),
        ({"date": "the 1990s"}, ""),
        ({}, ""),
    ],
)
def test_the_date_of_a_document_is_read_from_its_metadata(
    metadata: dict[str, object], expected: str
) -> None:
    document = Document("d", "text", source="news/d.txt", metadata=metadata)

    assert origins([document]) == {"d": (expected, "news/d.txt")}


def test_only_a_date_that_is_known_to_the_day_is_one() -> None:
    found = origins(
        Document(when, "text", metadata={"date": when}) for when in ("2020-05-03", "2020")
    )

    assert [origin.day for origin in found.values()] == [date(2020, 5, 3), None]


def test_an_unknown_policy_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'latest'"):
        Policy("lattest")  # type: ignore[arg-type]


def test_trusted_needs_sources_and_no_other_policy_takes_them() -> None:
    with pytest.raises(ConfigError, match="name a source"):
        Policy("trusted")
    with pytest.raises(ConfigError, match="asks no source"):
        Policy("latest", trusted=["reuters/*"])
