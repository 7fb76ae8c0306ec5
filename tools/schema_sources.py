"""Where a schema comes from: YAML, JSON, the `meta.json` of a labelled set, Pydantic classes.

The YAML form, of which `schemas/general.yaml` is an example (JSON is YAML too):

    entities:
      person: A named human being.            # a guideline alone, or a mapping
    relations:
      works_for: {head: person, tail: [company], functional: false, inverse: employs}
    events:
      birth: {trigger: the verb, roles: {child: {types: person, many: false}}}

Every mistake is a `SchemaError` that names file, line and path, and the nearest right name.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from questgraph.tools.errors import SchemaError, did_you_mean
from questgraph.tools.labelled import read_labelled
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
from questgraph.tools.schema_pydantic import schema_from_classes

SchemaSource = str | Path | Mapping[str, Any] | Schema | type[BaseModel] | Iterable[type[BaseModel]]

MOST_NODES = 100_000
"""Values in a schema file at most: aliases of aliases can spell more than memory holds."""

T = TypeVar("T", EntityType, RelationType, EventType, Role)


def load_schema(source: SchemaSource) -> Schema:
    """Return the schema that `source` is, names or describes.

    Raises:
        SchemaError: When the file or description is wrong; says where and what to write.
    """
    match source:
        case Schema():
            return source
        case str() | Path():
            return _from_file(Path(source))
        case Mapping():
            return _Reading("schema", {}).schema(source, "schema")
        case type():
            return schema_from_classes([source])
        case _:
            return schema_from_classes(list(source))


@cache
def general() -> Schema:
    """Return the built-in schema: people, organizations, places, works, products, dates."""
    text = (files("questgraph.tools.schemas") / "general.yaml").read_text(encoding="utf-8")
    return schema_from_yaml(text, "general.yaml")


def schema_from_yaml(text: str, place: str) -> Schema:
    """Return the schema that `text` describes.

    Args:
        text: YAML or JSON.
        place: What errors call the text, such as its file name.

    Raises:
        SchemaError: When it is wrong.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SchemaError(f"{place}:{line}", f"this is not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SchemaError(place, f"this is not YAML: {error}") from error
    if root is None:
        raise SchemaError(place, "it is empty: write types under `entities`")
    lines: dict[str, int] = {}
    value = _plain(root, "", lines, place, [0])
    if not isinstance(value, Mapping):
        raise SchemaError(place, "write a mapping with `entities`, `relations`, `events`")
    return _Reading(place, lines).schema(value, Path(place).stem)


def schema_to_yaml(schema: Schema) -> str:
    """Return the schema as YAML that `schema_from_yaml` reads back as an equal one."""
    body: dict[str, object] = {"name": schema.name}
    groups: dict[str, Sequence[EntityType | RelationType | EventType]] = {
        "entities": schema.entities,
        "relations": schema.relations,
        "events": schema.events,
    }
    body |= {name: {t.name: _body(t) for t in types} for name, types in groups.items() if types}
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)


def _from_file(path: Path) -> Schema:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        names = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        close = get_close_matches(path.name, names, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise SchemaError(str(path), f"there is no such file{hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(str(path), f"it cannot be read: {error}") from error
    if path.name == "meta.json":
        return _from_meta(json.loads(text), path)
    return schema_from_yaml(text, str(path))


def _plain(node: yaml.Node, path: str, lines: dict[str, int], place: str, seen: list[int]) -> Any:
    """Return the node as plain data; note on which line each path stands.

    Raises:
        SchemaError: When a key stands twice, or aliases multiply beyond reason.
    """
    seen[0] += 1
    lines.setdefault(path, node.start_mark.line + 1)
    if seen[0] > MOST_NODES:
        raise SchemaError(place, f"more than {MOST_NODES} values: is an alias repeated too often?")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, path, lines, place, seen) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return yaml.SafeLoader("").construct_object(node)
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        inner = f"{path}.{key}".lstrip(".")
        if key in mapping:
            line = key_node.start_mark.line + 1
            raise SchemaError(
                f"{place}:{line}: {inner}", "this key stands here twice: join the two"
            )
        lines[inner] = key_node.start_mark.line + 1
        mapping[key] = _plain(value_node, inner, lines, place, seen)
    return mapping


@dataclass(frozen=True, slots=True)
class _Reading:
    """Turns plain data into types, and knows where each piece stands."""

    place: str
    lines: Mapping[str, int]

    def schema(self, data: Mapping[str, Any], name: str) -> Schema:
        known = ("name", "entities", "relations", "events")
        self._keys("", data, known)
        try:
            return Schema(
                name=self._text("name", data.get("name", name)),
                entities=self._types("entities", data.get("entities"), self._entity),
                relations=self._types("relations", data.get("relations"), self._relation),
                events=self._types("events", data.get("events"), self._event),
            )
        except SchemaError as error:
            if error.place.startswith(self.place):
                raise
            raise self._error(error.place, error.problem) from error

    def _entity(self, path: str, name: str, body: Mapping[str, Any]) -> EntityType:
        return self._make(EntityType, path, name, body)

    def _relation(self, path: str, name: str, body: Mapping[str, Any]) -> RelationType:
        qualifiers = self._types(f"{path}.qualifiers", body.get("qualifiers"), self._role)
        return self._make(RelationType, path, name, {**body, "qualifiers": qualifiers})

    def _event(self, path: str, name: str, body: Mapping[str, Any]) -> EventType:
        roles = self._types(f"{path}.roles", body.get("roles"), self._role)
        return self._make(EventType, path, name, {**body, "roles": roles})

    def _role(self, path: str, name: str, body: Mapping[str, Any]) -> Role:
        return self._make(Role, path, name, body)

    def _types(
        self, path: str, value: Any, make: Callable[[str, str, Mapping[str, Any]], T]
    ) -> tuple[T, ...]:
        """Read a mapping of names to bodies, or a list of names or of such mappings."""
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        made = []
        for item in items:
            bodies = item if isinstance(item, Mapping) else {item: None}
            for name, body in bodies.items():
                if not isinstance(name, str):
                    raise self._error(path, f"write names here, not {name!r}")
                made.append(make(f"{path}.{name}", name, self._mapping(f"{path}.{name}", body)))
        return tuple(made)

    def _make(self, kind: type[T], path: str, name: str, body: Mapping[str, Any]) -> T:
        known = {f.name for f in fields(kind) if f.init} - {"name"}
        self._keys(path, body, sorted(known))
        return kind(name=name, **{key: self._field(path, key, body[key]) for key in body})

    def _field(self, path: str, key: str, value: Any) -> Any:
        where = f"{path}.{key}"
        if key in ("roles", "qualifiers"):
            return value
        if key in ("functional", "symmetric", "many"):
            if not isinstance(value, bool):
                raise self._error(where, f"write true or false, not {value!r}")
            return value
        if key in ("head", "tail", "types", "examples"):
            some = value if isinstance(value, list) else [] if value is None else [value]
            return tuple(self._text(where, item) for item in some)
        return "" if value is None else self._text(where, value)

    def _text(self, path: str, value: Any) -> str:
        if isinstance(value, Mapping | list) or value is None or isinstance(value, bool):
            raise self._error(path, f"write a text here, not {value!r}")
        return str(value).strip()

    def _mapping(self, path: str, body: Any) -> Mapping[str, Any]:
        if body is None:
            return {}
        if isinstance(body, str):
            return {"guideline": body}
        if not isinstance(body, Mapping):
            raise self._error(path, f"write a mapping or a guideline here, not {body!r}")
        return body

    def _keys(self, path: str, body: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in body:
            if key not in known:
                where = f"{path}.{key}".lstrip(".")
                raise self._error(where, f"unknown key {key!r}{did_you_mean(str(key), known)}")

    def _error(self, path: str, problem: str) -> SchemaError:
        """Return the error for `path`, with the line of the nearest path that has one."""
        near = path
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        line = f":{self.lines[near]}" if near in self.lines else ""
        return SchemaError(f"{self.place}{line}: {path}", problem)


def _body(thing: object) -> object:
    """Return what YAML says of a type or role: what differs from the defaults."""
    body: dict[str, object] = {}
    for f in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, f.name)
        if f.name in ("name", "kind") or value == f.default:
            continue
        if f.name in ("roles", "qualifiers"):
            value = {role.name: _body(role) for role in value}
        body[f.name] = list(value) if isinstance(value, tuple) else value
    return body or None


def _from_meta(meta: Mapping[str, Any], path: Path) -> Schema:
    """Read the description of a labelled set; which event has which roles, from its passages."""
    symmetric = meta.get("symmetric_relations", ())
    roles = _roles_by_event(path.parent)
    descriptions = {
        role["type"]: role.get("description") for role in meta.get("argument_roles", ())
    }
    data = {
        "name": meta.get("name", path.parent.name),
        "entities": {t["type"]: t.get("description") for t in meta.get("entity_types", ())},
        "relations": {
            t["type"]: {
                "guideline": t.get("description"),
                "symmetric": symmetric == "all" or t["type"] in symmetric,
            }
            for t in meta.get("relation_types", ())
        },
        "events": {
            t["type"]: {
                "guideline": t.get("description"),
                "trigger": "the word that tells of it",
                "roles": {
                    role: descriptions.get(role) for role in roles.get(t["type"], descriptions)
                },
            }
            for t in meta.get("event_types", ())
        },
    }
    return _Reading(str(path), {}).schema(data, str(path))


def _roles_by_event(folder: Path) -> Mapping[str, Sequence[str]]:
    roles: dict[str, set[str]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for claim in (claim for passage in read_labelled(file) for claim in passage.claims):
            if claim.kind == "event":
                said = {role for role, _ in claim.arguments if role != TRIGGER}
                roles.setdefault(claim.type, set()).update(said)
    return {event: sorted(names) for event, names in roles.items()}
