"""The labels of the starter bank are imitated, so each of them has to be right in form."""

import json
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

FOLDER = files("questgraph.retrieval.starter")
META = json.loads((FOLDER / "meta.json").read_text(encoding="utf-8"))
RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for name in ("world.jsonl", "science.jsonl")
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()
]
ENTITIES = {entity["type"] for entity in META["entity_types"]}
SIGNATURES = {r["type"]: (set(r["head"]), set(r["tail"])) for r in META["relation_types"]}
ROLES = {e["type"]: {role["role"] for role in e["roles"]} for e in META["event_types"]}


def spans(record: dict[str, Any]) -> list[dict[str, Any]]:
    events = record["events"]
    parts = [event["trigger"] for event in events]
    return record["entities"] + parts + [a for event in events for a in event["arguments"]]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record["id"]))
def test_labels_stand_in_the_text_and_keep_to_their_signatures(record: dict[str, Any]) -> None:
    for span in spans(record):
        assert record["text"][span["start"] : span["end"]] == span["text"]
    types = [entity["type"] for entity in record["entities"]]
    assert set(types) <= ENTITIES
    for relation in record["relations"]:
        heads, tails = SIGNATURES[relation["type"]]
        assert types[relation["head"]] in heads
        assert types[relation["tail"]] in tails
        assert relation["head"] != relation["tail"]
    for event in record["events"]:
        assert {argument["role"] for argument in event["arguments"]} <= ROLES[event["type"]]
        assert event["arguments"]


def test_ids_and_texts_are_unique() -> None:
    assert len({record["id"] for record in RECORDS}) == len(RECORDS)
    assert len({record["text"] for record in RECORDS}) == len(RECORDS)


def test_there_are_passages_enough_of_every_sort() -> None:
    entities = Counter(entity["type"] for record in RECORDS for entity in record["entities"])
    relations = Counter(relation["type"] for record in RECORDS for relation in record["relations"])
    events = Counter(event["type"] for record in RECORDS for event in record["events"])

    assert len(RECORDS) >= 150
    assert sum(not spans(record) for record in RECORDS) >= 10
    assert min(entities[name] for name in ENTITIES) >= 4
    assert min(relations[name] for name in SIGNATURES) >= 5
    assert min(events[name] for name in ROLES) >= 5
