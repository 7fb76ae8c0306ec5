"""Claims -> the graph that people see: decided, resolved, merged, settled. Pure, and asks nobody.

    claims ─ decided ─> base ─> things ─ links (people, a model, rules) ─> merges
                          │                                                  │
    many machines ────────┴──────────────────────> merged <──────────────────┘
                                                      └─ qualified ─> settled

What many machines reduce is a base as well (`graphs/reduce.py`), and goes the same way from there.
Nothing here is kept: leave out a decision or a link and what comes out is as if it had never been.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from questgraph.graphs.conflicts import Policy, origins, qualify, settled
from questgraph.graphs.decisions import Decision, decided, links_of, splitting
from questgraph.graphs.events import same_events
from questgraph.graphs.knowledge import KnowledgeGraph, build, merged
from questgraph.graphs.resolution import Lineage, lineages, resolve_names
from questgraph.graphs.resolution.alike import sure_links
from questgraph.graphs.resolution.anaphora import antecedents
from questgraph.graphs.resolution.linking import Linked, entries_of, entry_links
from questgraph.graphs.resolution.links import Link, Merge, Merges, Thing, merges_of
from questgraph.graphs.resolution.things import things_of
from questgraph.tools.catalogues import Entry
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema


def assemble(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    decisions: Sequence[Decision] = (),
    links: Iterable[Link] = (),
    catalogue: Sequence[Entry] = (),
    policy: Policy | None = None,
) -> KnowledgeGraph:
    """Return the graph of what is admitted, merged as rules, a model and people say.

    Args:
        claims: What was said, in any order.
        documents: The texts by id: all that claims were read from.
        schema: The types that were looked for.
        decisions: What people decided, in the order they did.
        links: What a model said about doubtful pairs of things.
        catalogue: Known things; nodes then say which of them they are, as attribute `linked`.
        policy: Which of contradicting facts are shown; all of them without one.
    """
    base = built(claims, documents, schema, decisions=decisions)
    said = [*links, *links_of(decisions)]
    return finished(base, documents, schema, links=said, catalogue=catalogue, policy=policy)


def built(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    decisions: Sequence[Decision] = (),
) -> KnowledgeGraph:
    """Return the graph of what is admitted, in which no thing is merged into another one."""
    some, resolve = decided(claims, decisions, documents), splitting(resolve_names, decisions)
    return build(some, documents, schema, resolve=resolve)


def finished(
    base: KnowledgeGraph,
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    links: Iterable[Link] = (),
    catalogue: Sequence[Entry] = (),
    policy: Policy | None = None,
) -> KnowledgeGraph:
    """Return the graph that `assemble` makes, of what is built already.

    Args:
        base: A graph in which nothing is merged, of one machine or many; stays as it is.
        documents: The texts by id: all that it quotes.
        schema: The types that were looked for.
        links: What a model and people said about pairs of things, or of events.
        catalogue: Known things; nodes then say which of them they are, as attribute `linked`.
        policy: Which of contradicting facts are shown; all of them without one.
    """
    said, lineage, things = list(links), lineages(schema), things_of(base)
    known = entries_of(things, catalogue, schema, lineage) if catalogue else {}
    told, _ = antecedents(things, documents, schema, lineage)
    rules = [*sure_links(things, lineage), *entry_links(known), *told]
    merges = merges_of(things, [*rules, *said], lineage)
    graph = merged(base, schema, merges)
    if twice := _told_twice(graph, schema, said, lineage):
        merges |= twice
        graph = merged(base, schema, merges)
    _link(graph, known, merges)
    qualify(graph, documents)
    if policy and not policy.origins:
        policy = replace(policy, origins=origins(documents.values()))
    return settled(graph, schema, policy)


def _told_twice(
    graph: KnowledgeGraph, schema: Schema, said: Sequence[Link], lineage: Lineage
) -> dict[str, Merge]:
    """Return which events tell what others tell as well, by rule and as was said."""
    events = [
        Thing(id_, node["type"], (node["name"],), len(node["support"]), joined=frozenset())
        for id_, node in graph.nodes(data=True)
        if node["kind"] == "event"
    ]
    rules = (
        Link(one, other, True, reason)
        for ids, reason in same_events(graph, schema)
        for one, other in pairwise(ids)
    )
    return merges_of(events, [*rules, *said], lineage)


def _link(graph: KnowledgeGraph, known: Mapping[str, Linked], merges: Merges) -> None:
    """Note on each node which entry it is, or why it is none."""
    found: defaultdict[str, list[Linked]] = defaultdict(list)
    for id_, linked in known.items():
        found[merges[id_].into if id_ in merges else id_].append(linked)
    for id_, some in found.items():
        entry, reason = next((linked for linked in some if linked.entry), some[0])
        told = {"id": entry.id or entry.name, "name": entry.name} if entry else {"id": None}
        graph.nodes[id_]["linked"] = {**told, "reason": reason}
