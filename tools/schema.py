"""What to look for: entity, relation and event types with guidelines, signatures and roles.

A `Schema` is plain frozen data, checked when it is made. `schema_sources` reads one from
YAML, JSON, an ontology, the `meta.json` of a labelled set, or Pydantic classes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from questgraph.tools.errors import SchemaError, UnknownNameError, did_you_mean
from questgraph.tools.records import KINDS, PLURALS, Kind

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]+")
"""What RDF takes for an IRI: a scheme, and none of the characters that would end it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """What entity, relation and event types have in common."""

    name: str
    """Unique in the schema, over all kinds."""

    guideline: str = ""
    """When the type applies, in one or two sentences addressed to the reader."""

    avoid: str = ""
    """What looks like the type and is not."""

    examples: tuple[str, ...] = ()
    """Wordings (of a mention, a relation, a trigger) that show the type."""

    question: str = ""
    """A question that asks for instances of the type, for recipes that ask type by type."""

    iri: str = ""
    """What the type is called in the ontology that it is from; empty for one of our own."""

    @property
    def words(self) -> str:
        """The name as words: `works_for` reads `works for`.

        >>> Type(name="workPlace-of").words
        'work place of'
        """
        spaced = "".join(
            f" {c}" if c.isupper() and i and self.name[i - 1].islower() else c
            for i, c in enumerate(self.name)
        )
        separators = str.maketrans("_-./:", "     ")
        return " ".join(spaced.translate(separators).split()).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType(Type):
    """A kind of thing that is named in the text."""

    is_a: str = ""
    """Name of the wider entity type, where there is one."""

    kind: Kind = field(default="entity", init=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part that something plays in an event, or a qualifier of a relation."""

    name: str
    types: tuple[str, ...] = ()
    """Entity types that may fill it; empty for any text."""

    many: bool = True
    """Whether one event may have several fillers."""

    guideline: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationType(Type):
    """A directed statement that joins a head to a tail."""

    head: tuple[str, ...] = ()
    """Entity types that the head may have; empty for any."""

    tail: tuple[str, ...] = ()
    functional: bool = False
    """A head has one tail at most."""

    at_most: int = 0
    """How many tails a head may have; 0 for any number, 1 is `functional`."""

    symmetric: bool = False
    asymmetric: bool = False
    """Where it holds from head to tail, it does not hold from tail to head."""

    inverse: str = ""
    """Name that the relation has when read from tail to head."""

    qualifiers: tuple[Role, ...] = ()
    """Further slots that are asked for each pair, such as a time or a place."""

    kind: Kind = field(default="relation", init=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType(Type):
    """Something that happens, told by a trigger word, with roles."""

    trigger: str = ""
    """What to take as the trigger; empty when events of the type need none."""

    roles: tuple[Role, ...] = ()

    kind: Kind = field(default="event", init=False, repr=False)

    def role(self, name: str) -> Role:
        """Return the role called `name`.

        Raises:
            UnknownNameError: When the event has no such role.
        """
        for role in self.roles:
            if role.name == name:
                return role
        raise UnknownNameError(f"role of {self.name}", name, [role.name for role in self.roles])


AnyType = EntityType | RelationType | EventType


@dataclass(frozen=True)
class Schema:
    """All types that a run looks for.

    Raises:
        SchemaError: When names repeat, a signature names an unknown entity type, or `is_a` runs
            in a circle; the message has the path, the problem and the nearest right name.
    """

    name: str = field(kw_only=True)
    entities: tuple[EntityType, ...] = field(kw_only=True, default=())
    relations: tuple[RelationType, ...] = field(kw_only=True, default=())
    events: tuple[EventType, ...] = field(kw_only=True, default=())

    def __post_init__(self) -> None:
        _check(self)

    def __hash__(self) -> int:
        return self._hash

    def types(self, *kinds: Kind) -> tuple[AnyType, ...]:
        """Return the types of `kinds` (all kinds when none is named), in schema order."""
        groups: Mapping[Kind, tuple[AnyType, ...]] = {
            "entity": self.entities,
            "relation": self.relations,
            "event": self.events,
        }
        return tuple(type_ for kind in kinds or KINDS for type_ in groups[kind])

    def __getitem__(self, name: str) -> AnyType:
        """Return the type called `name`.

        Raises:
            UnknownNameError: When there is none; the message has the nearest name.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownNameError("type", name, self._by_name) from None

    def get(self, name: str) -> AnyType | None:
        """Return the type called `name`, or `None` where there is none."""
        return self._by_name.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def accepts(self, types: Iterable[str], name: str) -> bool:
        """Say whether an entity of type `name` may stand where `types` are asked for.

        A narrower type fits where a wider one is asked; no types, or no name, fit anything.
        """
        wanted = set(types)
        if not wanted or not name:
            return True
        return any(ancestor in wanted for ancestor in self.lineage(name))

    def lineage(self, name: str) -> list[str]:
        """Return entity type `name` and its wider types, narrowest first."""
        line = []
        while name:
            line.append(name)
            found = self._by_name.get(name)
            name = found.is_a if isinstance(found, EntityType) else ""
        return line

    @cached_property
    def _hash(self) -> int:
        # Prompts are cached by schema, and hashing hundreds of types takes its time.
        return hash((self.name, self.entities, self.relations, self.events))

    @cached_property
    def _by_name(self) -> dict[str, AnyType]:
        return {type_.name: type_ for type_ in self.types()}


def _check(schema: Schema) -> None:
    """Raise `SchemaError` for the first thing that is wrong in `schema`."""
    seen: set[str] = set()
    for type_ in schema.types():
        place = f"{PLURALS[type_.kind]}.{type_.name}"
        if not type_.name.strip():
            raise SchemaError(PLURALS[type_.kind], "a type has no name: give it one")
        if type_.name in seen:
            raise SchemaError(place, "this name is taken already: names are unique in a schema")
        seen.add(type_.name)
        if type_.iri and not _IRI.fullmatch(type_.iri):
            raise SchemaError(
                f"{place}.iri", f"{type_.iri!r} is no IRI: write one such as http://example.org/x"
            )
    if not seen:
        raise SchemaError(schema.name, "there is no type in it: add one under `entities`")
    known = [entity.name for entity in schema.entities]
    for place, name in _references(schema):
        if name not in known:
            raise SchemaError(place, f"no entity type {name!r}{did_you_mean(name, known)}")
    _check_circles(schema)


def _references(schema: Schema) -> Iterable[tuple[str, str]]:
    """Yield (path, entity type name) for every place that names an entity type."""
    for entity in schema.entities:
        if entity.is_a:
            yield f"entities.{entity.name}.is_a", entity.is_a
    for relation in schema.relations:
        place = f"relations.{relation.name}"
        yield from ((f"{place}.head", name) for name in relation.head)
        yield from ((f"{place}.tail", name) for name in relation.tail)
        yield from _fillers(f"{place}.qualifiers", relation.qualifiers)
    for event in schema.events:
        yield from _fillers(f"events.{event.name}.roles", event.roles)


def _fillers(place: str, roles: Iterable[Role]) -> Iterable[tuple[str, str]]:
    """Yield the references of roles.

    Raises:
        SchemaError: When a role stands twice.
    """
    seen: set[str] = set()
    for role in roles:
        if role.name in seen:
            raise SchemaError(f"{place}.{role.name}", "this role stands here twice: join the two")
        seen.add(role.name)
        yield from ((f"{place}.{role.name}.types", name) for name in role.types)


def _check_circles(schema: Schema) -> None:
    wider = {entity.name: entity.is_a for entity in schema.entities}
    for start in wider:
        path = [start]
        while (above := wider[path[-1]]) != "":
            if above in path:
                circle = " -> ".join([*path, above])
                raise SchemaError(
                    f"entities.{start}.is_a", f"a circle ({circle}): take one of these out"
                )
            path.append(above)
