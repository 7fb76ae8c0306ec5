"""questgraph inside other agents: as a LangGraph graph, and as a LangChain tool."""

import json
from contextlib import closing
from typing import NotRequired, TypedDict, Unpack

from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from questgraph.agents.options import Options, look_up, plan
from questgraph.graphs.assembly import assemble
from questgraph.graphs.exports import node_link
from questgraph.tools.database import Database
from questgraph.tools.records import Document, Result
from questgraph.tools.schema import Schema


class Input(TypedDict):
    """What the agent is given."""

    text: str
    document_id: NotRequired[str]
    """Name of the text in the evidence; `text` when left out."""


class Output(TypedDict):
    """What the agent returns: plain data, so that it may be stored and sent."""

    facts: list[dict[str, object]]
    """Admitted claims: type, arguments with their characters in the text, verdict."""

    knowledge_graph: dict[str, object]
    """The graph in networkx's node-link form."""

    complete: bool
    missing: list[str]
    """Why passages are missing, when any are."""


class Everything(Input, Output):
    """The agent's whole state."""


Agent = CompiledStateGraph[Everything, None, Input, Output]


def build_agent(**options: Unpack[Options]) -> Agent:
    """Return questgraph as a compiled LangGraph graph, which may be a node of another one.

    It takes `Input` and returns `Output`. Names are looked up now, so that a wrong one is an
    error here and not in the middle of a larger agent.

    Raises:
        ConfigError: When the options are wrong.
    """
    schema = plan(options).schema

    async def question(state: Input) -> Output:
        document = Document(state.get("document_id", "text"), state["text"])
        with closing(Database(":memory:")) as database:
            async with look_up(options).open(database) as engine:
                return _output(document, await engine.read(document), schema)

    graph = StateGraph(Everything, input_schema=Input, output_schema=Output)
    graph.add_node("question", question)
    graph.add_edge(START, "question")
    graph.add_edge("question", END)
    return graph.compile(name="questgraph")


def as_tool(
    name: str = "extract_knowledge",
    description: str = "Extract facts from a text, each with the words that state it.",
    **options: Unpack[Options],
) -> BaseTool:
    """Return questgraph as a LangChain tool that takes a text and returns facts as JSON.

    Raises:
        ConfigError: When the options are wrong.
    """
    agent = build_agent(**options)

    async def extract_knowledge(text: str) -> str:
        output = await agent.ainvoke({"text": text})
        answer = {key: output[key] for key in ("facts", "complete", "missing")}
        return json.dumps(answer, ensure_ascii=False)

    return StructuredTool.from_function(
        coroutine=extract_knowledge, name=name, description=description
    )


def _output(document: Document, results: list[Result], schema: Schema) -> Output:
    claims = [claim for result in results for claim in result.claims]
    missing = [result.outcome.reason for result in results if not result.outcome.complete]
    return Output(
        facts=[claim.to_json(document) for claim in claims if claim.admitted],
        knowledge_graph=node_link(assemble(claims, {document.id: document}, schema)),
        complete=not missing,
        missing=missing,
    )
