"""Claims → the knowledge graph, a networkx `MultiDiGraph` whose every part names its evidence.

Nodes (`kind` is `entity` or `event`): `type`, `name`, `aliases`, `support`. Edges (`kind` is
`relation` or `role`): `type`, `support`, `qualifiers`; they run from head to tail, and from an
event to what fills its roles. `support` is a list of plain records, see `evidence_of`. Parallel
relations are kept apart by type; statements of the same relation between the same ends share an
edge. Ids are made of what a thing is called, so that the same claims in any order give the same
bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import networkx as nx

from questgraph.graphs.resolution import Name, Resolve, normalize, resolve_names
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    TRIGGER,
    Claim,
    Document,
    Mention,
    Span,
    digest,
)
from questgraph.tools.schema import Schema

KnowledgeGraph: TypeAlias = "nx.MultiDiGraph[str]"

UNTYPED = "thing"
"""Type of a node that only relations and events name, where nothing says what it is."""

Evidence = dict[str, Any]


def build(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    admit: Callable[[Claim], bool] = lambda claim: claim.admitted,
    resolve: Resolve = resolve_names,
) -> KnowledgeGraph:
    """Return the graph of the claims that are admitted.

    Args:
        claims: What was said, in any order; passages that overlap may repeat it.
        documents: The texts by id.
        schema: Says which relations are symmetric, and which types are wider.
        admit: Which claims may enter; grounded ones only.
        resolve: Which mentions name the same thing.
    """
    kept = sorted(_distinct(filter(admit, claims)), key=_order)
    nodes = _nodes(kept, documents, schema, resolve)
    graph: KnowledgeGraph = nx.MultiDiGraph(schema=schema.name)
    _add_entities(graph, kept, nodes, documents)
    _add_relations(graph, kept, nodes, documents, schema)
    _add_events(graph, kept, nodes, documents)
    return graph


def evidence_of(claim: Claim, document: Document, nodes: Mapping[Name, str]) -> Evidence:
    """Return where and how a claim was said, as plain data.

    Keys: `claim`, `document`, `start`, `end`, `quote` (the sentences), `mentions` (each with `role`,
    `text` as it stands there, `said` by the model, `start`, `end`, `level`, `node`), `verdict`,
    `reason`, `votes`, `unit`, `turns`.
    """
    span = claim.evidence or _hull(claim)
    mentions = [
        {
            "role": role,
            "text": document.text[slice(*mention.span)],
            "said": mention.text,
            "start": mention.span.start,
            "end": mention.span.end,
            "level": mention.level,
            "node": nodes.get(_name(claim, mention, document), ""),
        }
        for role, mention in claim.arguments
        if mention.span
    ]
    return {
        "claim": claim.id,
        "document": claim.document_id,
        "start": span.start,
        "end": span.end,
        "quote": document.text[slice(*span)],
        "mentions": mentions,
        "verdict": claim.verdict,
        "reason": claim.reason,
        "votes": claim.votes,
        "unit": claim.unit_id,
        "turns": list(claim.turns),
    }


def _distinct(claims: Iterable[Claim]) -> Iterable[Claim]:
    """Return claims about the same characters once: overlapping passages repeat them."""
    return {claim.id: claim for claim in sorted(claims, key=_order, reverse=True)}.values()


def _order(claim: Claim) -> tuple[Hashable, ...]:
    return (claim.document_id, _hull(claim), claim.kind, claim.type, claim.id, claim.unit_id)


def _hull(claim: Claim) -> Span:
    spans = [mention.span for _, mention in claim.arguments if mention.span]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _name(claim: Claim, mention: Mention, document: Document) -> Name:
    """Return a mention as resolution sees it."""
    span = mention.span or Span(0, 0)
    type_ = claim.type if claim.kind == "entity" else mention.type or UNTYPED
    return Name(type_, document.text[slice(*span)], claim.document_id, span)


def _names(claims: Iterable[Claim], documents: Mapping[str, Document]) -> Iterable[Name]:
    """Yield every mention that is a node; a trigger is none."""
    for claim in claims:
        for role, mention in claim.arguments:
            if role != TRIGGER:
                yield _name(claim, mention, documents[claim.document_id])


def _nodes(
    claims: Sequence[Claim], documents: Mapping[str, Document], schema: Schema, resolve: Resolve
) -> dict[Name, str]:
    """Return the node id of every mention."""
    numbers = resolve(_names(claims, documents), schema, documents)
    clusters: dict[int, list[Name]] = defaultdict(list)
    for name, number in numbers.items():
        clusters[number].append(name)
    ids: dict[Name, str] = {}
    for cluster in clusters.values():
        # The least of the normalized names stands for the cluster, however it came together.
        key = min((name.type, normalize(name.text)) for name in cluster)
        ids.update(dict.fromkeys(cluster, f"e:{digest(*key)[:12]}"))
    return ids


def _add_entities(
    graph: KnowledgeGraph,
    claims: Sequence[Claim],
    nodes: Mapping[Name, str],
    documents: Mapping[str, Document],
) -> None:
    wordings: dict[str, list[Name]] = defaultdict(list)
    for name in sorted(set(_names(claims, documents))):
        wordings[nodes[name]].append(name)
    support: dict[str, list[Evidence]] = defaultdict(list)
    for claim in claims:
        if claim.kind == "entity":
            document = documents[claim.document_id]
            node = nodes[_name(claim, claim.fillers(MENTION)[0], document)]
            support[node].append(evidence_of(claim, document, nodes))
    for node, names in sorted(wordings.items()):
        texts = Counter(name.text for name in names)
        best = max(texts, key=lambda text: (texts[text], len(text), text))
        types = Counter(name.type for name in names if name.type != UNTYPED)
        graph.add_node(
            node,
            kind="entity",
            type=min(types, key=lambda type_: (-types[type_], type_), default=UNTYPED),
            name=best,
            aliases=sorted(set(texts) - {best}),
            support=support[node],
        )


def _add_relations(
    graph: KnowledgeGraph,
    claims: Sequence[Claim],
    nodes: Mapping[Name, str],
    documents: Mapping[str, Document],
    schema: Schema,
) -> None:
    for claim in claims:
        if claim.kind != "relation":
            continue
        document = documents[claim.document_id]
        head, tail = (nodes[_name(claim, claim.fillers(end)[0], document)] for end in (HEAD, TAIL))
        if _symmetric(claim.type, schema):
            head, tail = sorted((head, tail))
        key = f"r:{digest(head, claim.type, tail)[:12]}"
        if not graph.has_edge(head, tail, key):
            graph.add_edge(
                head, tail, key, kind="relation", type=claim.type, support=[], qualifiers={}
            )
        edge = graph.edges[head, tail, key]
        edge["support"].append(evidence_of(claim, document, nodes))
        for role, mention in claim.arguments[2:]:
            values = edge["qualifiers"].setdefault(role, [])
            text = _name(claim, mention, document).text
            values += [text] if text not in values else []


def _symmetric(name: str, schema: Schema) -> bool:
    return any(relation.name == name and relation.symmetric for relation in schema.relations)


def _add_events(
    graph: KnowledgeGraph,
    claims: Sequence[Claim],
    nodes: Mapping[Name, str],
    documents: Mapping[str, Document],
) -> None:
    """Add a node for each event: claims with one trigger, or else the same fillers, are one."""
    events: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.kind == "event":
            events[claim.document_id, claim.type, _told_by(claim)].append(claim)
    for key, told in sorted(events.items()):
        document = documents[told[0].document_id]
        node = f"v:{digest(*key)[:12]}"
        words = [_name(claim, m, document).text for claim in told for m in claim.fillers(TRIGGER)]
        graph.add_node(
            node,
            kind="event",
            type=told[0].type,
            name=f"{told[0].type}: {words[0]}" if words else told[0].type,
            aliases=[],
            support=[evidence_of(claim, document, nodes) for claim in told],
        )
        _add_roles(graph, node, told, nodes, document)


def _told_by(claim: Claim) -> str:
    """Return what two claims share when they tell of one event."""
    triggers = [str(mention.span) for mention in claim.fillers(TRIGGER)]
    fillers = [f"{role} {mention.span}" for role, mention in claim.arguments]
    return "; ".join(triggers or fillers)


def _add_roles(
    graph: KnowledgeGraph,
    event: str,
    told: Sequence[Claim],
    nodes: Mapping[Name, str],
    document: Document,
) -> None:
    for claim in told:
        for role, mention in claim.arguments:
            if role == TRIGGER:
                continue
            filler = nodes[_name(claim, mention, document)]
            key = f"r:{digest(event, role, filler)[:12]}"
            if not graph.has_edge(event, filler, key):
                graph.add_edge(
                    event, filler, key, kind="role", type=role, support=[], qualifiers={}
                )
            graph.edges[event, filler, key]["support"].append(evidence_of(claim, document, nodes))
