"""questgraph asks documents questions and writes the answers down as a knowledge graph."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from questgraph.agents.extraction import Extraction
    from questgraph.agents.extractor import aextract, aretry, estimate, extract, retry, stream
    from questgraph.agents.integrations import as_tool, build_agent
    from questgraph.tools.errors import QuestgraphError
    from questgraph.tools.records import Claim, Document, Mention, Result, Span, Turn
    from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
    from questgraph.tools.schema_sources import load_schema

_HOMES = {
    "questgraph.agents.extraction": ["Extraction"],
    "questgraph.agents.extractor": ["aextract", "aretry", "estimate", "extract", "retry", "stream"],
    "questgraph.agents.integrations": ["as_tool", "build_agent"],
    "questgraph.tools.errors": ["QuestgraphError"],
    "questgraph.tools.records": ["Claim", "Document", "Mention", "Result", "Span", "Turn"],
    "questgraph.tools.schema": ["EntityType", "EventType", "RelationType", "Role", "Schema"],
    "questgraph.tools.schema_sources": ["load_schema"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Claim",
    "Document",
    "EntityType",
    "EventType",
    "Extraction",
    "Mention",
    "QuestgraphError",
    "RelationType",
    "Result",
    "Role",
    "Schema",
    "Span",
    "Turn",
    "aextract",
    "aretry",
    "as_tool",
    "build_agent",
    "estimate",
    "extract",
    "load_schema",
    "retry",
    "stream",
]


def __getattr__(name: str) -> object:
    # Loaded when first used: LangGraph takes a second to import, and neither `--help` nor the
    # child processes need it.
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
