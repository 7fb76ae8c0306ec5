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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError

from questgraph.tools.errors import SchemaError
from questgraph.tools.labelled import read_labelled
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import EntityType, EventType, RelationType, Schema
from questgraph.tools.schema_pydantic import schema_from_classes
from questgraph.tools.schema_reading import Reading

SchemaSource = str | Path | Mapping[str, Any] | Schema | type[BaseModel] | Iterable[type[BaseModel]]

MOST_NODES = 100_000
"""Values in a schema file at most: aliases of aliases can spell more than memory holds."""


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
            return Reading("schema", {}).schema(source, "schema")
        case type():
            return schema_from_classes([source])
        case Iterable():
            return schema_from_classes(list(source))
        case _:
            raise SchemaError("schema", f"{source!r} is no file name, mapping or Pydantic class")


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
    unfolding = _Unfolding(place)
    try:
        value = unfolding.plain(_compose(text, place), "")
    except RecursionError as error:
        raise SchemaError(place, "it is nested too deep, or an alias holds itself") from error
    if not isinstance(value, Mapping):
        raise SchemaError(place, "write a mapping with `entities`, `relations`, `events`")
    return Reading(place, unfolding.lines).schema(value, Path(place).stem)


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
    except (OSError, ValueError) as error:
        raise SchemaError(str(path), f"it cannot be read: {error}") from error
    if path.name == "meta.json":
        return _from_meta(text, path)
    return schema_from_yaml(text, str(path))


def _compose(text: str, place: str) -> yaml.Node:
    if text.lstrip().startswith("{"):
        # JSON may be laid out with tabs, YAML may not; within JSON texts there are none.
        text = text.replace("\t", " ")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = ", ".join(filter(None, (error.context, error.problem)))
        hint = ": indent with spaces, not tabs" if r"'\t'" in what else ""
        raise SchemaError(f"{place}:{line}", f"this is not YAML: {what}{hint}") from error
    except yaml.YAMLError as error:
        raise SchemaError(place, f"this is not YAML: {error}") from error
    if root is None:
        raise SchemaError(place, "it is empty: write types under `entities`")
    return root


@dataclass(slots=True)
class _Unfolding:
    """Turns YAML nodes into plain data, and notes on which line each path stands."""

    place: str
    lines: dict[str, int] = field(default_factory=dict)
    nodes: int = 0

    def plain(self, node: yaml.Node, path: str) -> Any:
        """Return `node`, which stands at `path`, as plain data.

        Raises:
            SchemaError: When a key stands twice, or aliases multiply beyond reason.
        """
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise SchemaError(
                self.place, f"more than {MOST_NODES} values: is an alias repeated too often?"
            )
        self.lines.setdefault(path, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return dict(self._items(node, path))
            case yaml.SequenceNode():
                return [self.plain(item, _path_of(item, path)) for item in node.value]
            case _:
                return _scalar(node)

    def _items(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            inner = f"{path}.{key}".lstrip(".")
            line = key_node.start_mark.line + 1
            if key in seen:
                raise SchemaError(
                    f"{self.place}:{line}: {inner}", "this key stands here twice: join the two"
                )
            seen.add(key)
            self.lines[inner] = line
            yield key, self.plain(value_node, inner)


def _path_of(item: yaml.Node, path: str) -> str:
    return f"{path}.{item.value}" if isinstance(item, yaml.ScalarNode) else path


def _scalar(node: yaml.Node) -> str | bool | None:
    """Return a text as it stands: in a schema, `1984` and `12:30` are wordings, not numbers."""
    if node.tag in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"):
        return yaml.SafeLoader("").construct_object(node)  # type: ignore[no-any-return]
    # JSON writes characters beyond U+FFFF as two escapes, which YAML does not join.
    return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _body(thing: object) -> object:
    """Return what YAML says of a type or role: what differs from the defaults."""
    body: dict[str, object] = {}
    for f in fields(thing):  # type: ignore[arg-type]  # types and roles are dataclasses
        value = getattr(thing, f.name)
        if f.name in ("name", "kind") or value == f.default:
            continue
        if f.name in ("roles", "qualifiers"):
            value = {role.name: _body(role) for role in value}
        body[f.name] = list(value) if isinstance(value, tuple) else value
    return body or None


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


def _from_meta(text: str, path: Path) -> Schema:
    """Read the description of a labelled set.

    It does not say which event has which roles; the passages beside it do, as far as they go.
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
