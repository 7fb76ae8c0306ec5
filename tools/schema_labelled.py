"""Schemas out of labelled sets, by the `meta.json` that describes one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from questgraph.tools.errors import SchemaError
from questgraph.tools.labelled import read_labelled
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import Schema
from questgraph.tools.schema_reading import Reading


class _Described(BaseModel):
    type: str
    description: str = ""


class _Meta(BaseModel):
    """What the `meta.json` of a labelled set says about its types."""

    name: str
    entity_types: list[_Described] = []
    relation_types: list[_Described] = []
    event_types: list[_Described] = []
    argument_roles: list[_Described] = []
    symmetric_relations: Literal["all"] | list[str] = []

    def symmetric(self, relation: str) -> bool:
        return self.symmetric_relations == "all" or relation in self.symmetric_relations


def schema_from_meta(text: str, path: Path) -> Schema:
    """Return the schema that the description of a labelled set gives.

    It does not say which event has which roles; the passages beside it do, as far as they go.

    Args:
        text: The description, in JSON.
        path: Its file, among the passages.

    Raises:
        SchemaError: When it describes no labelled set.
    """
    try:
        meta = _Meta.model_validate_json(text)
    except ValidationError as error:
        raise SchemaError(str(path), f"this describes no labelled set: {error}") from error
    guidelines = {role.type: role.description for role in meta.argument_roles}
    roles = _roles_by_event(path.parent) or {t.type: list(guidelines) for t in meta.event_types}
    data = {
        "entities": {t.type: t.description for t in meta.entity_types},
        "relations": {
            t.type: {"guideline": t.description, "symmetric": meta.symmetric(t.type)}
            for t in meta.relation_types
        },
        "events": {
            t.type: {
                "guideline": t.description,
                "trigger": "the word that tells of it",
                "roles": {name: guidelines.get(name) for name in roles.get(t.type, ())},
            }
            for t in meta.event_types
        },
    }
    return Reading(str(path), {}).schema(data, meta.name)


def _roles_by_event(folder: Path) -> Mapping[str, Sequence[str]]:
    roles: dict[str, set[str]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for claim in (claim for passage in read_labelled(file) for claim in passage.claims):
            if claim.kind == "event":
                said = {role for role, _ in claim.arguments if role != TRIGGER}
                roles.setdefault(claim.type, set()).update(said)
    return {event: sorted(names) for event, names in roles.items()}
