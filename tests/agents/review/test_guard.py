"""Only who has the link may look, and only the page itself may change anything."""

import re

import pytest
from starlette.testclient import TestClient

from questgraph.agents.review.desk import Desk
from questgraph.agents.review.guard import LARGEST, Guard
from questgraph.agents.review.queue import key_of

from .conftest import HOST, ORIGIN, PORT
from .world import WORKS

REJECT = f"/items/{key_of(WORKS)}/reject"


def decided(desk: Desk) -> int:
    return len(desk.entries)


@pytest.mark.parametrize(
    "path", ["/", "/queue", "/state", f"/items/{key_of(WORKS)}", "/static/review.js", "/find?q=a"]
)
def test_nothing_is_shown_without_the_link(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)

    assert answer.status_code == 403
    assert "Ann Lee" not in answer.text


def test_a_wrong_token_opens_nothing(stranger: TestClient) -> None:
    for token in ("", "x", "\u2603", "x" * 10_000):
        assert stranger.get("/", params={"token": token}).status_code == 403
    assert not stranger.cookies


def test_the_link_gives_a_strict_cookie_that_no_script_reads(
    guard: Guard, stranger: TestClient
) -> None:
    answer = stranger.get("/", params={"token": guard.token})

    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert str(PORT) in cookie.split("=")[0]
    assert guard.token not in cookie
    assert "Ann Lee" in stranger.get("/").text


def test_the_token_is_another_one_each_time(desk: Desk, guard: Guard) -> None:
    assert len(guard.token) >= 40
    assert guard.token != Guard(guard, [HOST]).token


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "localhost", ""]
)
def test_another_host_name_is_refused_even_with_the_cookie_and_the_token(
    client: TestClient, guard: Guard, host: str
) -> None:
    headers = {"host": host}

    assert client.get("/", headers=headers).status_code == 421
    assert client.get("/", params={"token": guard.token}, headers=headers).status_code == 421


def test_localhost_is_the_same_machine(guard: Guard) -> None:
    local = TestClient(guard, base_url=f"http://localhost:{PORT}")

    assert local.get("/", params={"token": guard.token}).status_code == 200
    assert local.get("/").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_even_look(client: TestClient, site: str) -> None:
    assert client.get("/", headers={"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"origin": f"https://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"x-csrf-token": "wrong"},
        {"x-csrf-token": ""},
    ],
)
def test_a_change_that_does_not_come_from_the_page_is_refused(
    client: TestClient, desk: Desk, changed: dict[str, str]
) -> None:
    assert client.post(REJECT, headers=changed).status_code == 403
    assert decided(desk) == 0


def test_a_change_without_origin_or_fetch_metadata_is_refused(
    client: TestClient, desk: Desk
) -> None:
    del client.headers["origin"]

    assert client.post(REJECT).status_code == 403
    assert client.post(REJECT, headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert decided(desk) == 1


def test_a_change_without_the_cookie_is_refused(guard: Guard, desk: Desk) -> None:
    other = TestClient(guard, base_url=ORIGIN, headers={"x-csrf-token": guard.csrf})

    assert other.post(REJECT, headers={"origin": ORIGIN}).status_code == 403
    assert decided(desk) == 0


@pytest.mark.parametrize("path", [REJECT, "/undo", "/things/e:1/merge"])
def test_nothing_changes_by_looking(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (404, 405)


def test_a_change_that_is_too_large_or_has_no_end_is_refused(client: TestClient) -> None:
    many = client.post(REJECT, content=b"x" * (LARGEST + 1))
    endless = client.post(REJECT, content=(b"x" for _ in range(3)))

    assert (many.status_code, endless.status_code) == (413, 413)


@pytest.mark.parametrize("path", ["/", "/static/review.js", "/nowhere", "/find?q=Ann"])
def test_every_answer_forbids_what_the_page_does_not_need(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_the_refusal_has_these_headers_too(stranger: TestClient) -> None:
    assert "default-src 'self'" in stranger.get("/").headers["content-security-policy"]


def test_the_page_has_no_script_or_style_in_it_and_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text

    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert "//" not in re.sub(r"<!doctype html>", "", page)
