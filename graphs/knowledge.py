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

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from questgraph.graphs.composing import Fact, KnowledgeGraph, compose, facts_of
from questgraph.graphs.evidence import entering, evidence_of
from questgraph.graphs.naming import entity_id, names_in, names_of
from questgraph.graphs.resolution import Name, Resolve, resolve_names
from questgraph.graphs.resolution.links import Merges
from questgraph.tools.records import TRIGGER, Claim, Document
from questgraph.tools.schema import Schema

__all__ = ["KnowledgeGraph", "build", "merged", "parts_of", "visible"]


class _Node(NamedTuple):
    id: str
    type: str


def build(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    admit: Callable[[Claim], bool] = lambda claim: claim.admitted,
    resolve: Resolve = resolve_names,
    elsewhere: Collection[str] = (),
) -> KnowledgeGraph:
    """Return the graph of the claims that are admitted, in which nothing is merged.

    Args:
        claims: What was said, in any order; passages that overlap may repeat it.
        documents: The texts by id: all that claims were read from.
        schema: Says which relations are symmetric, which types are wider, which roles are filled
            once.
        admit: Which claims may enter. A claim with a mention that is not in the text cannot.
        resolve: Which mentions name the same thing.
        elsewhere: Ids of entities that other documents name: here a qualifier may.
    """
    kept = entering(claims, schema, admit)
    nodes = _nodes(kept, documents, schema, resolve, elsewhere)
    facts = [
        Fact(
            claim.kind,
            claim.type,
            evidence_of(claim, documents[claim.document_id], _ids(claim, nodes, documents)),
        )
        for claim in kept
    ]
    return compose(facts, dict(nodes.values()), schema)


def merged(graph: KnowledgeGraph, schema: Schema, merges: Merges) -> KnowledgeGraph:
    """Return a graph like `graph`, but for being merged; what either says can be changed alone.

    It is the one that its claims would make if they named what things are merged into. So facts of
    things that turn out to be one share an edge, and events that only these kept apart are one.

    Args:
        graph: As `build` makes it.
        schema: The one that it was built with.
        merges: What is part of what else.
    """
    types = {id_: node["type"] for id_, node in graph.nodes(data=True)}
    types |= {merge.into: merge.type for merge in merges.values()}
    into = {id_: merge.into for id_, merge in merges.items()}
    return compose([fact.renamed(into) for fact in facts_of(graph)], types, schema, merges)


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
) -> dict[Name, _Node]:
    """Return the entity node of every mention that has one."""
    named = names_in(claims, documents)
    identities = resolve(sorted(named), schema, documents)
    nodes = {
        name: _Node(entity_id(identity.type, identity.key), identity.type)
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
