"""The stores that every test of this folder is about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.graphs.stores import Store, open_store

from .arcade import PASSWORD, bolt_server, clear

__all__ = ["bolt_server"]

LASTING = ["sqlite", "ladybug", "oxigraph", pytest.param("bolt", marks=pytest.mark.slow)]


@pytest.fixture(params=LASTING)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a store that outlives being closed, with nothing in it."""
    return address(request, tmp_path)


@pytest.fixture(params=["memory", *LASTING])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an open store with nothing in it."""
    with open_store(address(request, tmp_path), password=PASSWORD) as opened:
        yield opened


def address(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return an address for the kind of store that a test is about."""
    if request.param != "bolt":
        return f"{request.param}:{folder / 'graph'}"
    server: str = request.getfixturevalue("bolt_server")
    clear(server)
    return server
