"""Claims -> the graph that people see: decided, resolved, merged, built. Pure, and asks nobody.

    claims ─ decided ─> build ─> things ─ links (people, a model, rules) ─> merges ─> build

Nothing here is kept: leave out a decision or a link and what comes out is as if it had never been.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from questgraph.graphs.decisions import Decision, decided, links_of, splitting
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.resolution import lineages, resolve_names
from questgraph.graphs.resolution.alike import sure_links
from questgraph.graphs.resolution.anaphora import antecedents
from questgraph.graphs.resolution.linking import Linked, entries_of, entry_links
from questgraph.graphs.resolution.links import Link, Merges, merges_of
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
) -> KnowledgeGraph:
    """Return the graph of what is admitted, merged as rules, a model and people say.

    Args:
        claims: What was said, in any order.
        documents: The texts by id: all that claims were read from.
        schema: The types that were looked for.
        decisions: What people decided, in the order they did.
        links: What a model said about doubtful pairs of things.
        catalogue: Known things; nodes then say which of them they are, as attribute `linked`.
    """
    claims = list(claims)
    base = built(claims, documents, schema, decisions=decisions)
    lineage, things = lineages(schema), things_of(base)
    known = entries_of(things, catalogue, schema, lineage) if catalogue else {}
    told, _ = antecedents(things, documents, schema, lineage)
    rules = [*sure_links(things, lineage), *entry_links(known), *told]
    said = [*rules, *links, *links_of(decisions)]
    merges = merges_of(things, said, lineage)
    if merges:
        base = built(claims, documents, schema, decisions=decisions, merges=merges)
    _link(base, known, merges)
    return base


def built(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    decisions: Sequence[Decision] = (),
    merges: Merges = MappingProxyType({}),
) -> KnowledgeGraph:
    """Return the graph of what is admitted, merged as told and not at all when nothing is."""
    claims = decided(claims, decisions, documents)
    resolve = splitting(resolve_names, decisions)
    return build(claims, documents, schema, resolve=resolve, merges=merges)


def _link(graph: KnowledgeGraph, known: Mapping[str, Linked], merges: Merges) -> None:
    """Note on each node which entry it is, or why it is none."""
    found: defaultdict[str, list[Linked]] = defaultdict(list)
    for id_, linked in known.items():
        found[merges[id_].into if id_ in merges else id_].append(linked)
    for id_, some in found.items():
        entry, reason = next((linked for linked in some if linked.entry), some[0])
        told = {"id": entry.id or entry.name, "name": entry.name} if entry else {"id": None}
        graph.nodes[id_]["linked"] = {**told, "reason": reason}
