"""What a command leaves in its folder: a labelled set with its schema, and what was dropped."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from questgraph.agents.synthesis.harvest import Harvest
from questgraph.agents.synthesis.sources import META, SCHEMA
from questgraph.tools.errors import StorageError
from questgraph.tools.labelled import write_labelled
from questgraph.tools.schema import AnyType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

PASSAGES, DROPPED, SUMMARY = "train.jsonl", "dropped.jsonl", "summary.json"

CALLS = "calls.db"
"""The ledger. Not `run.db`: a folder with that is a run to `questgraph demos build`."""


class Summary(TypedDict):
    """What came of a command, as `summary.json` has it."""

    complete: bool
    """Whether the same command again would ask nothing new."""

    kept: int
    empty: int
    """Kept passages in which there is nothing to find."""

    dropped: dict[str, int]
    """How many items were dropped for which reason."""

    put_off: int
    """Items that were not asked about, since the command was stopped."""

    labels: dict[str, int]
    """How often which type is labelled in what was kept."""

    made: dict[str, object]
    """How: strategy, seed, model, what was spent on the ledger so far."""


def write(folder: Path, harvest: Harvest, schema: Schema, made: dict[str, object]) -> Summary:
    """Write a harvest into `folder` and return its summary.

    Args:
        folder: Where to.
        harvest: What was brought in.
        schema: What the passages are labelled with.
        made: How the passages were made.

    Raises:
        StorageError: When the folder cannot be written.
    """
    told = _summary(harvest, made)
    try:
        write_labelled(folder / PASSAGES, harvest.kept)
        _write_lines(folder / DROPPED, [item.to_json() for item in harvest.dropped])
        (folder / SCHEMA).write_text(schema_to_yaml(schema), encoding="utf-8")
        _write_json(folder / META, _meta(schema, made))
        _write_json(folder / SUMMARY, told)
    except OSError as error:
        raise StorageError(
            f"{folder}: the passages could not be written: {error.strerror or error}. Free some"
            " space; then the same command continues"
        ) from error
    return told


def _summary(harvest: Harvest, made: dict[str, object]) -> Summary:
    labels = Counter(frame.type for passage in harvest.kept for frame in passage.frames())
    return {
        "complete": harvest.complete,
        "kept": len(harvest.kept),
        "empty": sum(not passage.claims for passage in harvest.kept),
        "dropped": dict(harvest.reasons.most_common()),
        "put_off": harvest.put_off,
        "labels": dict(labels.most_common()),
        "made": made,
    }


def _meta(schema: Schema, made: dict[str, object]) -> dict[str, object]:
    """Return the description that labelled sets have; `schema.yaml` has signatures and roles."""
    roles = {role.name: role.guideline for event in schema.events for role in event.roles}
    return {
        "name": schema.name,
        "made": made,
        "entity_types": _described(schema.entities),
        "relation_types": _described(schema.relations),
        "event_types": _described(schema.events),
        "argument_roles": [{"type": name, "description": words} for name, words in roles.items()],
        "symmetric_relations": [type_.name for type_ in schema.relations if type_.symmetric],
    }


def _described(types: Sequence[AnyType]) -> list[dict[str, str]]:
    return [{"type": type_.name, "description": type_.guideline} for type_ in types]


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_lines(path: Path, records: Sequence[object]) -> None:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")
