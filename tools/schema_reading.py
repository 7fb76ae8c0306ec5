"""Reads a schema out of plain data, and says exactly where it is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from questgraph.tools.errors import SchemaError, did_you_mean
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

_GROUPS = ("entities", "relations", "events")
_PARTS = ("roles", "qualifiers")
_FLAGS = ("functional", "symmetric", "asymmetric", "many")
_NUMBERS = ("at_most",)
_LISTS = ("head", "tail", "types", "examples")

T = TypeVar("T", EntityType, RelationType, EventType, Role)


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns mappings and lists into types, and knows where each piece stands."""

    place: str
    """What errors call the source, such as its file name."""

    lines: Mapping[str, int]
    """Line of each path such as `relations.works_for.head`; empty where there are no lines."""

    def schema(self, data: Mapping[str, Any], name: str) -> Schema:
        """Return the schema that `data` describes, called `name` unless it says otherwise.

        Raises:
            SchemaError: When it is wrong; names place, line and path.
        """
        self._check_keys("", data, ["name", *_GROUPS])
        name = self._text("name", data.get("name", name))
        entities = self._types("entities", data.get("entities"), self._entity)
        relations = self._types("relations", data.get("relations"), self._relation)
        events = self._types("events", data.get("events"), self._event)
        try:
            return Schema(name=name, entities=entities, relations=relations, events=events)
        except SchemaError as error:
            raise self.error(error.place, error.problem) from error

    def error(self, path: str, problem: str) -> SchemaError:
        """Return the error for `path`, with the line of the nearest path that has one."""
        near = path
        while near and near not in self.lines:
            near = near.rpartition(".")[0]
        line = f":{self.lines[near]}" if near in self.lines else ""
        return SchemaError(f"{self.place}{line}: {path}", problem)

    def _entity(self, path: str, name: str, body: Mapping[str, Any]) -> EntityType:
        return self._make(EntityType, path, name, body)

    def _relation(self, path: str, name: str, body: Mapping[str, Any]) -> RelationType:
        qualifiers = self._types(f"{path}.qualifiers", body.get("qualifiers"), self._role)
        return self._make(RelationType, path, name, {**body, "qualifiers": qualifiers})

    def _event(self, path: str, name: str, body: Mapping[str, Any]) -> EventType:
        roles = self._types(f"{path}.roles", body.get("roles"), self._role)
        return self._make(EventType, path, name, {**body, "roles": roles})

    def _role(self, path: str, name: str, body: Mapping[str, Any]) -> Role:
        if name == TRIGGER:
            raise self.error(path, "the trigger is no role: write `trigger: …` beside the roles")
        return self._make(Role, path, name, body)

    def _types(
        self, path: str, value: Any, make: Callable[[str, str, Mapping[str, Any]], T]
    ) -> tuple[T, ...]:
        """Read a mapping of names to bodies, or a list of names or of such mappings."""
        made: dict[str, T] = {}
        value = {} if value is None else value
        for item in value if isinstance(value, list) else [value]:
            bodies = item if isinstance(item, Mapping) else {self._name(path, item): None}
            for name, body in bodies.items():
                inner = f"{path}.{self._name(path, name)}"
                if name in made:
                    raise self.error(inner, "it stands here twice: join the two")
                made[name] = make(inner, name, self._body(inner, body))
        return tuple(made.values())

    def _make(self, kind: type[T], path: str, name: str, body: Mapping[str, Any]) -> T:
        known = [f.name for f in fields(kind) if f.init and f.name != "name"]
        self._check_keys(path, body, known)
        return kind(name=name, **{key: self._field(path, key, body[key]) for key in body})

    def _field(self, path: str, key: str, value: Any) -> Any:
        where = f"{path}.{key}"
        if key in _PARTS:
            return value
        if key in _FLAGS:
            return self._flag(where, value)
        if key in _NUMBERS:
            return self._number(where, value)
        if key in _LISTS:
            some = value if isinstance(value, list) else [] if value is None else [value]
            return tuple(self._text(where, item) for item in some)
        return "" if value is None else self._text(where, value)

    def _number(self, path: str, value: Any) -> int:
        # Numbers of a YAML file come as they are written.
        if isinstance(value, bool) or not str(value).isdecimal():
            raise self.error(path, f"write a whole number, not {value!r}")
        return int(str(value))

    def _flag(self, path: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.error(path, f"write true or false, not {value!r}")
        return value

    def _text(self, path: str, value: Any) -> str:
        if isinstance(value, Mapping | list | bool) or value is None:
            raise self.error(path, f"write a text here, not {value!r}")
        return str(value).strip()

    def _name(self, path: str, name: Any) -> str:
        if not isinstance(name, str):
            raise self.error(path, f"write a name here, not {name!r}")
        return name

    def _body(self, path: str, body: Any) -> Mapping[str, Any]:
        match body:
            case None:
                return {}
            case str():
                return {"guideline": body}
            case Mapping():
                return body
            case _:
                raise self.error(path, f"write a mapping or a guideline here, not {body!r}")

    def _check_keys(self, path: str, body: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in body:
            if key not in known:
                where = f"{path}.{key}".lstrip(".")
                raise self.error(where, f"unknown key {key!r}{did_you_mean(str(key), known)}")
