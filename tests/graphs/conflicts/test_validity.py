import pytest

from questgraph.graphs.conflicts.validity import Meaning, is_time, time_roles
from questgraph.tools.schema import EntityType, EventType, Role, Schema
from questgraph.tools.schema_sources import general

SCHEMA = Schema(
    name="times",
    entities=(
        EntityType(name="TIME"),
        EntityType(name="moment", is_a="TIME"),
        EntityType(name="place"),
    ),
    events=(
        EventType(
            name="meeting",
            roles=(
                Role(name="slot", types=("moment",)),
                Role(name="venue", types=("place",)),
                Role(name="either", types=("place", "TIME")),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        *((name, "at") for name in ("date", "Time", "when", "point_in_time", "publicationDate")),
        *((name, "start") for name in ("start", "start_time", "since", "from date", "seit")),
        *((name, "end") for name in ("end", "endDate", "until", "to_year", "bis")),
        *((name, "") for name in ("from", "to", "place", "Time_elapsed", "Duration", "head", "")),
        *(("slot", "at"), ("venue", ""), ("either", "")),
    ],
)
def test_a_role_holds_times_by_its_name_or_by_the_types_of_the_schema(
    role: str, expected: Meaning
) -> None:
    assert time_roles(SCHEMA)(role) == expected


def test_the_general_schema_has_its_dates() -> None:
    schema = general()

    assert time_roles(schema)("date") == "at"
    assert [entity.name for entity in schema.entities if is_time(schema, entity.name)] == ["date"]
