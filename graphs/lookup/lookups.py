"""Questions to a graph that can be answered without a model. They read, and change nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.lookup.answers import (
    Card,
    Fact,
    Found,
    Listed,
    Neighbour,
    Path,
    Step,
    Time,
    TypeCount,
    clipped,
    first,
)
from questgraph.graphs.lookup.facts import AnyFact, Ends, facts_of
from questgraph.graphs.lookup.index import Data, Direction, Edge, GraphIndex
from questgraph.graphs.lookup.names import Match
from questgraph.graphs.lookup.naming import Naming
from questgraph.graphs.lookup.paths import Reached, Route, Search
from questgraph.graphs.lookup.telling import Teller
from questgraph.graphs.lookup.times import Times, any_at, asked
from questgraph.graphs.lookup.types import Types, What
from questgraph.graphs.resolution import UNTYPED
from questgraph.tools.errors import ConfigError
from questgraph.tools.schema import EntityType, Schema

LIMIT = 20
"""Items of a list, unless another number is asked for."""

MOST, DEEPEST, LONGEST = 200, 4, 6
"""Items of a list, steps to a neighbour, and steps of a path at most."""

_ANY = Schema(name="any", entities=(EntityType(name=UNTYPED),))

COUNTED = 200
"""Paths that are counted; whether there are more is not looked at."""


class Lookups:
    """A graph that can be asked.

    A thing is named by its id, by a name of it, or as `name (type)` where others have the name.
    Every method raises `ConfigError` when a name or type is unknown, a name means several things,
    or a number is out of bounds; the message says what to write.

    Args:
        graph: As `build` makes it; it must not change as long as it is asked.
        schema: Says which types are wider and which roles hold times, where it is known.
        hidden: Whether to tell what a conflict policy hides as well.
    """

    def __init__(
        self, graph: KnowledgeGraph, schema: Schema | None = None, *, hidden: bool = False
    ) -> None:
        self._schema = schema or _ANY
        self._index = GraphIndex(graph, hidden=hidden)
        self._times = Times(self._schema)
        self._tell = Teller(self._index, self._times)
        self._types = Types(self._index, self._schema)
        self._named = Naming(self._index)

    def types(self, *, limit: int = LIMIT) -> Listed[TypeCount]:
        """Return the types of what there is, the most frequent first."""
        _check("limit", limit, MOST)
        part = self._index.told
        counts = [
            *(("relation", type_, len(some)) for type_, some in part.relations.types.items()),
            *(("role", type_, len(some)) for type_, some in part.roles.types.items()),
            *(
                (kind, type_, len(part.nodes_of(kind, [type_])))
                for kind in ("entity", "event")
                for type_ in part.types(kind)
            ),
        ]
        ordered = sorted(counts, key=lambda count: (-count[2], count[:2]))
        return first(ordered, limit, _counted)

    def find(
        self, name: str = "", *, types: Collection[str] = (), limit: int = LIMIT
    ) -> Listed[Found]:
        """Return what `name` may mean, the likeliest first; without a name, all things of `types`.

        Args:
            name: A name in any spelling, words of one, or an id.
            types: Of entities and events; any without.
            limit: Things to tell at most.
        """
        _check("limit", limit, MOST)
        if not name.strip() and not types:
            raise ConfigError("say what to find: a name, or a type of entities or events")
        chosen = self._types.chosen(types, "entity", "event")
        if not name.strip():
            nodes, hidden = (
                [n for kind, some in chosen.items() for n in part.nodes_of(kind, sorted(some))]
                for part in (self._index.told, self._index.untold)
            )
            return first(nodes, limit, self._itself, len(hidden))
        wanted = set().union(*chosen.values())
        matches = self._named.like(name)
        if types:
            matches = [match for match in matches if self._index.type(match.node) in wanted]
        return first(matches, limit, self._found)

    def called(self, name: str) -> list[str]:
        """Return the ids of all things that have exactly this name, or this id."""
        return [match.node for match in self._named.exactly(name)]

    def has_type(self, name: str, *kinds: What) -> bool:
        """Say whether the graph has such a type of `kinds`."""
        return self._types.is_one(name, *kinds)

    def card(self, name: str, *, limit: int = LIMIT) -> Card:
        """Return all about one thing; each list has `limit` items at most."""
        _check("limit", limit, MOST)
        node = self._named.one(name)
        data, tell = self._index.nodes[node], self._tell
        told, untold = self._index.told, self._index.untold
        events, hidden = (self._index.events(node, part) for part in (told, untold))
        merged = [part.get("reason", "") for part in data.get("merged", ())]

        def relations(direction: Direction) -> Listed[Fact]:
            hidden = len(untold.relations.of(node, direction))
            return first(told.relations.of(node, direction), limit, tell.edge, hidden)

        return Card(
            thing=tell.thing(node),
            types=tuple(map(clipped, self._schema.lineage(data["type"]))),
            aliases=first(data["aliases"], limit, clipped),
            merged=first(merged, limit, clipped),
            out=relations("out"),
            into=relations("in"),
            events=first(events, limit, tell.event, len(hidden)),
            score=data.get("score"),
            mentions=tell.quotes(data["support"], limit),
        )

    def neighbours(
        self,
        name: str,
        *,
        types: Collection[str] = (),
        direction: Direction = "both",
        depth: int = 1,
        limit: int = LIMIT,
    ) -> Listed[Neighbour]:
        """Return what is `depth` facts away at most, the nearest first.

        Args:
            name: Where to begin.
            types: Relations and roles to follow, and types of things to tell; any without.
            direction: Which way facts may run, seen from the nearer end.
            depth: How far to go.
            limit: Things to tell at most.
        """
        _check("limit", limit, MOST)
        _check("depth", depth, DEEPEST)
        chosen = self._types.chosen(types, "relation", "entity", "event", "role")
        things = {*chosen["entity"], *chosen["event"]}
        search = self._search({*chosen["relation"], *chosen["role"]}, direction)
        near = list(search.near(self._named.one(name), depth))
        if things:
            near = [each for each in near if self._index.type(each.node) in things]
        return replace(first(near, limit, self._near), exact=not search.exhausted)

    def paths(
        self,
        start: str,
        goal: str,
        *,
        types: Collection[str] = (),
        longest: int = 4,
        limit: int = LIMIT,
    ) -> Listed[Path]:
        """Return ways between two things, whichever way facts run; the shortest first.

        Args:
            start: One thing.
            goal: The other one.
            types: Relations and roles to follow; any without.
            longest: Facts on a path at most.
            limit: Paths to tell at most.
        """
        _check("limit", limit, MOST)
        _check("longest", longest, LONGEST)
        ends = self._named.one(start), self._named.one(goal)
        if ends[0] == ends[1]:
            raise ConfigError(f"{clipped(start)!r} and {clipped(goal)!r} are one thing: name two")
        chosen = self._types.chosen(types, "relation", "role")
        wanted = set().union(*chosen.values())
        search = self._search(wanted, "both")
        routes = list(islice(search.routes(*ends, longest), limit + COUNTED))
        told = first(routes, limit, partial(self._path, types=wanted))
        return replace(told, exact=not search.exhausted and told.more < COUNTED)

    def facts(
        self,
        *,
        types: Collection[str] = (),
        head: str = "",
        tail: str = "",
        about: str = "",
        time: str = "",
        limit: int = LIMIT,
    ) -> Listed[Fact]:
        """Return relations, then events; of each, the best supported first.

        Args:
            types: Of relations and events; any without.
            head: What a relation runs from; an event has it in some role.
            tail: What a relation runs to; likewise.
            about: What is at either end; likewise.
            time: When they were true: `2019`, `May 2019`, `1999 to 2003`, `since 2003`. What says
                no time that can be read is left out then.
            limit: Facts to tell at most.
        """
        _check("limit", limit, MOST)
        chosen = self._types.chosen(types, "relation", "event") if types else None
        ends = Ends(*(self._named.one(name) if name else "" for name in (head, tail, about)))
        told, untold = (
            facts_of(self._index, part, chosen, ends)
            for part in (self._index.told, self._index.untold)
        )
        if time:
            told, untold = (self._at(some, asked(time)) for some in (told, untold))
        return first(told, limit, self._fact, len(untold))

    def _at(self, facts: Sequence[AnyFact], time: Time) -> Sequence[AnyFact]:
        dated = ((fact, self._times.of(self._data(fact))) for fact in facts)
        return [fact for fact, times in dated if times and any_at(times, time)]

    def _search(self, types: Collection[str], direction: Direction) -> Search:
        edges = self._index.told.edges

        def wanted(node: str) -> Sequence[Edge]:
            return [edge for edge in edges(node, direction) if edge.type in types]

        return Search(wanted if types else lambda node: edges(node, direction))

    def _itself(self, node: str) -> Found:
        return self._found(Match(node, "name", self._index.nodes[node]["name"], 1.0))

    def _found(self, match: Match) -> Found:
        return Found(
            thing=self._tell.thing(match.node),
            how=match.how,
            wording=clipped(match.wording),
            likeness=match.likeness,
            facts=len(self._index.told.edges(match.node)),
        )

    def _near(self, reached: Reached) -> Neighbour:
        node, distance, via = reached
        return Neighbour(thing=self._tell.thing(node), distance=distance, via=self._tell.edge(via))

    def _path(self, route: Route, types: Collection[str]) -> Path:
        steps = []
        for near, far in pairwise(route):
            edges = [e for e in self._index.told.edges(near) if e.other(near) == far]
            wanted = [e for e in edges if not types or e.type in types]
            facts = first(wanted, LIMIT, self._tell.edge)
            steps.append(Step(to=self._tell.thing(far), facts=facts))
        return Path(start=self._tell.thing(route[0]), steps=tuple(steps))

    def _fact(self, fact: AnyFact) -> Fact:
        return self._tell.event(fact) if isinstance(fact, str) else self._tell.edge(fact)

    def _data(self, fact: AnyFact) -> Data:
        return self._index.nodes[fact] if isinstance(fact, str) else fact.data


def _counted(count: tuple[str, str, int]) -> TypeCount:
    kind, type_, number = count
    return TypeCount(kind=kind, type=clipped(type_), number=number)


def _check(what: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise ConfigError(f"{what} {number}: it is from 1 to {most}")
