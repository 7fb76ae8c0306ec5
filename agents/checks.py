"""What can be said about a claim without asking anyone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from questgraph.tools.records import HEAD, TAIL, TRIGGER, Claim, Span
from questgraph.tools.schema import EventType, RelationType, Schema

FAR = 200
"""Characters between head and tail from which a relation is worth a second look."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to ask again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A reason not to believe a claim whatever a model says."""

    reason: str


def check(claim: Claim, schema: Schema, claims: Sequence[Claim]) -> Doubt | Breach | None:
    """Return what is wrong or doubtful with a grounded `claim`; `None` when it is sound.

    Args:
        claim: What is checked.
        schema: Its types and signatures.
        claims: All claims about the passage: they tell what is an entity of which type.
    """
    match schema[claim.type]:
        case RelationType() as relation:
            found = _relation(claim, relation, schema)
        case EventType() as event:
            found = _event(claim, event, schema)
        case _:
            found = _entity(claim, claims, schema)
    return found or _spelling(claim)


def _relation(claim: Claim, relation: RelationType, schema: Schema) -> Doubt | Breach | None:
    (head,), (tail,) = claim.fillers(HEAD), claim.fillers(TAIL)
    if head.span == tail.span or head.text.casefold() == tail.text.casefold():
        return Breach("head and tail are the same words")
    for side, mention, wanted in ((HEAD, head, relation.head), (TAIL, tail, relation.tail)):
        if not schema.accepts(wanted, mention.type):
            return Breach(f"the {side} is a {mention.type}, not a {' or '.join(wanted)}")
        if wanted and not mention.type:
            return Doubt(f"nothing says that the {side} is a {' or '.join(wanted)}")
    if _distance(head.span, tail.span) > FAR:
        return Doubt("head and tail stand far apart")
    return None


def _event(claim: Claim, event: EventType, schema: Schema) -> Doubt | None:
    roles = [argument for argument in claim.arguments if argument.role != TRIGGER]
    if not roles:
        return Doubt("nobody takes part in it")
    for name, mention in roles:
        wanted = event.role(name).types
        if not schema.accepts(wanted, mention.type):
            return Doubt(f"the {name} is a {mention.type}, not a {' or '.join(wanted)}")
    for role in event.roles:
        if not role.many and len(claim.fillers(role.name)) > 1:
            return Doubt(f"there is more than one {role.name}")
    return None


def _entity(claim: Claim, claims: Iterable[Claim], schema: Schema) -> Doubt | None:
    """Doubt a mention that is said to be of two types, neither of which includes the other."""
    span = claim.arguments[0].mention.span
    for other in claims:
        if (
            other.kind == "entity"
            and other.arguments[0].mention.span == span
            and other.type not in schema.lineage(claim.type)
            and claim.type not in schema.lineage(other.type)
        ):
            return Doubt(f"it is called a {other.type} as well")
    return None


def _spelling(claim: Claim) -> Doubt | None:
    if any(argument.mention.level == "fuzzy" for argument in claim.arguments):
        return Doubt("the passage spells it differently")
    return None


def _distance(first: Span | None, second: Span | None) -> int:
    return first.distance(second) if first and second else 0
