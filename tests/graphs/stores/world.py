"""Graphs to store."""

from itertools import accumulate, pairwise, starmap

from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.tools.records import Argument, Claim, Document, Kind, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema


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
