"""Claims that cannot all be true, and what becomes of those that lose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from questgraph.tools.records import HEAD, TAIL, TRIGGER, Argument, Claim, Span
from questgraph.tools.schema import AnyType, EventType, RelationType, Schema


@dataclass(frozen=True, slots=True)
class Rival:
    """One of several wordings for something that can only be one."""

    places: tuple[tuple[int, Argument], ...]
    """Indices of the claims that say it, and the argument by which they do; in text order."""

    @property
    def argument(self) -> Argument:
        """Where it is said first."""
        return self.places[0][1]


def told_once(claims: Sequence[Claim]) -> list[Claim]:
    """Return `claims` with the tellings of each event joined; events come last.

    Events are one when they have the same trigger; those without triggers, when they share a
    filler of the same role.
    """
    events: list[Claim] = []
    for claim in claims:
        if claim.kind == "event":
            same = next((i for i, event in enumerate(events) if _same(event, claim)), None)
            if same is None:
                events.append(claim)
            else:
                events[same] = _joined(events[same], claim)
    return [*(claim for claim in claims if claim.kind != "event"), *events]


def rivalries(claims: Sequence[Claim], schema: Schema) -> list[list[Rival]]:
    """Return the groups of rivals, each in the order of the text.

    Rivals are the fillers of a role that takes one, in one event, and the tails of one head in a
    functional relation. Claims that are turned down already take no part.
    """
    groups: dict[object, dict[str, list[tuple[int, Argument]]]] = {}
    for i, claim in enumerate(claims):
        for key, argument in _exclusive(i, claim, schema[claim.type]) if claim.admitted else ():
            wordings = groups.setdefault(key, {})
            wordings.setdefault(argument.mention.text.casefold(), []).append((i, argument))
    found = [
        sorted((Rival(tuple(sorted(p, key=_start))) for p in wordings.values()), key=_first)
        for wordings in groups.values()
    ]
    return [group for group in found if len(group) > 1]


def has_rivals(type_: AnyType) -> bool:
    """Say whether claims of a type can be rivals.

    >>> has_rivals(RelationType(name="born_in", functional=True))
    True
    """
    match type_:
        case RelationType(functional=functional):
            return functional
        case EventType(roles=roles):
            return not all(role.many for role in roles)
        case _:
            return False


def narrowed(claim: Claim, argument: Argument) -> Claim:
    """Return what an event says of one of its arguments alone; a relation as it is."""
    if claim.kind == "relation":
        return claim
    kept = (each for each in claim.arguments if each.role == TRIGGER or each == argument)
    return replace(claim, arguments=tuple(kept))


def without(claims: Sequence[Claim], loser: Rival, winner: Rival) -> list[Claim]:
    """Return `claims` with a rival turned down: the reason stays in the run.

    An event loses the filler, which becomes a refuted claim of its own.
    """
    reason = f"{winner.argument.mention.text!r} fits better as {loser.argument.role}"
    told = list(claims)
    for i, argument in loser.places:
        if told[i].kind == "event":
            told.append(replace(narrowed(told[i], argument), verdict="refuted", reason=reason))
            left = tuple(each for each in told[i].arguments if each != argument)
            told[i] = replace(told[i], arguments=left)
        else:
            told[i] = replace(told[i], verdict="refuted", reason=reason)
    return told


def _exclusive(i: int, claim: Claim, type_: AnyType) -> Iterator[tuple[object, Argument]]:
    """Yield the arguments of a claim that may have rivals, with what makes rivals of them."""
    match type_:
        case RelationType(functional=True):
            tail = next(argument for argument in claim.arguments if argument.role == TAIL)
            yield (type_.name, claim.fillers(HEAD)[0].text.casefold()), tail
        case EventType(roles=roles):
            single = {role.name for role in roles if not role.many}
            yield from (((i, a.role), a) for a in claim.arguments if a.role in single)


def _same(event: Claim, other: Claim) -> bool:
    if event.type != other.type:
        return False
    triggers, others = ({m.span or m.text for m in c.fillers(TRIGGER)} for c in (event, other))
    if triggers or others:
        return bool(triggers & others)
    return bool(set(map(_said, event.arguments)) & set(map(_said, other.arguments)))


def _joined(event: Claim, other: Claim) -> Claim:
    """Return one event with the fillers of both."""
    known = {(role, mention.span or mention.text) for role, mention in event.arguments}
    new = [a for a in other.arguments if (a.role, a.mention.span or a.mention.text) not in known]
    held = [span for span in (event.evidence, other.evidence) if span]
    return replace(
        event,
        arguments=(*event.arguments, *new),
        evidence=Span(min(s.start for s in held), max(s.end for s in held)) if held else None,
        turns=tuple(sorted({*event.turns, *other.turns})),
    )


def _said(argument: Argument) -> tuple[str, str]:
    return argument.role, argument.mention.text.casefold()


def _start(place: tuple[int, Argument]) -> int:
    span = place[1].mention.span
    return span.start if span else 0


def _first(rival: Rival) -> int:
    return _start(rival.places[0])
