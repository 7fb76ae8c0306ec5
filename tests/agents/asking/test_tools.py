import json

import pytest
from langchain_core.tools import BaseTool

from questgraph.agents.asking import lookup_tools
from questgraph.graphs.lookup import Lookups

from .graphs import SCHEMA, graph


@pytest.fixture
def tools() -> dict[str, BaseTool]:
    return {tool.name: tool for tool in lookup_tools(graph(), SCHEMA)}


def test_there_is_a_tool_for_each_lookup_and_it_explains_itself(tools: dict[str, BaseTool]) -> None:
    assert list(tools) == ["types", "find", "card", "neighbours", "paths", "facts"]
    for tool in tools.values():
        assert tool.description
        assert getattr(Lookups, tool.name)


@pytest.mark.parametrize(
    ("name", "arguments", "piece"),
    [
        ("types", {}, "works_for"),
        ("find", {"name": "lee"}, "Ann Lee"),
        ("card", {"name": "acme"}, "Bo Ek leads Acme"),
        ("neighbours", {"name": "Acme", "direction": "in", "depth": 2}, "Ann Lee"),
        ("paths", {"start": "Ann Lee", "goal": "Bo Ek"}, "Ann Lee works for Acme"),
        ("facts", {"types": ["leads"], "tail": "Acme"}, "Bo Ek leads Acme"),
    ],
)
async def test_a_tool_returns_json_with_evidence(
    tools: dict[str, BaseTool], name: str, arguments: dict[str, object], piece: str
) -> None:
    told = tools[name].invoke(arguments)

    assert piece in told
    assert json.loads(told)
    assert await tools[name].ainvoke(arguments) == told


def test_a_wrong_call_is_told_to_the_model(tools: dict[str, BaseTool]) -> None:
    told = json.loads(tools["card"].invoke({"name": "Anne Lee"}))

    assert "did you mean 'Ann Lee'" in told["error"]


def test_a_graph_that_is_ready_to_be_asked_may_be_given() -> None:
    assert len(lookup_tools(Lookups(graph()))) == 6


pytestmark = pytest.mark.anyio
