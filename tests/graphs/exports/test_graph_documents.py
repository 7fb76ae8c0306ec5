"""LangChain's classes can be made of what `graph_documents` returns."""

from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.load.serializable import Serializable
from pydantic import Field

from questgraph.graphs.exports import graph_documents
from questgraph.tools.records import Document

from .graphs import graph_of


class Node(Serializable):
    """As LangChain publishes it."""

    id: str | int
    type: str = "Node"
    properties: dict[str, Any] = Field(default_factory=dict)


class Relationship(Serializable):
    source: Node
    target: Node
    type: str
    properties: dict[str, Any] = Field(default_factory=dict)


class GraphDocument(Serializable):
    nodes: list[Node]
    relationships: list[Relationship]
    source: LangChainDocument


TEXTS = {
    "a.txt": Document("a.txt", "Ann knows Bo.", source="in/a.txt", metadata={"title": "A"}),
    "b.txt": Document("b.txt", "Bo."),
    "c.txt": Document("c.txt", "Nothing."),
}


def test_each_document_has_what_it_says_and_its_text() -> None:
    first, second, third = (
        GraphDocument.model_validate(each) for each in graph_documents(graph_of("Ann"), TEXTS)
    )

    assert {(e.source.id, e.type, e.target.id) for e in first.relationships} == {
        ("e:1", "knows", "e:2"),
        ("e:1", "likes", "e:2"),
        ("v:1", "who", "e:1"),
    }
    assert {node.id for node in first.nodes} == {"e:1", "e:2", "v:1"}
    assert [node.properties["name"] for node in second.nodes] == ["Bo"]
    assert (third.nodes, third.relationships) == ([], [])
    assert first.source.page_content == "Ann knows Bo."
    assert first.source.metadata == {"title": "A", "source": "in/a.txt", "id": "a.txt"}


def test_relationships_say_where_they_stand() -> None:
    (document, *_) = graph_documents(graph_of("Ann"), TEXTS)

    told = document["relationships"][0]["properties"]

    assert (told["quote"], told["start"], told["end"], told["verdict"]) == ("Ann", 0, 4, "sound")


def test_hostile_names_are_values_and_nothing_else(nasty: str) -> None:
    (document, *_) = graph_documents(graph_of(nasty), TEXTS)

    assert document["nodes"][0]["properties"]["name"] == nasty
