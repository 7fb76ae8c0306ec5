"""Demonstrations labelled in other words, in the words of the schema at hand.

A label maps to the type of the same name, or of a name that is known to mean the same. What
does not map is left out: a demonstration with a wrong label does more harm than one without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Argument, Claim, Kind
from questgraph.tools.schema import EventType, RelationType, Schema


@dataclass(frozen=True, slots=True)
class Aliases:
    """Which names mean the same: each label of a bank with the names that others give it."""

    types: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """(event type, role) → names."""

    @classmethod
    def from_meta(cls, meta: Mapping[str, list[dict[str, object]]]) -> "Aliases":
        """Read the aliases of a bank's `meta.json`."""
        kinds = ("entity_types", "relation_types", "event_types")
        types = {str(t["type"]): _names(t) for kind in kinds for t in meta.get(kind, ())}
        roles = {
            (str(event["type"]), str(role["role"])): _names(role)
            for event in meta.get("event_types", ())
            for role in _records(event.get("roles"))
        }
        return cls(types, roles)


def fit(passages: Iterable[Labelled], schema: Schema, aliases: Aliases) -> list[Labelled]:
    """Return the passages in the words of `schema`.

    Kept are those in which something maps, and those that have nothing to find at all.
    """
    mapping = _Mapping(schema, aliases)
    fitted = (
        (
            passage,
            replace(
                passage,
                claims=mapping.claims(passage.claims),
                rejected=mapping.claims(passage.rejected),
            ),
        )
        for passage in passages
    )
    return [after for before, after in fitted if after.claims or not before.claims]


class _Mapping:
    """Finds the type of the schema that a label means."""

    def __init__(self, schema: Schema, aliases: Aliases) -> None:
        self._schema, self._aliases = schema, aliases
        self._types = {(type_.kind, _folded(type_.name)): type_.name for type_ in schema.types()}

    def claims(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        mapped = (self._claim(claim) for claim in claims)
        return tuple(claim for claim in mapped if claim)

    def _claim(self, claim: Claim) -> Claim | None:
        name = self._type(claim.kind, claim.type)
        if name is None:
            return None
        match self._schema[name]:
            case RelationType() as relation:
                ends = [self._typed(argument) for argument in claim.arguments]
                fits = zip((relation.head, relation.tail), ends, strict=False)
                if not all(self._schema.accepts(types, end.mention.type) for types, end in fits):
                    return None
                return replace(claim, type=name, arguments=tuple(ends))
            case EventType() as event:
                return self._event(claim, event)
            case _:
                mention = replace(claim.arguments[0].mention, type=name)
                return replace(claim, type=name, arguments=(Argument(MENTION, mention),))

    def _event(self, claim: Claim, event: EventType) -> Claim | None:
        roles = {_folded(role.name): role.name for role in event.roles}
        arguments = []
        for argument in claim.arguments:
            names = (argument.role, *self._aliases.roles.get((claim.type, argument.role), ()))
            role = next((roles[_folded(n)] for n in names if _folded(n) in roles), None)
            if argument.role == TRIGGER:
                role = TRIGGER if event.trigger else None
            if role:
                arguments.append(Argument(role, argument.mention))
        return replace(claim, type=event.name, arguments=tuple(arguments)) if arguments else None

    def _typed(self, argument: Argument) -> Argument:
        if argument.role not in (HEAD, TAIL):
            return argument
        name = self._type("entity", argument.mention.type)
        return Argument(argument.role, replace(argument.mention, type=name or ""))

    def _type(self, kind: Kind, label: str) -> str | None:
        names = (label, *self._aliases.types.get(label, ()))
        return next(
            (t for n in names if (t := self._types.get((kind, _folded(n)))) is not None), None
        )


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _names(record: Mapping[str, object]) -> list[str]:
    return [str(name) for name in _list(record.get("aliases"))]


def _records(value: object) -> list[dict[str, object]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
