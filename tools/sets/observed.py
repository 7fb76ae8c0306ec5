"""The schema that labels show, where nobody wrote one down."""

from collections.abc import Iterable

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import TRIGGER, Claim, Kind
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

_Groups = dict[str, list[Claim]]


def schema_of(passages: Iterable[Labelled], name: str = "observed") -> Schema:
    """Return the types that passages are labelled with, in the order of their appearance.

    Names only: nothing tells what they mean. Relations get the entity types that were seen at
    their ends, and events the roles that were filled.

    Raises:
        SchemaError: When there are no labels, or one name stands for types of two kinds.
    """
    groups: dict[Kind, _Groups] = {"entity": {}, "relation": {}, "event": {}}
    for passage in passages:
        for claim in passage.claims:
            groups[claim.kind].setdefault(claim.type, []).append(claim)
    return Schema(
        name=name,
        entities=tuple(EntityType(name=type_) for type_ in groups["entity"]),
        relations=tuple(_relation(*item) for item in groups["relation"].items()),
        events=tuple(_event(*item) for item in groups["event"].items()),
    )


def _relation(name: str, claims: list[Claim]) -> RelationType:
    head, tail = (
        tuple(dict.fromkeys(claim.arguments[end].mention.type for claim in claims))
        for end in (0, 1)
    )
    return RelationType(name=name, head=head, tail=tail)


def _event(name: str, claims: list[Claim]) -> EventType:
    roles = dict.fromkeys(role for claim in claims for role, _ in claim.arguments)
    trigger = "the word that tells of it" if TRIGGER in roles else ""
    return EventType(
        name=name,
        trigger=trigger,
        roles=tuple(Role(name=role) for role in roles if role != TRIGGER),
    )
