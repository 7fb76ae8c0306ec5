"""What cannot all be true by the schema: too many tails at a time, or both directions."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import networkx as nx

from questgraph.graphs.conflicts.axioms import Axioms, Limit
from questgraph.graphs.conflicts.policies import Policy
from questgraph.graphs.conflicts.statements import Statement, named, note
from questgraph.graphs.intervals import agree, lasting
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import HEAD, TAIL, digest

_NAMED = 3
"""Things that a reason names before it only counts them."""


@dataclass(frozen=True, slots=True, eq=False)
class Clash:
    """Statements of which not all can be true."""

    id: str
    """Name of the group, made of what is in it."""

    kind: str
    why: str
    at_most: int
    """How many of them may be true at a time."""

    rivals: Sequence[Statement]
    by_value: bool = False
    """Whether their tails are times, which may name one day in several ways."""

    def part(self, one: Statement, other: Statement) -> bool:
        """Say whether both statements can be true all the same."""
        if self.by_value and one.value and other.value:
            return agree([one.value, other.value])
        return not one.contradicts(other)


class _Owner(NamedTuple):
    """A node that may have only so many of something."""

    node: str
    type: str
    at_most: int
    backwards: bool
    """Whether the node is the tail of what it may have."""


def clashes(graph: KnowledgeGraph, some: Iterable[Statement], axioms: Axioms) -> list[Clash]:
    """Return what cannot all be true of `some` statements."""
    edges = [each for each in some if each.tail]
    return [*_crowds(graph, edges, axioms), *_both_ways(graph, edges, axioms)]


def decide(graph: KnowledgeGraph, found: Sequence[Clash], policy: Policy) -> None:
    """Hide what contradicts something shown that ranks higher; note for each why.

    From the highest rank down, so that what is hidden itself hides nothing.
    """
    mine: defaultdict[Statement, list[Clash]] = defaultdict(list)
    for clash in found:
        for statement in clash.rivals:
            mine[statement].append(clash)
    shown: defaultdict[Clash, dict[Statement, None]] = defaultdict(dict)
    ordered = sorted(mine, key=lambda each: (each.rank, each.id), reverse=True)
    for _, tier in groupby(ordered, key=lambda each: each.rank):
        taken = [each for each in tier if all(_room(each, shown[c], c) for c in mine[each])]
        for statement in taken:
            for clash in mine[statement]:
                shown[clash][statement] = None
    for statement, some in mine.items():
        for clash in some:
            statement.data["shown"] = statement in shown[clash]
            decided = _decided(graph, statement, clash, shown[clash], policy)
            note(statement, group=clash.id, kind=clash.kind, why=clash.why, decided=decided)


def _crowds(graph: KnowledgeGraph, edges: Iterable[Statement], axioms: Axioms) -> Iterator[Clash]:
    """Yield what exceeds the number of tails that a relation, or fillers that a role, may have."""
    owned: defaultdict[_Owner, dict[Statement, None]] = defaultdict(dict)
    for edge in edges:
        for owner in _owners(graph, edge, axioms):
            owned[owner][edge] = None
    for owner, some in sorted(owned.items(), key=lambda each: each[0]):
        by_value = not owner.backwards and all(each.value for each in some)
        for rivals in _rivals(list(some), owner.at_most, by_value=by_value):
            others = [each.head if each.tail == owner.node else each.tail for each in rivals]
            kind = "role" if graph.nodes[owner.node]["kind"] == "event" else "functional"
            why = (
                f"{owner.type}: {named(graph, owner.node)} can have {owner.at_most} at a time, and"
                f" {_listed(graph, others)} are said"
            )
            id_ = _group(kind, owner.node, rivals)
            yield Clash(id_, kind, why, owner.at_most, rivals, by_value)


def _owners(graph: KnowledgeGraph, edge: Statement, axioms: Axioms) -> list[_Owner]:
    """Return the ends of an edge at which there may be only so many like it."""
    if not (limit := _limit(graph, edge, axioms)):
        return []
    nodes = [edge.head if end == HEAD else edge.tail for end in limit.owners]
    return [_Owner(node, edge.type, limit.at_most, limit.owners == (TAIL,)) for node in nodes]


def _limit(graph: KnowledgeGraph, edge: Statement, axioms: Axioms) -> Limit | None:
    if edge.data["kind"] == "relation":
        return axioms.limits.get(edge.type)
    return Limit(1, (HEAD,)) if (graph.nodes[edge.head]["type"], edge.type) in axioms.once else None


def _rivals(
    some: Sequence[Statement], at_most: int, *, by_value: bool
) -> Iterator[Sequence[Statement]]:
    """Yield the statements that are too many for their time, each group by itself."""
    if len(some) <= at_most:
        return
    if by_value:
        if not agree(each.value for each in some if each.value):
            yield some
        return
    for group in sorted(map(sorted, nx.connected_components(_crowded(some, at_most)))):
        yield [some[place] for place in group]


def _crowded(some: Sequence[Statement], at_most: int) -> "nx.Graph[int]":
    """Join the places in `some` of statements that are true together and too many."""
    borders = [
        (time, closes, place)
        for place, statement in enumerate(some)
        for lasts in lasting(statement.times)
        for closes, time in enumerate(lasts)
    ]
    true: Counter[int] = Counter()
    crowd: nx.Graph[int] = nx.Graph()
    for _, closes, place in sorted(borders):
        if closes:
            true[place] -= 1
            if not true[place]:
                del true[place]
            continue
        true[place] += 1
        if len(true) > at_most:
            # Any more than the first ones too many join one that is joined to all the others.
            nx.add_path(crowd, true if len(true) == at_most + 1 else [next(iter(true)), place])
    return crowd


def _both_ways(
    graph: KnowledgeGraph, edges: Iterable[Statement], axioms: Axioms
) -> Iterator[Clash]:
    """Yield what is said in both directions of a relation that holds in one."""
    found: defaultdict[tuple[str, ...], list[Statement]] = defaultdict(list)
    for edge in edges:
        if edge.type in axioms.asymmetric and edge.head != edge.tail:
            found[edge.type, *sorted((edge.head, edge.tail))].append(edge)
    for (type_, *ends), some in sorted(found.items(), key=lambda each: each[0]):
        if len(some) > 1 and some[0].contradicts(some[1]):
            one, other = (named(graph, end) for end in ends)
            why = f"{type_} holds in one direction, and is said of {one} and {other} in both"
            yield Clash(_group("asymmetric", type_, some), "asymmetric", why, 1, some)


def _group(kind: str, about: str, rivals: Iterable[Statement]) -> str:
    return f"c:{digest(kind, about, *sorted(each.id for each in rivals))[:12]}"


def _room(statement: Statement, shown: Iterable[Statement], clash: Clash) -> bool:
    """Say whether a statement may be shown beside what is."""
    against = sum(not clash.part(statement, each) for each in shown)
    return against < clash.at_most


def _decided(
    graph: KnowledgeGraph,
    statement: Statement,
    clash: Clash,
    shown: Collection[Statement],
    policy: Policy,
) -> str:
    """Say in words why a statement is shown or not."""
    rivals = (each for each in shown if each is not statement and not clash.part(statement, each))
    rival, mine = next(rivals, None), policy.words(statement.rank)
    if statement not in shown:
        if not rival or _room(statement, shown, clash):
            return "hidden for another conflict that it has part in"
        return f"hidden: {_called(graph, rival)} {policy.words(rival.rank)}, this {mine}"
    if policy.name == "all":
        return "shown: the policy is to show all"
    if rival and clash.at_most == 1:
        return f"shown, though {_called(graph, rival)} is too: each {mine}"
    return f"shown: it {mine}"


def _called(graph: KnowledgeGraph, edge: Statement) -> str:
    return f"{named(graph, edge.head)} {edge.type} {named(graph, edge.tail)}"


def _listed(graph: KnowledgeGraph, nodes: Sequence[str]) -> str:
    """Name some nodes, and count the others."""
    names = sorted(named(graph, node) for node in nodes)
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} others"
    return f"{', '.join(names[:-1])} and {names[-1]}"
