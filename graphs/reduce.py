"""The graph of a corpus that fits into no memory: document by document, then id by id.

`build` sees all claims at once. Here it sees those of one document, and two small tables tell it
what the other documents have to say. Three passes over the documents:

1. `introduced` in each, `longs_from` all: what short forms stand for anywhere.
2. `placed` in each, by name `settled`, `whole_from` all: names of several types, and entities that
   are a mere qualifier in some documents.
3. `parts` of each, by id `joined`: the rows of nodes and edges that `graph_from` puts together.

Functions over plain rows: somebody else maps and groups them. What comes out is the graph that
`build` makes of all claims together, part by part; nothing in it is merged, and `finished` in
`graphs/assembly.py` makes of it what people see.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import networkx as nx

from questgraph.graphs.evidence import Evidence, entering, in_order, score_of
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.naming import entity_id, name_and_aliases, names_in
from questgraph.graphs.resolution import (
    Corpus,
    Introduction,
    Lineage,
    Longs,
    introductions,
    longs_of,
    narrowest,
    place_names,
    resolve_names,
)
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema

Row = dict[str, Any]
"""JSON types only."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What one document's graph depends on in all the others."""

    corpus: Corpus = field(default_factory=Corpus)
    elsewhere: frozenset[str] = frozenset()
    """Ids of entities that some documents mention as a qualifier only."""


def introduced(document: Document, claims: Iterable[Claim], schema: Schema) -> Iterator[Row]:
    """Yield what a document introduces short forms for: `short`, `long`, `type`."""
    documents = {document.id: document}
    names = names_in(entering(claims, schema), documents)
    for short, long, type_, _ in sorted(introductions(names, documents)):
        yield {"short": short, "long": long, "type": type_}


def longs_from(rows: Iterable[Row]) -> Longs:
    """Put together what all documents introduce short forms for."""
    return longs_of(Introduction(row["short"], row["long"], row["type"], "") for row in rows)


def placed(
    document: Document, claims: Iterable[Claim], schema: Schema, longs: Longs
) -> Iterator[Row]:
    """Yield how a document uses each name: `name`, `type`, `place` (its type there), `node`.

    `node` is whether the use makes one. A name that means something in its own document only,
    as a pronoun does, is left out.
    """
    documents = {document.id: document}
    named = names_in(entering(claims, schema), documents)
    places = place_names(named, schema, documents, Corpus(longs))
    uses = {
        (place.key[0], name.type, place.type, named[name])
        for name, place in places.items()
        if len(place.key) == 1
    }
    for name_, type_, place_, node in sorted(uses):
        yield {"name": name_, "type": type_, "place": place_, "node": node}


def settled(rows: Sequence[Row], lineage: Lineage) -> Row | None:
    """Return what documents have to know of a name, given all its uses: `name`, `types`, `shared`.

    `shared` are the ids of entities that are a qualifier in one place and a node in another.
    `None` when every document finds out all of it by itself.
    """
    name, types = rows[0]["name"], {row["type"] for row in rows}

    def ids(*, node: bool) -> set[str]:
        used = {row["place"] for row in rows if row["node"] == node}
        return {entity_id(narrowest(type_, types, lineage), [name]) for type_ in used}

    shared = ids(node=True) & ids(node=False)
    if len(types) == 1 and not shared:
        return None
    return {"name": name, "types": sorted(types), "shared": sorted(shared)}


def whole_from(longs: Longs, rows: Iterable[Row]) -> Whole:
    """Put together what documents have to know of each other."""
    types: dict[tuple[str, ...], Sequence[str]] = {}
    elsewhere: set[str] = set()
    for row in rows:
        types[row["name"],] = row["types"]
        elsewhere.update(row["shared"])
    return Whole(Corpus(longs, types), frozenset(elsewhere))


def parts(
    document: Document, claims: Sequence[Claim], schema: Schema, whole: Whole
) -> Iterator[Row]:
    """Yield a row for each node and each edge that a document has a share in.

    All have `id`, `document` and `part`, which is JSON: only `joined` needs to understand it.
    """
    resolve = partial(resolve_names, corpus=whole.corpus)
    documents = {document.id: document}
    graph = build(claims, documents, schema, resolve=resolve, elsewhere=whole.elsewhere)
    wordings = _wordings(graph)
    entities = {claim.id for claim in claims if claim.kind == "entity"}
    for id_, node in graph.nodes(data=True):
        # A node's support is all of one kind: what calls it an entity, or else what names it.
        called = node["kind"] == "event" or node["support"][0]["claim"] in entities
        part = {**node, "wordings": wordings.get(id_, {node["name"]: 1}), "called": called}
        yield {"id": id_, "document": document.id, "part": _dumped(part)}
    for head, tail, id_, edge in graph.edges(keys=True, data=True):
        part = {"head": head, "tail": tail, **edge}
        yield {"id": id_, "document": document.id, "part": _dumped(part)}


def joined(rows: Iterable[Row]) -> Row:
    """Return the node or edge of which all documents have given their parts.

    A node has `id`, `kind`, `type`, `name`, `aliases` and `support`, an edge `id`, `kind`, `type`,
    `head`, `tail`, `support`, and a relation's also `qualifiers`.
    """
    ordered = sorted(rows, key=lambda row: str(row["document"]))
    some = [json.loads(row["part"]) for row in ordered]
    join = _joined_edge if "head" in some[0] else _joined_node
    return {"id": ordered[0]["id"], **join(some)}


def graph_from(nodes: Iterable[Row], edges: Iterable[Row], schema: str) -> KnowledgeGraph:
    """Put the graph together, in the order that `build` gives it.

    Args:
        nodes: Rows as `joined` returns them, in any order.
        edges: Likewise.
        schema: Name of the schema.
    """
    graph: KnowledgeGraph = nx.MultiDiGraph(schema=schema)
    for node in sorted(nodes, key=lambda row: str(row["id"])):
        told = _some(node, "kind", "type", "name", "aliases", "support")
        graph.add_node(node["id"], **told, **score_of(node["support"]))
    for edge in sorted(edges, key=lambda row: (row["head"], row["type"], row["tail"])):
        told = _some(edge, "type", "support", "kind", "qualifiers")
        graph.add_edge(edge["head"], edge["tail"], edge["id"], **told, **score_of(edge["support"]))
    return graph


def _some(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names if name in row}


def _joined_node(some: Sequence[Row]) -> Row:
    """Join parts of a node: what nobody called an entity is supported by what names it."""
    called = [part for part in some if part["called"]]
    wordings: Counter[str] = Counter()
    for part in some:
        wordings.update(part["wordings"])
    name, aliases = name_and_aliases(wordings)
    told = {"name": name, "aliases": aliases, "support": _support(called or some)}
    return {**_some(some[0], "kind", "type"), **told}


def _joined_edge(some: Sequence[Row]) -> Row:
    first = some[0]
    edge = {**_some(first, "kind", "type", "head", "tail"), "support": _support(some)}
    if "qualifiers" not in first:
        return edge
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for part in some:
        for role, wordings in part["qualifiers"].items():
            found[role].update(dict.fromkeys(wordings))
    return {**edge, "qualifiers": {role: list(found[role]) for role in sorted(found)}}


def _support(some: Iterable[Row]) -> list[Evidence]:
    return in_order(chain.from_iterable(part["support"] for part in some))


def _wordings(graph: KnowledgeGraph) -> Mapping[str, Counter[str]]:
    """Count, for each entity, in how many places it is called what."""
    nodes = (node["support"] for _, node in graph.nodes(data=True))
    edges = (edge["support"] for *_, edge in graph.edges(data=True))
    records = chain.from_iterable(chain(nodes, edges))
    mentions = chain.from_iterable(record["mentions"] for record in records)
    wordings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for node, text, *_ in {(m["node"], m["text"], m["start"], m["end"]) for m in mentions}:
        wordings[node][text] += 1
    return wordings


def _dumped(part: Row) -> str:
    return json.dumps(part, ensure_ascii=False)
