"""Claims over texts that tests write, without offsets by hand."""

from collections.abc import Iterable
from typing import Any

from questgraph.graphs.conflicts import qualify
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.tools.records import Argument, Claim, Document, Kind, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="agent"),
        EntityType(name="person", is_a="agent"),
        EntityType(name="company", is_a="agent"),
        EntityType(name="place"),
        EntityType(name="date"),
    ),
    relations=(
        RelationType(name="leads", head=("person",), qualifiers=(Role(name="when"),)),
        RelationType(name="born_in", functional=True, tail=("place",)),
        RelationType(name="born_on", functional=True),
        RelationType(
            name="chief",
            functional=True,
            qualifiers=(Role(name="time"), Role(name="start", many=False), Role(name="end")),
        ),
        RelationType(name="spouse_of", symmetric=True, functional=True),
        RelationType(name="parent_of", inverse="child_of"),
        RelationType(name="owned_by", functional=True, inverse="owns"),
        RelationType(name="child_of", inverse="parent_of"),
        RelationType(name="home_of", inverse="lives_in"),
        RelationType(name="lives_in", functional=True),
    ),
    events=(
        EventType(
            name="purchase",
            trigger="the verb",
            roles=(
                Role(name="buyer"),
                Role(name="target"),
                Role(name="date", types=("date",), many=False),
            ),
        ),
    ),
)


class Story:
    """Documents and the claims that somebody reads out of them."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.claims: list[Claim] = []

    def tell(
        self, document: str, sentence: str, kind: Kind, type_: str, **roles: str | tuple[str, str]
    ) -> "Story":
        """Add a sentence to a document, and the claim that it makes.

        Roles are filled by words of the sentence, or by words and their type.
        """
        before = self.documents.get(document, Document(document, "")).text
        self.documents[document] = Document(document, f"{before}{sentence}\n\n")
        span = Span(len(before), len(before) + len(sentence))
        arguments = tuple(
            Argument(role, self._mention(filler, sentence, len(before)))
            for role, filler in roles.items()
        )
        claim = Claim(
            kind, type_, arguments, document_id=document, unit_id=f"{document}#0", evidence=span
        )
        self.claims.append(claim)
        return self

    def _mention(self, filler: str | tuple[str, str], sentence: str, by: int) -> Mention:
        text, type_ = filler if isinstance(filler, tuple) else (filler, "")
        start = sentence.index(text) + by
        return Mention(text, type=type_, span=Span(start, start + len(text)), level="exact")

    def graph(self, without: str = "") -> KnowledgeGraph:
        """Return the graph of the claims, their cues beside them."""
        claims = [claim for claim in self.claims if claim.document_id != without]
        graph = build(claims, self.documents, SCHEMA)
        qualify(graph, self.documents)
        return graph


def parts(graph: KnowledgeGraph) -> list[dict[str, Any]]:
    """Return the attributes of all nodes and edges."""
    edges: Iterable[dict[str, Any]] = (data for *_, data in graph.edges(data=True))
    return [*(data for _, data in graph.nodes(data=True)), *edges]


def told(graph: KnowledgeGraph) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the edges by the names of their ends and their type."""
    return {
        (graph.nodes[head]["name"], data["type"], graph.nodes[tail]["name"]): data
        for head, tail, data in graph.edges(data=True)
    }


def shown(graph: KnowledgeGraph) -> set[str]:
    """Return the names of the tails of what is shown."""
    return {tail for (_, _, tail), data in told(graph).items() if data.get("shown", True)}
