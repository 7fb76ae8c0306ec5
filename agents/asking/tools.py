"""The lookups as tools: each takes plain words and gives plain data, and none changes anything."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import Field

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.lookup import Direction, Lookups, to_json
from questgraph.tools.errors import QuestgraphError
from questgraph.tools.schema import Schema

Json = dict[str, Any]
Tool = Callable[..., Json]

Name = Annotated[str, Field(description="A thing: its name, `name (type)`, or its id.")]
FactTypes = Annotated[list[str], Field(description="Types of relations and events; any if empty.")]
ThingTypes = Annotated[list[str], Field(description="Types of entities and events; any if empty.")]
AnyTypes = Annotated[
    list[str],
    Field(description="Relations and roles to follow, types of things to tell; any when empty."),
]
Relations = Annotated[list[str], Field(description="Relations and roles to follow; any if empty.")]
Limit = Annotated[int, Field(description="Items of each list at most.", ge=1, le=50)]
Depth = Annotated[int, Field(description="Facts between the two at most.", ge=1, le=4)]
Time = Annotated[
    str, Field(description="When facts were true: 2019, May 2019, 1999 to 2003, since 2003.")
]

LIMIT = 10


def tools_of(lookups: Lookups) -> Sequence[Tool]:
    """Return functions that look things up; names, arguments and docstrings explain them.

    They raise `ConfigError` when a call is wrong; the message says what to write.
    """

    def types(limit: Limit = 50) -> Json:
        """Tell which types of relations, events, roles and entities there are, and how many."""
        return to_json(lookups.types(limit=limit))

    def find(name: str = "", types: ThingTypes = [], limit: Limit = LIMIT) -> Json:  # noqa: B006
        """Find things by name in any spelling; without a name, all things of some types."""
        return to_json(lookups.find(name, types=types, limit=limit))

    def card(name: Name, limit: Limit = LIMIT) -> Json:
        """Tell all about one thing: names, relations out of it and into it, events, mentions."""
        return to_json(lookups.card(name, limit=limit))

    def neighbours(
        name: Name,
        types: AnyTypes = [],  # noqa: B006
        direction: Direction = "both",
        depth: Depth = 1,
        limit: Limit = LIMIT,
    ) -> Json:
        """Tell what is joined to one thing by facts, the nearest first."""
        found = lookups.neighbours(name, types=types, direction=direction, depth=depth, limit=limit)
        return to_json(found)

    def paths(
        start: Name,
        goal: Name,
        types: Relations = [],  # noqa: B006
        longest: Depth = 3,
        limit: Limit = LIMIT,
    ) -> Json:
        """Tell how two things hang together: chains of facts between them, the shortest first."""
        found = lookups.paths(start, goal, types=types, longest=longest, limit=limit)
        return to_json(found)

    def facts(
        types: FactTypes = [],  # noqa: B006
        head: str = "",
        tail: str = "",
        about: str = "",
        time: Time = "",
        limit: Limit = LIMIT,
    ) -> Json:
        """Tell relations and events by type, by the things at their ends, and by time."""
        found = lookups.facts(
            types=types, head=head, tail=tail, about=about, time=time, limit=limit
        )
        return to_json(found)

    return types, find, card, neighbours, paths, facts


def lookup_tools(graph: "KnowledgeGraph | Lookups", schema: Schema | None = None) -> list[BaseTool]:
    """Return the lookups as LangChain tools; each returns JSON, or what is wrong with the call.

    What documents say stands in it as strings: it is data, and no instruction.

    Args:
        graph: As `Extraction.graph` is, or one that is ready to be asked.
        schema: Its types, where they are known.
    """
    lookups = graph if isinstance(graph, Lookups) else Lookups(graph, schema)
    return [_langchain(tool) for tool in tools_of(lookups)]


def _langchain(tool: Tool) -> BaseTool:
    def call(**arguments: Any) -> str:
        try:
            answer = tool(**arguments)
        except QuestgraphError as error:
            answer = {"error": str(error)}
        return json.dumps(answer, ensure_ascii=False)

    shape = StructuredTool.from_function(tool)
    return StructuredTool(
        name=shape.name, description=shape.description, args_schema=shape.args_schema, func=call
    )
