"""Facts → the graph that they make, and the graph → the facts that it was made of.

A graph has all that it was made of in its support. So it can be made anew where things turn out to
be one, without the claims: `facts_of` reads the facts back, and `compose` makes the other graph.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from questgraph.graphs.evidence import Evidence, in_order, score_of, symmetric_in
from questgraph.graphs.naming import name_and_aliases
from questgraph.graphs.resolution.links import Merges
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Kind, digest
from questgraph.tools.schema import Schema

KnowledgeGraph: TypeAlias = "nx.MultiDiGraph[str]"


class Fact(NamedTuple):
    """What one claim says of which nodes; these stand in its evidence."""

    kind: Kind
    type: str
    """Of the relation or event; an entity has its type from its node."""

    evidence: Evidence

    def fillers(self, *roles: str) -> list[dict[str, Any]]:
        """Return the mentions in `roles`."""
        return [mention for mention in self.evidence["mentions"] if mention["role"] in roles]

    def others(self, *roles: str) -> list[dict[str, Any]]:
        """Return the mentions in any other role."""
        return [mention for mention in self.evidence["mentions"] if mention["role"] not in roles]

    def renamed(self, into: Mapping[str, str]) -> "Fact":
        """Return the same of other nodes, by the ids that they have here; with a record of its own.

        >>> said = Fact("entity", "", {"mentions": [{"node": "a"}, {"node": "b"}]})
        >>> said.renamed({"a": "c"}).evidence
        {'mentions': [{'node': 'c'}, {'node': 'b'}]}
        """
        mentions = [
            {**mention, "node": into.get(mention["node"], mention["node"])}
            for mention in self.evidence["mentions"]
        ]
        return Fact(self.kind, self.type, {**self.evidence, "mentions": mentions})


def compose(
    facts: Sequence[Fact],
    types: Mapping[str, str],
    schema: Schema,
    merges: Merges = MappingProxyType({}),
) -> KnowledgeGraph:
    """Return the graph that facts make.

    Args:
        facts: In the order of the text.
        types: Of each node that they name, by id.
        schema: Says which relations are symmetric, and which roles are filled once.
        merges: What is part of what else. Facts name things as they are merged; events, which get
            their ids here, follow.
    """
    graph: KnowledgeGraph = nx.MultiDiGraph(schema=schema.name)
    if iris := {type_.name: type_.iri for type_ in schema.types() if type_.iri}:
        graph.graph["iris"] = iris
    parts = _parts(merges)
    _add_entities(graph, facts, types, parts)
    _add_relations(graph, facts, symmetric_in(schema))
    _add_events(graph, facts, schema, merges, parts)
    return graph


def facts_of(graph: KnowledgeGraph) -> list[Fact]:
    """Return what `graph` was made of, in the order of the text, once each.

    Args:
        graph: As `compose` makes it without merges, settled by nobody.
    """
    found: dict[str, Fact] = {}

    def note(kind: Kind, part: Mapping[str, Any]) -> None:
        for record in part["support"]:
            found.setdefault(record["claim"], Fact(kind, part["type"], record))

    for *_, edge in graph.edges(data=True):
        if edge["kind"] == "relation":
            note("relation", edge)
    nodes = [node for _, node in graph.nodes(data=True)]
    # Entities come last: what nobody called one is supported by relations and events.
    for node in sorted(nodes, key=lambda node: node["kind"] == "entity"):
        note(node["kind"], node)
    return sorted(found.values(), key=_place)


def _place(fact: Fact) -> tuple[Any, ...]:
    """Sort as `entering` sorts claims."""
    record, mentions = fact.evidence, fact.evidence["mentions"]
    start, end = min(m["start"] for m in mentions), max(m["end"] for m in mentions)
    return record["document"], start, end, fact.kind, fact.type, record["claim"]


def _parts(merges: Merges) -> dict[str, dict[str, Any]]:
    """Return for each node that others went into its attribute `merged`: which, and why."""
    parts: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for id_, merge in merges.items():
        if merge.into != id_:
            parts[merge.into].append({"id": id_, "reason": merge.reason, "by": merge.by})
    return {id_: {"merged": some} for id_, some in parts.items()}


def _add_entities(
    graph: KnowledgeGraph,
    facts: Iterable[Fact],
    types: Mapping[str, str],
    parts: Mapping[str, dict[str, Any]],
) -> None:
    """Add a node for each thing; what nobody called an entity is supported by what names it."""
    wordings: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    called: defaultdict[str, list[Evidence]] = defaultdict(list)
    named: defaultdict[str, list[Evidence]] = defaultdict(list)
    for kind, _, record in facts:
        for mention in record["mentions"]:
            if node := mention["node"]:
                place = (mention["text"], record["document"], mention["start"], mention["end"])
                wordings[node].add(place)
                (called if kind == "entity" else named)[node].append(record)
    for node, places in sorted(wordings.items()):
        best, aliases = name_and_aliases(Counter(str(text) for text, *_ in places))
        support = in_order(called[node] or named[node])
        graph.add_node(
            node,
            kind="entity",
            type=types[node],
            name=best,
            aliases=aliases,
            support=support,
            **score_of(support),
            **parts.get(node, {}),
        )


def _add_relations(
    graph: KnowledgeGraph, facts: Iterable[Fact], symmetric: Collection[str]
) -> None:
    said: defaultdict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind == "relation":
            ends: list[str] = [fact.fillers(end)[0]["node"] for end in (HEAD, TAIL)]
            head, tail = sorted(ends) if fact.type in symmetric else ends
            said[head, fact.type, tail].append(fact)
    for (head, type_, tail), group in sorted(said.items()):
        _add_edge(graph, head, type_, tail, group, kind="relation", qualifiers=_qualifiers(group))


def _qualifiers(facts: Iterable[Fact]) -> dict[str, list[str]]:
    """Return the wordings in each further role, once each."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for fact in facts:
        for mention in fact.others(HEAD, TAIL):
            found[mention["role"]][mention["text"]] = None
    return {role: list(found[role]) for role in sorted(found)}


def _add_events(
    graph: KnowledgeGraph,
    facts: Iterable[Fact],
    schema: Schema,
    merges: Merges,
    parts: Mapping[str, dict[str, Any]],
) -> None:
    once = {
        event.name: [role.name for role in event.roles if not role.many] for event in schema.events
    }
    told: defaultdict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind == "event":
            told[fact.evidence["document"], fact.type, _told_by(fact)].append(fact)
    events: defaultdict[str, list[Fact]] = defaultdict(list)
    for key, group in told.items():
        for number, event in enumerate(_events(group, once.get(key[1], []))):
            id_ = f"v:{digest(*key, str(number))[:12]}"
            events[merges[id_].into if id_ in merges else id_] += event
    for node, event in sorted(events.items()):
        _add_event(graph, node, event, parts.get(node, {}))


def _told_by(fact: Fact) -> str:
    """Return what two claims share when they may tell of one event: a trigger, or everything."""
    parts = fact.fillers(TRIGGER) or fact.others()
    return "; ".join(sorted(f"{part['role']} {part['start']}-{part['end']}" for part in parts))


def _events(facts: Iterable[Fact], once: Sequence[str]) -> list[list[Fact]]:
    """Sort claims with one trigger into events: apart where a role filled once has two fillers."""
    events: list[list[Fact]] = []
    for fact in facts:
        for event in events:
            together = [*event, fact]
            fillers = ({m["node"] for f in together for m in f.fillers(role)} for role in once)
            if all(len(nodes) <= 1 for nodes in fillers):
                event.append(fact)
                break
        else:
            events.append([fact])
    return events


def _add_event(
    graph: KnowledgeGraph, node: str, facts: Sequence[Fact], parts: Mapping[str, Any]
) -> None:
    type_ = facts[0].type
    words = [trigger["text"] for fact in facts for trigger in fact.fillers(TRIGGER)]
    support = in_order(fact.evidence for fact in facts)
    graph.add_node(
        node,
        kind="event",
        type=type_,
        name=f"{type_}: {words[0]}" if words else type_,
        aliases=[],
        support=support,
        **score_of(support),
        **parts,
    )
    roles: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        for mention in fact.others(TRIGGER):
            roles[mention["role"], mention["node"]].append(fact)
    for (role, filler), group in sorted(roles.items()):
        _add_edge(graph, node, role, filler, group, kind="role")


def _add_edge(
    graph: KnowledgeGraph,
    head: str,
    type_: str,
    tail: str,
    facts: Iterable[Fact],
    **attributes: object,
) -> None:
    key = f"r:{digest(head, type_, tail)[:12]}"
    support = in_order(fact.evidence for fact in facts)
    told = {"type": type_, "support": support, **score_of(support), **attributes}
    graph.add_edge(head, tail, key, **told)
