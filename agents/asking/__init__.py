"""Graphs that others ask: programs, agents over LangChain and MCP, people in their own words."""

from questgraph.agents.asking.opening import open_lookups
from questgraph.agents.asking.tools import lookup_tools

__all__ = ["lookup_tools", "open_lookups"]
