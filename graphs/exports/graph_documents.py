"""LangChain's `GraphDocument`s: for each document what it says, with the text itself.

Their class is in packages that questgraph does without, so this is the data that it is made of:

    from langchain_neo4j.graphs.graph_document import GraphDocument
    documents = [GraphDocument.model_validate(each) for each in graph_documents(graph, texts)]
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import Document


class GraphNode(TypedDict):
    """Makes a `Node`: with the id of the graph, so that it is one thing in all documents."""

    id: str
    type: str
    properties: dict[str, object]


class Relationship(TypedDict):
    """Makes a `Relationship`."""

    source: GraphNode
    target: GraphNode
    type: str
    properties: dict[str, object]


class GraphDocument(TypedDict):
    """Makes a `GraphDocument`, its `source` a `Document` of `langchain_core`."""

    nodes: list[GraphNode]
    relationships: list[Relationship]
    source: dict[str, object]


def graph_documents(
    graph: KnowledgeGraph, documents: Mapping[str, Document]
) -> list[GraphDocument]:
    """Return what each document says, in the order of `documents`; those that say nothing too.

    Nodes have `name` and `aliases`, relationships `quote`, `start`, `end`, `verdict` and `claim` of
    the first evidence in that document, both perhaps a `score`.
    """
    nodes = {node: _node(node, data) for node, data in graph.nodes(data=True)}
    named: defaultdict[str, dict[str, GraphNode]] = defaultdict(dict)
    said: defaultdict[str, list[Relationship]] = defaultdict(list)
    for node, data in graph.nodes(data=True):
        for document in _first_by_document(data["support"]):
            named[document][node] = nodes[node]
    for head, tail, key, data in graph.edges(keys=True, data=True):
        for document, record in _first_by_document(data["support"]).items():
            named[document] |= {end: nodes[end] for end in (head, tail)}
            said[document].append(_relationship(nodes[head], nodes[tail], key, data, record))
    return [
        {
            "nodes": list(named[id_].values()),
            "relationships": said[id_],
            "source": {
                "page_content": document.text,
                "metadata": {**document.metadata, "source": document.source or id_, "id": id_},
            },
        }
        for id_, document in documents.items()
    ]


def _first_by_document(support: Iterable[Evidence]) -> dict[str, Evidence]:
    first: dict[str, Evidence] = {}
    for record in support:
        first.setdefault(record["document"], record)
    return first


def _node(id_: str, data: Mapping[str, Any]) -> GraphNode:
    told = {"name": data["name"], "aliases": data["aliases"], "kind": data["kind"]}
    return {"id": id_, "type": data["type"], "properties": {**told, **_score(data)}}


def _relationship(
    source: GraphNode, target: GraphNode, key: str, data: Mapping[str, Any], record: Evidence
) -> Relationship:
    shown = ("quote", "start", "end", "verdict", "claim")
    told = {name: record[name] for name in shown}
    return {
        "source": source,
        "target": target,
        "type": data["type"],
        "properties": {"id": key, "kind": data["kind"], **told, **_score(data)},
    }


def _score(data: Mapping[str, Any]) -> dict[str, object]:
    return {"score": data["score"]} if "score" in data else {}
