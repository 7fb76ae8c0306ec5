"""A run under review, and its page as a browser with the link sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from questgraph.agents.review.desk import Desk
from questgraph.agents.review.guard import Guard
from questgraph.agents.review.server import app_of

from .world import open_run

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(open_run(tmp_path / "run"), by="Kim")
    yield desk
    desk.close()


@pytest.fixture
def guard(desk: Desk) -> Guard:
    return app_of(desk, port=PORT)


@pytest.fixture
def stranger(guard: Guard) -> TestClient:
    """Somebody on this machine who has not seen the link."""
    return TestClient(guard, base_url=ORIGIN)


@pytest.fixture
def client(guard: Guard, stranger: TestClient) -> TestClient:
    """Whoever opened the link."""
    assert stranger.get("/", params={"token": guard.token}).status_code == 200
    stranger.headers.update({"origin": ORIGIN, "x-csrf-token": guard.csrf})
    return stranger
