"""Fixtures for every test."""

import pytest
from hypothesis import settings

from .hostile import hostile_graph, nasties, nasty
from .postgres import postgres_server, postgres_url

__all__ = ["hostile_graph", "nasties", "nasty", "postgres_server", "postgres_url"]

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("questgraph", deadline=None)
settings.load_profile("questgraph")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from what the user's own runs have noted; joined weights are shared."""
    if not request.node.get_closest_marker("live"):
        cache = request.config.cache.mkdir("questgraph")
        monkeypatch.setenv("QUESTGRAPH_CACHE", str(cache))
