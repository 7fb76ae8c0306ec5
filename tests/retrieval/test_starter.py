"""Every label of the starter bank is imitated by a model, so each is checked."""

import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.labelled import labelled
from questgraph.tools.schema_sources import general

FOLDER = files("questgraph.retrieval.starter")
META: dict[str, Any] = json.loads((FOLDER / "meta.json").read_text(encoding="utf-8"))
SETS: dict[str, list[dict[str, Any]]] = {
    name: [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
    for name in ("science.jsonl", "world.jsonl")
}
RECORDS = [record for records in SETS.values() for record in records]
KINDS = ("entity_types", "relation_types", "event_types")

ENTITY_TYPES = {t["type"] for t in META["entity_types"]}
SIGNATURES = {t["type"]: (t["head"], t["tail"]) for t in META["relation_types"]}
ROLES = {t["type"]: {r["role"]: r["types"] for r in t["roles"]} for t in META["event_types"]}

each_record = pytest.mark.parametrize("record", RECORDS, ids=[r["id"] for r in RECORDS])


def spans(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from record["entities"]
    for event in record["events"]:
        yield event["trigger"]
        yield from event["arguments"]


def uses(records: list[dict[str, Any]], group: str) -> Counter[str]:
    return Counter(item["type"] for record in records for item in record[group])


def folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@each_record
def test_every_label_is_what_the_text_says_at_its_offsets(record: dict[str, Any]) -> None:
    found = [record["text"][span["start"] : span["end"]] for span in spans(record)]

    assert found == [span["text"] for span in spans(record)]
    assert all(text and text == text.strip() for text in found)


@each_record
def test_entities_are_of_known_types_and_in_the_order_of_the_text(record: dict[str, Any]) -> None:
    places = [(entity["start"], -entity["end"]) for entity in record["entities"]]

    assert {entity["type"] for entity in record["entities"]} <= ENTITY_TYPES
    assert places == sorted(set(places))


@each_record
def test_entities_lie_apart_or_one_within_the_other(record: dict[str, Any]) -> None:
    entities = record["entities"]

    for i, outer in enumerate(entities):
        for inner in entities[i + 1 :]:
            assert inner["start"] >= outer["end"] or inner["end"] <= outer["end"]


@each_record
def test_relations_keep_to_their_signatures(record: dict[str, Any]) -> None:
    for relation in record["relations"]:
        head, tail = (record["entities"][relation[end]]["type"] for end in ("head", "tail"))
        heads, tails = SIGNATURES[relation["type"]]
        assert head in heads
        assert tail in tails


@each_record
def test_relations_and_events_are_said_once(record: dict[str, Any]) -> None:
    said = [json.dumps(item) for item in (*record["relations"], *record["events"])]

    assert len(said) == len(set(said))


@each_record
def test_roles_are_known_and_filled_by_entities_of_their_types(record: dict[str, Any]) -> None:
    types = {(e["start"], e["end"]): e["type"] for e in record["entities"]}

    for event in record["events"]:
        assert event["arguments"]
        for argument in event["arguments"]:
            wanted = ROLES[event["type"]][argument["role"]]
            filler = types.get((argument["start"], argument["end"]))
            assert not wanted or filler in wanted, argument


@pytest.mark.parametrize("key", ["id", "text"])
def test_no_two_passages_share_an_id_or_a_text(key: str) -> None:
    counts = Counter(record[key] for record in RECORDS)

    assert [value for value, times in counts.items() if times > 1] == []


@pytest.mark.parametrize(("name", "records"), SETS.items(), ids=SETS)
def test_ids_number_the_passages_of_a_file(name: str, records: list[dict[str, Any]]) -> None:
    stem = name.removesuffix(".jsonl")

    assert [record["id"] for record in records] == [
        f"{stem}-{number:03d}" for number in range(1, len(records) + 1)
    ]


@pytest.mark.parametrize(("name", "records"), SETS.items(), ids=SETS)
def test_each_file_has_passages_with_nothing_to_find(
    name: str, records: list[dict[str, Any]]
) -> None:
    empty = [r for r in records if not (r["entities"] or r["relations"] or r["events"])]

    assert len(records) >= 75, name
    assert 6 <= len(empty) <= 12


@pytest.mark.parametrize(
    ("group", "kind"),
    [("entities", "entity_types"), ("relations", "relation_types"), ("events", "event_types")],
)
def test_every_type_is_shown_at_least_five_times(group: str, kind: str) -> None:
    counts = uses(RECORDS, group)

    assert {t["type"]: counts[t["type"]] for t in META[kind] if counts[t["type"]] < 5} == {}


def test_the_world_shows_each_type_of_the_general_schema_four_times() -> None:
    shown = sum(
        (uses(SETS["world.jsonl"], g) for g in ("entities", "relations", "events")), Counter()
    )

    assert {t.name: shown[t.name] for t in general().types() if shown[t.name] < 4} == {}


def test_signatures_and_roles_are_those_of_the_general_schema() -> None:
    schema = general()

    assert {r.name: (list(r.head), list(r.tail)) for r in schema.relations}.items() <= (
        SIGNATURES.items()
    )
    for event in schema.events:
        assert ROLES[event.name] == {role.name: list(role.types) for role in event.roles}


@pytest.mark.parametrize("kind", KINDS)
def test_no_alias_stands_for_two_types(kind: str) -> None:
    names = Counter(folded(name) for t in META[kind] for name in (t["type"], *t["aliases"]))

    assert [name for name, times in names.items() if times > 1] == []


def test_nothing_is_lost_in_the_words_of_the_general_schema() -> None:
    schema = general()
    passages = [labelled(record) for record in RECORDS]

    fitted = fit(passages, schema, Aliases.from_meta(META))

    kept = Counter(claim.type for passage in fitted for claim in passage.claims)
    whole = Counter(claim.type for p in passages for claim in p.claims if claim.type in schema)
    assert kept == whole
