"""Graphs to store."""

import random
from itertools import accumulate, pairwise, starmap

import networkx as nx

from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.tools.records import Argument, Claim, Document, Kind, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

NASTY = [
    "say \"hi\", 'now' `then`",
    "a\nb\r\nc\td\re",
    "nul\0bell\a",
    "\u202egnp.exe\u200f",
    "<script>alert(1)</script>&amp;]]>",
    "`}) DETACH DELETE n //",
    "'}) MATCH (n) DETACH DELETE n //",
    '"} ; DROP ALL ; INSERT DATA { <a:b> <a:b> "',
    "'; drop table graph_nodes; --",
    "back\\slash \\u0027 \\\\u0060 {x} $rows @y ^^z . ; ,",
    "lone \ud800 surrogate",
    "last \ufffe\uffff 😀 𝒳",
    "long " * 100,
]


def graph_of(*names: str, type_: str = "person", relation: str = "knows") -> KnowledgeGraph:
    """Return a graph in which each knows the next, the first twice, and was hired.

    Args:
        names: What the text says, one after the other.
        type_: What all of them are.
        relation: What joins them.
    """
    wordings = (*names, "hired", "2020")
    text = "|".join(wordings)
    ends = accumulate(len(wording) + 1 for wording in wordings)
    *people, trigger, when = (
        Mention(wording, span=Span(end - len(wording) - 1, end - 1), level="exact")
        for wording, end in zip(wordings, ends, strict=True)
    )
    schema = Schema(
        name="small",
        entities=(EntityType(name=type_),),
        relations=tuple(
            RelationType(name=name, qualifiers=(Role(name="when"),)) for name in (relation, "likes")
        ),
        events=(EventType(name="hire", roles=(Role(name="who"),)),),
    )
    said: list[tuple[Kind, str, dict[str, Mention]]] = [
        *(("entity", type_, {"mention": person}) for person in people),
        *(
            ("relation", relation, {"head": head, "tail": tail, "when": when})
            for head, tail in pairwise(people)
        ),
        *(("relation", "likes", {"head": head, "tail": tail}) for head, tail in [people[:2]]),
        ("event", "hire", {"trigger": trigger, "who": people[0]}),
    ]
    claims = [
        Claim(kind, of, tuple(starmap(Argument, roles.items())), document_id="d é#1", unit_id="u")
        for kind, of, roles in said
    ]
    return build(claims, {"d é#1": Document("d é#1", text)}, schema)


def hostile_graph(count: int) -> KnowledgeGraph:
    """Return a graph of `count` things whose names, types and quotes are pieces of `NASTY`."""
    dice = random.Random(0)
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="hostile")

    def words(some: int) -> str:
        pieces = (dice.choice(NASTY) for _ in range(some))
        return "".join(piece[dice.randrange(8) : dice.randrange(8, 60)] for piece in pieces)

    def told(number: int, **more: object) -> dict[str, object]:
        record = {"claim": f"{number} {words(1)}", "document": words(1), "quote": words(3)}
        place = {"start": 0, "end": 9, "verdict": words(1), "mentions": []}
        return {"type": dice.choice(NASTY), "support": [{**record, **place}], **more}

    for number in range(count):
        names = {"name": words(2), "aliases": [words(1)]}
        graph.add_node(f"e:{number:06}", **told(number, kind="entity", **names))
    for number in range(count // 4):
        head, tail = (f"e:{dice.randrange(count):06}" for _ in range(2))
        qualifiers = {words(1): [words(1)]}
        more = told(count + number, kind="relation", qualifiers=qualifiers)
        graph.add_edge(head, tail, f"r:{number:06}", **more)
    return graph
