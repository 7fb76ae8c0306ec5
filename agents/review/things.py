"""What the page shows of things: what they are called, where, and what is said of them.

Everything is bounded: a thing may have 10,000 edges.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from questgraph.agents.review.desk import Desk
from questgraph.agents.review.queue import Pair, clipped

ROWS = 50
"""Facts, documents or names in a list at most."""


def thing(node: str, desk: Desk) -> dict[str, Any]:
    """Return what the page shows of a node.

    Keys: `id`, `kind`, `name`, `type`, `aliases`, `score`, `merged` (with `id`, `reason`, `by`),
    `linked` (`id` of the catalogue's entry or none, `name`, `reason`; nothing without a
    catalogue), `conflict`, `documents` (with `number`, `id`, `quote`), `claims` (key and title),
    `facts` (`key`, `text`, `other`), and how many there are of each.
    """
    graph = desk.now.graph
    data = graph.nodes[node]
    named = documents_of(node, desk)
    facts = list(islice(_facts(node, desk), ROWS))
    return {
        "id": node,
        "kind": data["kind"],
        "name": clipped(data["name"], 300),
        "type": data["type"],
        "aliases": [clipped(name) for name in data["aliases"][:ROWS]],
        "score": data.get("score"),
        "merged": data.get("merged", ())[:ROWS],
        "linked": data.get("linked"),
        "conflict": [told["why"] for told in data.get("conflict", ())][:ROWS],
        "documents": [
            {"number": i, "id": id_, "quote": clipped(named[id_], 160)}
            for i, id_ in enumerate(islice(named, ROWS))
        ],
        "document_count": len(named),
        "facts": facts,
        "fact_count": graph.degree(node),
    }


def documents_of(node: str, desk: Desk) -> dict[str, str]:
    """Return the documents that name a node, in order, each with the words that first do."""
    found: dict[str, str] = {}
    for record in _records(node, desk):
        if any(mention["node"] == node for mention in record["mentions"]):
            found.setdefault(record["document"], record["quote"])
    return dict(sorted(found.items()))


def sides(pair: Pair, desk: Desk) -> list[dict[str, Any]]:
    """Return the two things of a pair beside each other, each as far as it is known.

    Keys: `id`, `node` (what it is in the graph now; empty for nothing), `name`, `type`, `names`,
    `facts`, `quotes`.
    """
    return [_side(id_, name, desk) for id_, name in zip(pair.things, pair.names, strict=True)]


def find(words: str, desk: Desk, *, but: str = "", most: int = 20) -> list[dict[str, Any]]:
    """Return entities by a part of one of their names, those with most edges first."""
    wanted, graph = words.strip().casefold(), desk.now.graph
    if not wanted:
        return []
    hits = [
        (node, data)
        for node, data in graph.nodes(data=True)
        if data["kind"] == "entity" and node != but and _called(data, wanted)
    ]
    hits.sort(key=lambda hit: (hit[1]["name"].casefold() != wanted, -graph.degree(hit[0]), hit[0]))
    return [
        {
            "id": node,
            "name": clipped(data["name"]),
            "type": data["type"],
            "edges": graph.degree(node),
        }
        for node, data in hits[:most]
    ]


def _side(id_: str, name: str, desk: Desk) -> dict[str, Any]:
    thing, graph = desk.things.get(id_), desk.now.graph
    node = desk.now.appraiser.into.get(id_, id_)
    there = node in graph
    return {
        "id": id_,
        "node": node if there else "",
        "name": clipped(name, 300),
        "type": thing.type if thing else (graph.nodes[node]["type"] if there else ""),
        "names": [clipped(each) for each in thing.names[:10]] if thing else [],
        "facts": list(islice(_facts(node, desk), 8)) if there else [],
        "quotes": _quotes(id_, name, desk),
    }


def _quotes(id_: str, name: str, desk: Desk) -> list[dict[str, str]]:
    """Return some sentences that name a thing, by the wording that it had before any merge."""
    node = desk.now.appraiser.into.get(id_, id_)
    if node not in desk.now.graph:
        return []
    thing = desk.things.get(id_)
    wordings = set(thing.names) if thing else {name}
    found: dict[str, str] = {}
    for record in _records(node, desk):
        if any(m["node"] == node and m["text"] in wordings for m in record["mentions"]):
            found.setdefault(clipped(record["quote"], 400), record["document"])
        if len(found) == 3:
            break
    return [{"quote": quote, "document": document} for quote, document in found.items()]


def _records(node: str, desk: Desk) -> Iterator[Mapping[str, Any]]:
    """Yield the evidence of a node and of what stands at it."""
    graph = desk.now.graph
    yield from graph.nodes[node]["support"]
    for edge in (*graph.in_edges(node, data=True), *graph.out_edges(node, data=True)):
        yield from edge[2]["support"]


def _facts(node: str, desk: Desk) -> Iterator[dict[str, Any]]:
    graph = desk.now.graph
    for head, tail, key, data in sorted(
        (*graph.out_edges(node, keys=True, data=True), *graph.in_edges(node, keys=True, data=True)),
        key=lambda edge: (edge[3]["type"], edge[2]),
    ):
        names = [clipped(graph.nodes[end]["name"], 60) for end in (head, tail)]
        yield {
            "id": key,
            "text": f"{names[0]} → {data['type']} → {names[1]}",
            "other": tail if head == node else head,
            "other_name": names[1] if head == node else names[0],
            "conflict": bool(data.get("conflict")),
            "said": len(data["support"]),
        }


def _called(data: Mapping[str, Any], wanted: str) -> bool:
    return any(wanted in name.casefold() for name in (data["name"], *data["aliases"]))
