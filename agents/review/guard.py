"""Who may use the page: whoever has the link that the command printed, from this machine.

Any site that is open in the same browser can send requests to a local server. So every request has
to name this server as its host (a name that was pointed here would not), show the cookie that the
link gave, and, where it changes anything, come from the page itself: by `Origin` or
`Sec-Fetch-Site`, and with a token that only the page knows.
"""

import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

LARGEST = 64 * 1024
"""Bytes that a request may send: no form of the page has more."""

SAFE = ("GET", "HEAD")


class Guard:
    """Lets requests through to the page that come from the page.

    Args:
        app: The page.
        hosts: What this server may be called, with its port.
        token: What the link has; a new one when left out.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], token: str = "") -> None:
        self._app, self._hosts = app, frozenset(hosts)
        self.token = token or secrets.token_urlsafe(32)
        # Another secret than the one in the link, which stays in the history of a browser.
        self._session = secrets.token_urlsafe(32)
        self.csrf = secrets.token_urlsafe(32)
        """What every change has to show."""

        # Cookies know no ports: two runs under review would take each other's.
        self._cookie = f"questgraph-review-{min(self._hosts).rpartition(':')[2]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            scope["csrf"] = self.csrf
            answer = self._entrance(scope) or self._refusal(scope)
            await (answer or self._app)(scope, receive, _with_headers(send))

    def _entrance(self, scope: Scope) -> Response | None:
        """Return what the link leads to: a page that has the cookie and goes on by itself.

        A redirect would not do: a browser that comes from another site keeps a strict cookie back.
        """
        shown = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] != "/" or scope["method"] != "GET" or not _same(shown, self.token):
            return None
        if Headers(scope=scope).get("host", "") not in self._hosts:
            return None
        page = HTMLResponse(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Review</title>'
            '<link rel="icon" href="/static/icon.svg">'
            '<meta http-equiv="refresh" content="0; url=/"></head>'
            '<body><p><a href="/">Go on to the review</a></p></body></html>'
        )
        page.set_cookie(self._cookie, self._session, path="/", httponly=True, samesite="strict")
        return page

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("This server has another name.", 421)
        if not _same(_cookie(headers, self._cookie), self._session):
            words = "Open the link that `questgraph review` printed: it has the token."
            return PlainTextResponse(words, 403)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PlainTextResponse("This page answers only itself.", 403)
        if scope["method"] in SAFE:
            return None
        if not self._from_the_page(headers):
            return PlainTextResponse("Changes are made on the page only: load it again.", 403)
        if not _small(headers.get("content-length", "")):
            return PlainTextResponse("This is too much for any form of the page.", 413)
        return None

    def _from_the_page(self, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is None and site is None:
            return False
        if origin is not None and origin not in {f"http://{host}" for host in self._hosts}:
            return False
        if site not in (None, "same-origin"):
            return False
        return _same(headers.get("x-csrf-token", ""), self.csrf)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sent


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _same(shown: str, secret: str) -> bool:
    return secrets.compare_digest(shown.encode("utf-8", "replace"), secret.encode())


def _small(length: str) -> bool:
    """Say whether a request says how long it is, and is short: what has no length may never end."""
    return length.isdigit() and int(length) <= LARGEST
