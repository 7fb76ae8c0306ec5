import json
from typing import Any, TypedDict

import pytest
from langchain_core.documents import Document as LangChainDocument
from langgraph.graph import END, START, StateGraph

import questgraph
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

TEXT = "Ann Lee works for Acme."
ANSWER = '{"person":["Ann Lee"],"organization":["Acme"],"works_for":[["Ann Lee","Acme"]]}'
SCHEMA = {
    "entities": ["person", "organization"],
    "relations": {"works_for": {"head": "person", "tail": "organization"}},
}


def options() -> dict[str, Any]:
    model = ScriptedModel(lambda _: ANSWER)
    return {"schema": SCHEMA, "recipe": "oneshot", "model": model, "bank": None}


async def test_documents_go_in_and_a_graph_comes_out() -> None:
    found = await questgraph.aextract(questgraph.Document("d", TEXT), **options())

    names = {data["name"] for _, data in found.graph.nodes(data=True)}
    assert names == {"Ann Lee", "Acme"}
    assert found.complete
    assert found.status.usage.calls == 1


async def test_langchain_documents_are_read_like_others() -> None:
    found = await questgraph.aextract(
        [LangChainDocument(TEXT, metadata={"source": "x"})], **options()
    )

    assert [document.text for document in found.documents.values()] == [TEXT]


async def test_results_are_streamed_as_they_come() -> None:
    documents = [questgraph.Document(str(i), f"{TEXT} {i}") for i in range(5)]

    results = [result async for result in questgraph.stream(documents, **options())]

    assert {result.unit.chunk.document_id for result in results} == {"0", "1", "2", "3", "4"}


async def test_the_agent_is_a_node_of_another_graph() -> None:
    class Outer(TypedDict):
        text: str
        facts: list[dict[str, Any]]

    graph = StateGraph(Outer)
    graph.add_node("read", questgraph.build_agent(**options()))
    graph.add_edge(START, "read")
    graph.add_edge("read", END)

    state = await graph.compile().ainvoke({"text": TEXT})

    relation = next(fact for fact in state["facts"] if fact["kind"] == "relation")
    assert [part["text"] for part in relation["arguments"]] == ["Ann Lee", "Acme"]


async def test_the_tool_returns_facts_with_their_evidence() -> None:
    tool = questgraph.as_tool(**options())

    answer = json.loads(await tool.ainvoke({"text": TEXT}))

    assert answer["complete"] is True
    assert answer["facts"][-1]["evidence"] == TEXT


def test_a_wrong_option_is_an_error_when_the_agent_is_built() -> None:
    with pytest.raises(questgraph.QuestgraphError, match="no recipe"):
        questgraph.build_agent(recipe="nope")


async def test_without_a_loop_extract_does_the_same() -> None:
    import asyncio

    found = await asyncio.to_thread(
        lambda: questgraph.extract(questgraph.Document("d", TEXT), **options())
    )

    assert found.complete
