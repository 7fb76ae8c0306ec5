"""How the words around a claim qualify it, noted in its evidence."""

from collections.abc import Iterator, Mapping

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.cues import cues
from questgraph.tools.records import Document, Span


def qualify(graph: KnowledgeGraph, documents: Mapping[str, Document]) -> None:
    """Note on the evidence of relations and events, as `qualified`, what denies or hedges it.

    What nothing qualifies has no such key. One mention alone, of an entity, is not looked at: "no
    Ann" says nothing of what Ann is.

    Args:
        graph: Is changed.
        documents: The texts by id.
    """
    seen: set[int] = set()
    for record in _told(graph):
        if id(record) not in seen:
            # Parts of a graph share records.
            seen.add(id(record))
            spans = [Span(mention["start"], mention["end"]) for mention in record["mentions"]]
            where = Span(record["start"], record["end"])
            if found := cues(documents[record["document"]].text, where, spans):
                record["qualified"] = [cue.to_json() for cue in found]


def _told(graph: KnowledgeGraph) -> Iterator[Evidence]:
    for _, node in graph.nodes(data=True):
        yield from node["support"] if node["kind"] == "event" else ()
    for *_, edge in graph.edges(data=True):
        yield from edge["support"]
