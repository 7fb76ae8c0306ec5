"""Claims -> the graph that people see: decided, resolved, merged, settled. Pure, and asks nobody.

    claims ─ decided ─> build ─> things, events ─ links (people, a model, rules) ─> merges
                          ^                                                           │
                          └───────────────────────────────────────────────────────────┴─> settled

Nothing here is kept: leave out a decision or a link and what comes out is as if it had never been.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise

from questgraph.graphs.conflicts import Policy, qualify, settled
from questgraph.graphs.decisions import Decision, decided, links_of, splitting
from questgraph.graphs.events import same_events
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.resolution import lineages, resolve_names
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
    make = _maker(claims, documents, schema, decisions)
    base = make()
    lineage, things = lineages(schema), things_of(base)
    known = entries_of(things, catalogue, schema, lineage) if catalogue else {}
    told, _ = antecedents(things, documents, schema, lineage)
    rules = [*sure_links(things, lineage), *entry_links(known), *told]
    people = list(links_of(decisions))
    merges = merges_of(things, [*rules, *links, *people], lineage)
    if merges:
        base = make(merges=merges)
    if twice := _told_twice(base, schema, people):
        merges |= twice
        base = make(merges=merges)
    _link(base, known, merges)
    qualify(base, documents)
    return settled(base, schema, policy)


def built(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    decisions: Sequence[Decision] = (),
) -> KnowledgeGraph:
    """Return the graph of what is admitted, in which no thing is merged into another one."""
    return _maker(claims, documents, schema, decisions)()


def _maker(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    decisions: Sequence[Decision],
) -> Callable[..., KnowledgeGraph]:
    """Return what builds the graph of claims as people judged them, once for each `merges`."""
    return partial(
        build,
        decided(claims, decisions, documents),
        documents,
        schema,
        resolve=splitting(resolve_names, decisions),
    )


def _told_twice(graph: KnowledgeGraph, schema: Schema, people: Sequence[Link]) -> dict[str, Merge]:
    """Return which events are told again by others, by rule and as people say."""
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
    return merges_of(events, [*rules, *people], lineages(schema))


def _link(graph: KnowledgeGraph, known: Mapping[str, Linked], merges: Merges) -> None:
    """Note on each node which entry it is, or why it is none."""
    found: defaultdict[str, list[Linked]] = defaultdict(list)
    for id_, linked in known.items():
        found[merges[id_].into if id_ in merges else id_].append(linked)
    for id_, some in found.items():
        entry, reason = next((linked for linked in some if linked.entry), some[0])
        told = {"id": entry.id or entry.name, "name": entry.name} if entry else {"id": None}
        graph.nodes[id_]["linked"] = {**told, "reason": reason}
