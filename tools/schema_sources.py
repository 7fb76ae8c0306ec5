"""Where a schema comes from: YAML, JSON, ontologies, labelled sets, Pydantic classes.

A file is read by its name: `.ttl`, `.rdf`, `.owl`, `.xml`, `.jsonld`, `.nt` and `.trig` are
ontologies (OWL, RDFS, SKOS, SHACL), `meta.json` describes a labelled set, and anything else is in
the YAML form, of which `schemas/general.yaml` is an example (JSON is YAML too):

    entities:
      person: A named human being.            # a guideline alone, or a mapping
    relations:
      works_for: {head: person, tail: [company], functional: false, inverse: employs}
    events:
      birth: {trigger: the verb, roles: {child: {types: person, many: false}}}

Every mistake is a `SchemaError` that names file, line and path, and the nearest right name.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel

from questgraph.tools.errors import SchemaError
from questgraph.tools.schema import EntityType, EventType, RelationType, Schema
from questgraph.tools.schema_labelled import schema_from_meta
from questgraph.tools.schema_pydantic import schema_from_classes
from questgraph.tools.schema_reading import Reading

if TYPE_CHECKING:
    from questgraph.tools.ontologies.reading import Imported

SchemaSource = str | Path | Mapping[str, Any] | Schema | type[BaseModel] | Iterable[type[BaseModel]]

_LOG = logging.getLogger(__name__)

_NO_YAML = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What no YAML may hold, not even in a comment."""

ONTOLOGIES = frozenset({".ttl", ".rdf", ".owl", ".xml", ".jsonld", ".nt", ".trig"})
"""Endings of files that hold RDF."""

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


def schema_to_yaml(schema: Schema, comments: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the schema as YAML that `schema_from_yaml` reads back as an equal one.

    Args:
        schema: What is written.
        comments: Lines to write above types, by their names.
    """
    groups: dict[str, Sequence[EntityType | RelationType | EventType]] = {
        "entities": schema.entities,
        "relations": schema.relations,
        "events": schema.events,
    }
    if not comments:
        bodies = {
            name: {t.name: _body(t) for t in types} for name, types in groups.items() if types
        }
        return _dump({"name": schema.name, **bodies})
    text = _dump({"name": schema.name})
    for name, types in groups.items():
        text += f"\n{name}:\n" if types else ""
        for type_ in types:
            text += indent("".join(map(comment, comments.get(type_.name, ()))), "  ")
            text += indent(_dump({type_.name: _body(type_)}), "  ")
    return text


def _dump(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


def comment(line: str) -> str:
    """Return a line of comment for YAML; what YAML cannot hold becomes a space."""
    return f"# {_NO_YAML.sub(' ', ' '.join(line.split()))}\n"


def is_ontology(source: SchemaSource) -> bool:
    """Say whether `source` is a file in RDF, by the ending of its name."""
    return isinstance(source, str | Path) and Path(source).suffix.casefold() in ONTOLOGIES


def load_ontology(path: Path) -> "Imported":
    """Return the schema of a file in RDF, and what it says that a schema has no place for.

    Raises:
        SchemaError: When it cannot be read, or has no class, concept or property.
    """
    # Takes half a second to import: a run under a schema in YAML goes without.
    from questgraph.tools.ontologies.reading import read_ontology

    return read_ontology(_bytes_of(path), str(path))


def _from_file(path: Path) -> Schema:
    if is_ontology(path):
        imported = load_ontology(path)
        for note in imported.notes:
            _LOG.info("%s: %s", path, note)
        if imported.notes:
            _LOG.warning(
                "%s says more than a schema can: `questgraph schema show %s` lists what", path, path
            )
        return imported.schema
    try:
        text = _bytes_of(path).decode("utf-8-sig")
    except ValueError as error:
        raise SchemaError(str(path), f"it cannot be read: {error}") from error
    # As text files are read: any line ending is one.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if path.name == "meta.json":
        return schema_from_meta(text, path)
    return schema_from_yaml(text, str(path))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        names = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        close = get_close_matches(path.name, names, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise SchemaError(str(path), f"there is no such file{hint}") from None
    except (OSError, ValueError) as error:
        raise SchemaError(str(path), f"it cannot be read: {error}") from error


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
