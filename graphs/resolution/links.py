"""What is said to name the same, and what comes of it: things that are merged, each with a reason.

A link says of two things that they are the same, or that they are not. People outrank the model,
the model outranks rules, and what a person has parted nothing joins. The strongest link comes
first and is followed unless it would join what somebody parted; so what comes out depends on the
links and not on their order, it is transitive, and a link left out is as if it had never been.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from questgraph.graphs.resolution.names import UNTYPED, Lineage, is_description, is_pronoun
from questgraph.tools.records import Span

By = Literal["person", "model", "rule"]
RANKS: Sequence[By] = ("person", "model", "rule")


class Thing(NamedTuple):
    """A node before anything is merged, as far as merging looks at it."""

    id: str
    type: str
    names: tuple[str, ...]
    """What it is called, the best name first."""

    support: int
    """How many claims name it."""

    joined: frozenset[str]
    """Ids of things that some claim tells of together with it."""

    places: tuple[tuple[str, Span], ...] = ()
    """Document and characters of each mention, in the order of the text."""

    @property
    def local(self) -> bool:
        """Whether it is something in its own document only, as what a pronoun names is."""
        return all(is_pronoun(name) or is_description(name) for name in self.names)


class Link(NamedTuple):
    """Somebody's word on two things."""

    one: str
    other: str
    same: bool
    reason: str
    by: By = "rule"
    score: float = 1.0
    """How likely, among links by the same."""


class Merge(NamedTuple):
    """Where a thing went."""

    into: str
    """Id of the thing that it is now part of."""

    type: str
    """Type of that one."""

    reason: str
    by: By


Merges: TypeAlias = Mapping[str, Merge]
"""By id, for each thing that is part of another one."""


def merges_of(things: Iterable[Thing], links: Iterable[Link], lineage: Lineage) -> dict[str, Merge]:
    """Return what is merged into what, and why.

    Rules and models join nothing of types that disagree, and nothing that a claim tells of
    together, as head and tail, say. A person may.

    Args:
        things: All that there are; links to anything else are passed over.
        links: In any order. Two on the same pair by the same: the stronger one counts.
        lineage: Says which types agree.
    """
    known = {thing.id: thing for thing in things}
    said = _strongest(link for link in links if {link.one, link.other} <= known.keys())
    groups = _Groups(known, lineage)
    for link in said:
        if not link.same:
            groups.part(link)
    followed = [link for link in said if link.same and groups.join(link)]
    return _merges(groups.all(), followed, known, lineage)


class _Groups:
    """Things that belong together so far."""

    def __init__(self, known: Mapping[str, Thing], lineage: Lineage) -> None:
        self._known, self._lineage = known, lineage
        self._group = {id_: frozenset({id_}) for id_ in known}
        self._parted: defaultdict[str, dict[str, By]] = defaultdict(dict)

    def part(self, link: Link) -> None:
        """Note that two things are not the same; the first to say so counts."""
        self._parted[link.one].setdefault(link.other, link.by)
        self._parted[link.other].setdefault(link.one, link.by)

    def join(self, link: Link) -> bool:
        """Join the groups of two things unless something forbids it; say whether they are one."""
        one, other = self._group[link.one], self._group[link.other]
        if one is other:
            return False
        if self._forbidden(one, other, link.by):
            return False
        both = one | other
        self._group.update(dict.fromkeys(both, both))
        return True

    def all(self) -> set[frozenset[str]]:
        """Return the groups of more than one."""
        return {group for group in self._group.values() if len(group) > 1}

    def _forbidden(self, one: frozenset[str], other: frozenset[str], by: By) -> bool:
        rank = RANKS.index(by)
        for id_ in one:
            parted = self._parted.get(id_, {})
            if any(RANKS.index(parted[far]) <= rank for far in parted.keys() & other):
                return True
            if by != "person" and self._known[id_].joined & other:
                return True
        types = {self._known[id_].type for id_ in one | other}
        return by != "person" and _narrowest(types, self._lineage) is None


def _strongest(links: Iterable[Link]) -> list[Link]:
    """Return links with their ends in order, one for each pair and speaker, the strongest first."""
    ordered = sorted(
        (link._replace(one=min(link[:2]), other=max(link[:2])) for link in links),
        key=lambda link: (RANKS.index(link.by), -link.score, *link[:4]),
    )
    best: dict[tuple[str, str, By], Link] = {}
    for link in ordered:
        best.setdefault((link.one, link.other, link.by), link)
    return list(best.values())


def _merges(
    groups: Iterable[frozenset[str]],
    followed: Sequence[Link],
    known: Mapping[str, Thing],
    lineage: Lineage,
) -> dict[str, Merge]:
    touching: defaultdict[str, list[Link]] = defaultdict(list)
    for link in followed:
        touching[link.one].append(link)
        touching[link.other].append(link)
    merges: dict[str, Merge] = {}
    for group in groups:
        some = [known[id_] for id_ in group]
        best = min(some, key=lambda t: (t.local, t.type == UNTYPED, -t.support, t.id))
        type_ = _narrowest({thing.type for thing in some}, lineage) or best.type
        for thing in some:
            if thing.id != best.id or type_ != best.type:
                why = touching[thing.id][0]
                merges[thing.id] = Merge(best.id, type_, why.reason, why.by)
    return dict(sorted(merges.items()))


def _narrowest(types: Iterable[str], lineage: Lineage) -> str | None:
    """Return the type below all the others, where they lie in one line."""
    longest: list[str] = max(
        (lineage(type_) for type_ in types), key=lambda line: (len(line), line)
    )
    return longest[0] if set(types) <= set(longest) else None
