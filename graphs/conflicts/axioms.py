"""What a schema says of all graphs: one name for two directions, and how many ends may be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from questgraph.graphs.evidence import symmetric_in
from questgraph.tools.records import HEAD, TAIL
from questgraph.tools.schema import EntityType, RelationType, Schema


class Limit(NamedTuple):
    """How many different things may stand at the other end of a relation, or fill a role."""

    at_most: int
    owners: tuple[str, ...]
    """The ends (`head`, `tail`) that are limited so: both of a symmetric relation."""


@dataclass(frozen=True, slots=True)
class Axioms:
    """What follows from a schema for the relations and roles of a graph."""

    turned: Mapping[str, str]
    """Relations by the names that they have when read from tail to head."""

    symmetric: Collection[str]
    asymmetric: Collection[str]
    """Relations that hold in one direction only."""

    limits: Mapping[str, Limit]
    """By relation."""

    once: Collection[tuple[str, str]]
    """Event types, each with a role that one event fills once."""

    ends: Mapping[tuple[str, str], tuple[str, ...]]
    """Entity types by relation and end, and by event type and role; none for any."""


def axioms_of(schema: Schema) -> Axioms:
    """Return what `schema` says of all graphs.

    Where two relations are each other's inverse, the one that the schema names first gives the
    name; that each head of the other has one tail then means that each tail has one head.
    """
    turned: dict[str, str] = {}
    for relation in schema.relations:
        if relation.inverse not in ("", relation.name, *turned) and relation.name not in turned:
            turned[relation.inverse] = relation.name
    symmetric = symmetric_in(schema)
    symmetric |= {each.name for each in schema.relations if each.inverse == each.name}
    return Axioms(
        turned,
        symmetric,
        {each.name for each in schema.relations if _asymmetric(each)},
        _limits(schema, turned, symmetric),
        {
            (event.name, role.name)
            for event in schema.events
            for role in event.roles
            if not role.many
        },
        {place: types for place, types in _ends(schema).items() if types},
    )


def fits(schema: Schema, type_: str, wanted: Collection[str]) -> bool:
    """Say whether a thing of `type_` may be one of `wanted`: a narrower or a wider type may.

    Types that are not of the schema say nothing, and fit.
    """
    if not wanted or type_ not in schema or not isinstance(schema[type_], EntityType):
        return True
    wider = {above for name in wanted for above in schema.lineage(name)}
    return schema.accepts(wanted, type_) or type_ in wider


def _limits(
    schema: Schema, turned: Mapping[str, str], symmetric: Collection[str]
) -> dict[str, Limit]:
    limits = {}
    for relation in schema.relations:
        if number := _at_most(relation):
            name = turned.get(relation.name, relation.name)
            owners = (HEAD, TAIL) if name in symmetric else (HEAD,)
            limits[name] = Limit(number, (TAIL,) if relation.name in turned else owners)
    return limits


def _ends(schema: Schema) -> dict[tuple[str, str], tuple[str, ...]]:
    ends = {}
    for relation in schema.relations:
        ends[relation.name, HEAD], ends[relation.name, TAIL] = relation.head, relation.tail
    for event in schema.events:
        ends |= {(event.name, role.name): role.types for role in event.roles}
    return ends


def _asymmetric(relation: RelationType) -> bool:
    return relation.asymmetric


def _at_most(relation: RelationType) -> int:
    """Return how many tails a head may have; 0 for any number."""
    return relation.at_most or int(relation.functional)
