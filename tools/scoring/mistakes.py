"""What is wrong with what was said, and what is missing: after the errors of Han et al. 2023.

What is right is set aside first; then each wrong claim is paired with the gold claim that it most
likely was meant for, and each is used once.
"""

from collections.abc import Callable, Container, Hashable, Sequence
from typing import Literal, NamedTuple

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Claim, Kind, Span
from questgraph.tools.scoring.clusters import Clusters
from questgraph.tools.scoring.matching import match
from questgraph.tools.scoring.sides import place

Flaw = Literal[
    "missing",
    "spurious",
    "wrong type",
    "wrong direction",
    "wrong boundary",
    "wrong arguments",
    "ungrounded",
]
"""What is wrong: gold was not said; nothing in gold is like it; the same place or pair has another
type; head and tail are swapped; the places overlap, under the same type; the event is the same and
its arguments are not; the text does not hold its words. Off in place *and* type is two mistakes,
one missing and one spurious."""


class Mistake(NamedTuple):
    """A claim that is wrong, or missing, and the one that it should have been."""

    flaw: Flaw
    gold: Claim | None
    said: Claim | None


Alike = Callable[[Claim, Claim], bool]
"""Says whether a gold claim and one that was said go together."""


def mistakes(
    gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()
) -> list[Mistake]:
    """Return every mistake about a passage: what was said wrongly, then what is missing.

    Claims that are grounded and were turned down are no mistakes: they were not said in the end.
    Repeats of a claim, also of other mentions of the same entities, count once.
    """
    found = [Mistake("ungrounded", None, claim) for claim in said if not claim.grounded]
    clusters = Clusters(gold.clusters)
    for kind, reading in _readings(clusters, symmetric).items():
        meant = [claim for claim in gold.claims if claim.kind == kind]
        found += _of_kind(
            meant, [claim for claim in said if claim.kind == kind and claim.admitted], reading
        )
    return sorted(found, key=lambda mistake: mistake.said is None)


class _Reading(NamedTuple):
    """How claims of a kind are read: when two are the same, and how one can be wrong."""

    key: Callable[[Claim], Hashable]
    """Claims with the same key are repeats."""

    right: Alike
    wrong: Sequence[tuple[Flaw, Alike]]
    """The closest miss first."""


def _readings(clusters: Clusters, symmetric: Container[str]) -> dict[Kind, _Reading]:
    return {
        "entity": _Reading(
            key=lambda claim: (claim.type, _places(claim)),
            right=_of_a_type(_same_places),
            wrong=[("wrong type", _same_places), ("wrong boundary", _of_a_type(_overlap))],
        ),
        "relation": _relations(clusters, symmetric),
        "event": _Reading(
            key=lambda claim: (claim.type, _trigger(claim), _filled(claim)),
            right=_of_a_type(lambda a, b: _same_event(a, b) and _filled(a) == _filled(b)),
            wrong=[
                ("wrong arguments", _of_a_type(_same_event)),
                ("wrong type", _same_event),
                ("wrong boundary", _of_a_type(_triggers_overlap)),
            ],
        ),
    }


def _relations(clusters: Clusters, symmetric: Container[str]) -> _Reading:
    def same(end: Span, said: Span) -> bool:
        return said in clusters.mentions(end)

    def near(end: Span, said: Span) -> bool:
        return any(said.overlaps(mention) for mention in clusters.mentions(end))

    def ends(alike: Callable[[Span, Span], bool]) -> Alike:
        def in_order(gold: Claim, said: Claim) -> bool:
            there = all(map(alike, _ends(gold), _ends(said)))
            return there or (gold.type in symmetric and swapped(alike)(gold, said))

        return in_order

    def swapped(alike: Callable[[Span, Span], bool]) -> Alike:
        return lambda gold, said: all(map(alike, _ends(gold), reversed(_ends(said))))

    def key(claim: Claim) -> Hashable:
        names = tuple(clusters.name(span) for span in _ends(claim))
        return claim.type, frozenset(names) if claim.type in symmetric else names

    return _Reading(
        key=key,
        right=_of_a_type(ends(same)),
        wrong=[
            ("wrong type", ends(same)),
            ("wrong direction", _of_a_type(swapped(same))),
            ("wrong boundary", _of_a_type(ends(near))),
        ],
    )


def _of_kind(gold: Sequence[Claim], said: Sequence[Claim], reading: _Reading) -> list[Mistake]:
    distinct = {reading.key(claim): claim for claim in said}.values()
    meant = {reading.key(claim): claim for claim in gold}.values()
    left = [claim for claim in distinct if not any(reading.right(other, claim) for other in meant)]
    missed = [other for other in meant if not any(reading.right(other, claim) for claim in said)]
    found: list[Mistake] = []
    for flaw, alike in reading.wrong:
        pairs = match(missed, left, alike)
        found += [Mistake(flaw, missed[i], left[j]) for j, i in pairs.items()]
        left = [claim for j, claim in enumerate(left) if j not in pairs]
        missed = [other for i, other in enumerate(missed) if i not in pairs.values()]
    found += [Mistake("spurious", None, claim) for claim in left]
    return found + [Mistake("missing", other, None) for other in missed]


def _of_a_type(alike: Alike) -> Alike:
    return lambda gold, said: gold.type == said.type and alike(gold, said)


def _places(claim: Claim) -> tuple[Span, ...]:
    return tuple(place(mention) for _, mention in claim.arguments)


def _ends(claim: Claim) -> tuple[Span, Span]:
    return place(claim.fillers(HEAD)[0]), place(claim.fillers(TAIL)[0])


def _same_places(gold: Claim, said: Claim) -> bool:
    return _places(gold) == _places(said)


def _overlap(gold: Claim, said: Claim) -> bool:
    return all(a.overlaps(b) for a, b in zip(_places(gold), _places(said), strict=False))


def _trigger(claim: Claim) -> Span | None:
    return next((place(mention) for mention in claim.fillers(TRIGGER)), None)


def _filled(claim: Claim) -> frozenset[tuple[str, Span]]:
    return frozenset((role, place(m)) for role, m in claim.arguments if role != TRIGGER)


def _same_event(gold: Claim, said: Claim) -> bool:
    """Say whether two have the same trigger or, where one has none, share an argument."""
    ours, theirs = _trigger(gold), _trigger(said)
    if ours and theirs:
        return ours == theirs
    filled, others = _filled(gold), _filled(said)
    return filled == others or not filled.isdisjoint(others)


def _triggers_overlap(gold: Claim, said: Claim) -> bool:
    ours, theirs = _trigger(gold), _trigger(said)
    return bool(ours and theirs and ours.overlaps(theirs))
