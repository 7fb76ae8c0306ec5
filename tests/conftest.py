"""Fixtures for every test."""

import pytest

from .postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
