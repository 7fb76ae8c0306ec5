"""Claims -> the graph that people see: decided, resolved, merged, built. Pure, and asks nobody.

    claims ─ decided ─> build ─> things ─ links (people, a model, rules) ─> merges ─> build

Nothing here is kept: leave out a decision or a link and what comes out is as if it had never been.
"""

from collections.abc import Iterable, Mapping, Sequence

from questgraph.graphs.decisions import Decision, decided, links_of, splitting
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.resolution import lineages, resolve_names
from questgraph.graphs.resolution.alike import sure_links, things_of
from questgraph.graphs.resolution.links import Link, Merge, merges_of
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema


def assemble(
    claims: Iterable[Claim],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    decisions: Sequence[Decision] = (),
    links: Iterable[Link] = (),
) -> KnowledgeGraph:
    """Return the graph of what is admitted, merged as rules, a model and people say.

    Args:
        claims: What was said, in any order.
        documents: The texts by id: all that claims were read from.
        schema: The types that were looked for.
        decisions: What people decided, in the order they did.
        links: What a model said about doubtful pairs of things.
    """
    claims = decided(claims, decisions, documents)
    resolve = splitting(resolve_names, decisions)
    base = build(claims, documents, schema, resolve=resolve)
    merges = merged(base, schema, [*links, *links_of(decisions)])
    return build(claims, documents, schema, resolve=resolve, merges=merges) if merges else base


def merged(base: KnowledgeGraph, schema: Schema, links: Iterable[Link]) -> dict[str, Merge]:
    """Return what of a graph without merges belongs together.

    Args:
        base: The graph.
        schema: Says which types agree.
        links: What anybody says besides the rules.
    """
    lineage, things = lineages(schema), things_of(base)
    return merges_of(things, [*sure_links(things, lineage), *links], lineage)
