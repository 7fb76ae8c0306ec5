"""Claims → the knowledge graph, a networkx `MultiDiGraph` whose every part names its evidence.

Nodes (`kind` is `entity` or `event`) have `type`, `name`, `aliases` and `support`. Edges (`kind` is
`relation` or `role`) have `type` and `support`, relations also `qualifiers`; they run from head to
tail, and from an event to what fills its roles. `support` is a list of records as `evidence_of`
makes them; where claims are scored, nodes and edges have the highest `score` of them. A node that
others were merged into has them in `merged`, each with `id`, `reason` and `by`. Relations of
different types are parallel edges; what says the same of the same ends shares one.

Ids are made of what a thing is called and of its type: the same claims in any order give the same
bytes, and a thing keeps its id while both stay.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from questgraph.graphs.evidence import (
    Evidence,
    entering,
    evidence_of,
    in_order,
    score_of,
    symmetric_in,
)
from questgraph.graphs.naming import entity_id, name_and_aliases, names_in, names_of
from questgraph.graphs.resolution import Name, Resolve, resolve_names
from questgraph.graphs.resolution.links import Merges
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Claim, Document, Span, digest
from questgraph.tools.schema import Schema

KnowledgeGraph: TypeAlias = "nx.MultiDiGraph[str]"


class _Node(NamedTuple):
    id: str
    type: str


class _Fact(NamedTuple):
    """A claim that is in the graph; what it is about stands in its evidence."""

    claim: Claim
    evidence: Evidence

    def fillers(self, *roles: str) -> list[dict[str, Any]]:
        """Return the mentions in `roles`."""
        return [mention for mention in self.evidence["mentions"] if mention["role"] in roles]

    def others(self, *roles: str) -> list[dict[str, Any]]:
        """Return the mentions in any other role."""
        return [mention for mention in self.evidence["mentions"] if mention["role"] not in roles]


def build(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    admit: Callable[[Claim], bool] = lambda claim: claim.admitted,
    resolve: Resolve = resolve_names,
    elsewhere: Collection[str] = (),
    merges: Merges = MappingProxyType({}),
) -> KnowledgeGraph:
    """Return the graph of the claims that are admitted.

    Args:
        claims: What was said, in any order; passages that overlap may repeat it.
        documents: The texts by id: all that claims were read from.
        schema: Says which relations are symmetric, which types are wider, which roles are filled
            once.
        admit: Which claims may enter. A claim with a mention that is not in the text cannot.
        resolve: Which mentions name the same thing.
        elsewhere: Ids of entities that other documents name: here a qualifier may.
        merges: What is part of what else, by the id that it has without them.
    """
    kept = entering(claims, schema, admit)
    nodes = _nodes(kept, documents, schema, resolve, elsewhere, merges)
    facts = [
        _Fact(
            claim, evidence_of(claim, documents[claim.document_id], _ids(claim, nodes, documents))
        )
        for claim in kept
    ]
    graph: KnowledgeGraph = nx.MultiDiGraph(schema=schema.name)
    _add_entities(graph, nodes, facts, merges)
    _add_relations(graph, facts, symmetric_in(schema))
    _add_events(graph, facts, schema, merges)
    return graph


def parts_of(graph: KnowledgeGraph) -> Iterator[dict[str, Any]]:
    """Yield the attributes of all nodes, then those of all edges."""
    yield from (data for _, data in graph.nodes(data=True))
    yield from (data for *_, data in graph.edges(data=True))


def visible(graph: KnowledgeGraph) -> KnowledgeGraph:
    """Return `graph` without what a policy does not show; itself where all of it is shown."""
    nodes = [node for node, data in graph.nodes(data=True) if not data.get("shown", True)]
    edges = [
        (head, tail, key)
        for head, tail, key, data in graph.edges(keys=True, data=True)
        if not data.get("shown", True)
    ]
    if not nodes and not edges:
        return graph
    rest = graph.copy()
    rest.remove_edges_from(edges)
    rest.remove_nodes_from(nodes)
    return rest


def _nodes(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    resolve: Resolve,
    elsewhere: Collection[str],
    merges: Merges,
) -> dict[Name, _Node]:
    """Return the entity node of every mention that has one."""
    named = names_in(claims, documents)
    identities = resolve(sorted(named), schema, documents)
    nodes = {
        name: _merged(entity_id(identity.type, identity.key), identity.type, merges)
        for name, identity in identities.items()
    }
    present = {nodes[name] for name, present in named.items() if present}
    return {name: node for name, node in nodes.items() if node in present or node.id in elsewhere}


def _ids(
    claim: Claim, nodes: Mapping[Name, _Node], documents: Mapping[str, Document]
) -> Iterable[str]:
    """Yield for each argument of a claim the id of its node, or nothing."""
    for (role, _), name in zip(claim.arguments, names_of(claim, documents), strict=True):
        yield nodes[name].id if role != TRIGGER and name in nodes else ""


def _merged(id_: str, type_: str, merges: Merges) -> _Node:
    merge = merges.get(id_)
    return _Node(merge.into, merge.type) if merge else _Node(id_, type_)


def _parts(merges: Merges) -> dict[str, dict[str, Any]]:
    """Return for each node that others went into its attribute `merged`: which, and why."""
    parts: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for id_, merge in merges.items():
        if merge.into != id_:
            parts[merge.into].append({"id": id_, "reason": merge.reason, "by": merge.by})
    return {id_: {"merged": some} for id_, some in parts.items()}


def _add_entities(
    graph: KnowledgeGraph, nodes: Mapping[Name, _Node], facts: Sequence[_Fact], merges: Merges
) -> None:
    """Add a node for each thing; what nobody called an entity is supported by what names it."""
    parts = _parts(merges)
    wordings: defaultdict[_Node, set[tuple[str, str, Span]]] = defaultdict(set)
    for name, node in nodes.items():
        wordings[node].add((name.text, name.document, name.span))
    called: defaultdict[str, list[Evidence]] = defaultdict(list)
    named: defaultdict[str, list[Evidence]] = defaultdict(list)
    for claim, evidence in facts:
        for mention in evidence["mentions"]:
            (called if claim.kind == "entity" else named)[mention["node"]].append(evidence)
    for node, places in sorted(wordings.items()):
        texts = Counter(text for text, *_ in places)
        best, aliases = name_and_aliases(texts)
        support = in_order(called[node.id] or named[node.id])
        graph.add_node(
            node.id,
            kind="entity",
            type=node.type,
            name=best,
            aliases=aliases,
            support=support,
            **score_of(support),
            **parts.get(node.id, {}),
        )


def _add_relations(
    graph: KnowledgeGraph, facts: Iterable[_Fact], symmetric: Collection[str]
) -> None:
    said: defaultdict[tuple[str, str, str], list[_Fact]] = defaultdict(list)
    for fact in facts:
        if fact.claim.kind == "relation":
            ends: list[str] = [fact.fillers(end)[0]["node"] for end in (HEAD, TAIL)]
            head, tail = sorted(ends) if fact.claim.type in symmetric else ends
            said[head, fact.claim.type, tail].append(fact)
    for (head, type_, tail), group in sorted(said.items()):
        _add_edge(graph, head, type_, tail, group, kind="relation", qualifiers=_qualifiers(group))


def _qualifiers(facts: Iterable[_Fact]) -> dict[str, list[str]]:
    """Return the wordings in each further role, once each."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for fact in facts:
        for mention in fact.others(HEAD, TAIL):
            found[mention["role"]][mention["text"]] = None
    return {role: list(found[role]) for role in sorted(found)}


def _add_events(
    graph: KnowledgeGraph, facts: Iterable[_Fact], schema: Schema, merges: Merges
) -> None:
    once = {
        event.name: [role.name for role in event.roles if not role.many] for event in schema.events
    }
    told: defaultdict[tuple[str, str, str], list[_Fact]] = defaultdict(list)
    for fact in facts:
        if fact.claim.kind == "event":
            told[fact.claim.document_id, fact.claim.type, _told_by(fact)].append(fact)
    events: defaultdict[str, list[_Fact]] = defaultdict(list)
    for key, group in told.items():
        for number, event in enumerate(_events(group, once.get(key[1], []))):
            id_ = f"v:{digest(*key, str(number))[:12]}"
            events[_merged(id_, key[1], merges).id] += event
    parts = _parts(merges)
    for node, event in sorted(events.items()):
        _add_event(graph, node, event, parts.get(node, {}))


def _told_by(fact: _Fact) -> str:
    """Return what two claims share when they may tell of one event: a trigger, or everything."""
    parts = fact.fillers(TRIGGER) or fact.others()
    return "; ".join(sorted(f"{part['role']} {part['start']}-{part['end']}" for part in parts))


def _events(facts: Iterable[_Fact], once: Sequence[str]) -> list[list[_Fact]]:
    """Sort claims with one trigger into events: apart where a role filled once has two fillers."""
    events: list[list[_Fact]] = []
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
    graph: KnowledgeGraph, node: str, facts: Sequence[_Fact], parts: Mapping[str, Any]
) -> None:
    type_ = facts[0].claim.type
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
    roles: defaultdict[tuple[str, str], list[_Fact]] = defaultdict(list)
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
    facts: Iterable[_Fact],
    **attributes: object,
) -> None:
    key = f"r:{digest(head, type_, tail)[:12]}"
    support = in_order(fact.evidence for fact in facts)
    told = {"type": type_, "support": support, **score_of(support), **attributes}
    graph.add_edge(head, tail, key, **told)
