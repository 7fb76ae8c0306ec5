"""How answers of the test endpoint travel: whole, or with what goes wrong on the way."""

import asyncio

from aiohttp import web

from questgraph.tools.models.answering import Answer, dumped
from questgraph.tools.models.faults import Kind

_DRIPS = 8
"""Pieces in which a dripped body comes."""

_TYPE = "application/json"


def respond(answer: Answer) -> web.Response:
    """Return `answer` as a response."""
    return web.Response(
        body=dumped(answer.body),
        status=answer.status,
        headers=answer.headers,
        content_type=_TYPE,
    )


async def deliver(
    http: web.Request, response: web.Response, kind: Kind | None, *, drip: float = 1.0
) -> web.StreamResponse:
    """Send `response`, or what the fault `kind` leaves of it; return what was sent.

    Raises:
        ConnectionError: When the client has gone away, as killed ones do.
    """
    body = response.body
    assert isinstance(body, bytes), "responses of this endpoint hold bytes"
    match kind:
        case "dropped":
            return await _pieces(http, response, [], len(body))
        case "halved":
            return await _pieces(http, response, [body[: len(body) // 2]], len(body))
        case "dripped":
            size = len(body) // _DRIPS + 1
            pieces = [body[at : at + size] for at in range(0, len(body), size)]
            return await _pieces(http, response, pieces, len(body), drip / _DRIPS)
        case "garbled":
            response = web.Response(body=b"<html>oops", content_type=_TYPE)
    await response.prepare(http)
    await response.write_eof()
    return response


async def _pieces(
    http: web.Request, response: web.Response, pieces: list[bytes], size: int, pause: float = 0.0
) -> web.StreamResponse:
    """Send a body of `size` bytes piece by piece, and hang up when some are missing."""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = size
    if pieces:
        await stream.prepare(http)
    for piece in pieces:
        await asyncio.sleep(pause)
        await stream.write(piece)
    if http.transport and sum(map(len, pieces)) < size:
        http.transport.close()
    return stream
