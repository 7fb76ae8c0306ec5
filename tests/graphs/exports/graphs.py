"""Graphs to write down."""

import networkx as nx

from questgraph.graphs.knowledge import KnowledgeGraph


def graph_of(name: str, type_: str = "person", relation: str = "knows") -> KnowledgeGraph:
    """Return a graph in which somebody knows Bo, likes Bo, and was hired."""
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="small")

    def said(claim: str, document: str) -> list[dict[str, object]]:
        place = {"claim": claim, "document": document, "start": 0, "end": 4, "quote": name}
        return [{**place, "mentions": [], "verdict": "sound", "score": 0.5}]

    for id_, kind, called in (
        ("e:1", "entity", name),
        ("e:2", "entity", "Bo"),
        ("v:1", "event", "hire"),
    ):
        document = "b.txt" if id_ == "e:2" else "a.txt"
        graph.add_node(
            id_, kind=kind, type=type_, name=called, aliases=[f"{called}!"], score=0.5,
            support=said(f"c{id_}", document),
        )  # fmt: skip
    edges = (
        ("e:1", "e:2", "r:1", "relation", relation),
        ("e:1", "e:2", "r:2", "relation", "likes"),
        ("v:1", "e:1", "r:3", "role", "who"),
    )
    for head, tail, key, kind, of in edges:
        told = {"kind": kind, "type": of, "support": said(f"c{key}", "a.txt")}
        graph.add_edge(head, tail, key, **told)
        if kind == "relation":
            graph.edges[head, tail, key]["qualifiers"] = {"when": [name]}
    return graph
