"""A graph with what lookups must cope with: parallel facts, times, events, homonyms, conflicts."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.lookup import Lookups
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="agent"),
        EntityType(name="person", is_a="agent"),
        EntityType(name="organization", is_a="agent"),
        EntityType(name="planet"),
        EntityType(name="metal"),
    ),
    relations=(
        RelationType(name="works_for", qualifiers=(Role(name="start_time"), Role(name="end_time"))),
        RelationType(name="leads"),
        RelationType(name="knows", symmetric=True),
    ),
    events=(EventType(name="hire", trigger="verb", roles=(Role(name="who"), Role(name="date"))),),
)


def support(quote: str, document: str = "d", **mentions: str) -> list[dict[str, Any]]:
    """Return one record of evidence, with what stands in further roles."""
    parts = [
        {"role": role, "text": text, "said": text, "start": 0, "end": len(text), "level": "exact",
         "node": ""}
        for role, text in mentions.items()
    ]  # fmt: skip
    return [
        {
            "claim": f"c:{quote[:40]}",
            "document": document,
            "start": 0,
            "end": len(quote),
            "quote": quote,
            "mentions": parts,
            "verdict": "sound",
            "reason": "",
            "votes": 1,
            "unit": "d#000000",
            "turns": [],
            "score": 0.75,
        }
    ]


def node(
    graph: KnowledgeGraph, id_: str, type_: str, name: str, *aliases: str, **more: Any
) -> None:
    told = {"kind": "entity", "type": type_, "name": name, "aliases": [*aliases]}
    graph.add_node(id_, **{**told, "support": support(name), **more})


def edge(graph: KnowledgeGraph, head: str, type_: str, tail: str, quote: str, **more: Any) -> None:
    mentions = more.pop("mentions", {})
    told = {"kind": "relation", "type": type_, "support": support(quote, **mentions)}
    graph.add_edge(head, tail, f"r:{head}{type_}{tail}", **{**told, "qualifiers": {}, **more})


@pytest.fixture
def graph() -> KnowledgeGraph:
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="small")
    node(graph, "e:ann", "person", "Ann Lee", "Dr. Lee")
    node(graph, "e:bo", "person", "Bo Ek")
    node(graph, "e:cy", "person", "Cy Fox")
    node(graph, "e:acme", "organization", "Acme", "Acme Inc.", merged=[
        {"id": "e:x", "reason": "spelled alike", "by": "rule"}])  # fmt: skip
    node(graph, "e:planet", "planet", "Mercury")
    node(graph, "e:metal", "metal", "Mercury")
    node(graph, "v:hire", "hire", "hire: hired", kind="event",
         support=support("Acme hired Bo in May 2019.", date="May 2019"))  # fmt: skip
    span = {"start_time": "1999", "end_time": "2003"}
    edge(
        graph,
        *("e:ann", "works_for", "e:acme", "Ann Lee worked for Acme from 1999 to 2003."),
        mentions=span,
        qualifiers={role: [text] for role, text in span.items()},
        score=0.75,
    )
    edge(graph, "e:ann", "leads", "e:acme", "Ann Lee leads Acme.")
    edge(graph, "e:ann", "knows", "e:bo", "Ann Lee knows Bo Ek.")
    edge(graph, "e:bo", "knows", "e:cy", "Bo Ek knows Cy Fox.")
    conflict = {"group": "c:1", "kind": "negation", "why": "one says no", "decided": "hidden"}
    told = {"shown": False, "conflict": [conflict]}
    edge(graph, "e:cy", "works_for", "e:acme", "Cy Fox works for Acme.", **told)
    edge(graph, "v:hire", "who", "e:bo", "Acme hired Bo in May 2019.", kind="role")
    edge(graph, "v:hire", "firm", "e:acme", "Acme hired Bo in May 2019.", kind="role")
    return graph


@pytest.fixture
def lookups(graph: KnowledgeGraph) -> Lookups:
    return Lookups(graph, SCHEMA)


@pytest.fixture
def with_hidden(graph: KnowledgeGraph) -> Lookups:
    return Lookups(graph, SCHEMA, hidden=True)


@pytest.fixture
def star() -> Callable[[int], KnowledgeGraph]:
    """Return a function that makes a hub with so many things around it."""

    def star(size: int) -> KnowledgeGraph:
        graph: KnowledgeGraph = nx.MultiDiGraph(schema="small")
        node(graph, "e:hub", "organization", "Hub")
        for number in range(size):
            node(graph, f"e:{number:05}", "person", f"Person {number}")
            edge(graph, f"e:{number:05}", "works_for", "e:hub", f"Person {number} works for Hub.")
        return graph

    return star
