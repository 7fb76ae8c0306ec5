"""An OpenAI-compatible endpoint on loopback that answers for any model, and fails on request.

For tests and rehearsals: put a `ScriptedModel` behind it, point `OPENAI_BASE_URL` at it, and see
what a run does when the endpoint is slow, busy, broken, or counts what it is asked.

    python -m questgraph.tools.models.endpoint --answers answers.yaml --latency 0.05
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from questgraph.tools.errors import ModelError
from questgraph.tools.models.base import AnswerFormat, ChatModel, Message, Reply, Request
from questgraph.tools.models.scripted import ScriptedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong, each with its probability."""

    busy: float = 0.0
    """HTTP 429, with `Retry-After: 0` every second time."""

    broken: float = 0.0
    """HTTP 500."""

    dropped: float = 0.0
    """The connection closes without an answer."""

    halved: float = 0.0
    """The body ends in the middle."""

    garbled: float = 0.0
    """The body is no JSON."""

    cut: float = 0.0
    """The answer ends half way, with `finish_reason: length`."""

    seed: int = 0


class Endpoint:
    """Serves `/v1/chat/completions` for as long as its block lasts.

    Args:
        model: Who answers.
        latency: Seconds that an answer takes.
        faults: What goes wrong.
        record: A file that gets a line for each answer that was sent whole, as soon as it was.
        port: Where to listen; a free one when 0.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        latency: float = 0.0,
        faults: Faults | None = None,
        record: Path | None = None,
        port: int = 0,
    ) -> None:
        self.model, self.latency = model, latency
        self.faults = faults or Faults()
        self.asked: Counter[str] = Counter()
        """How often each request came, by the key that the client's ledger keeps it under."""

        self.in_flight = self.most_in_flight = 0
        self._dice = random.Random(self.faults.seed)
        self._record = record.open("a", encoding="utf-8") if record else None
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL that clients are given."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        await self.model.__aenter__()
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._record:
            self._record.close()
        await self.model.__aexit__(kind, error, trace)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": self.model.name}]})

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        body = await http.json()
        request = _request(body)
        key = request.key(f"openai:{body['model']}")
        self.asked[key] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            if failure := self._fault(http):
                return failure
            return await self._answer(http, request, key)
        except ConnectionError:
            # The client went away, as killed ones do.
            return web.Response()
        finally:
            self.in_flight -= 1

    def _fault(self, http: web.Request) -> web.Response | None:
        """Throw the dice; return what goes wrong instead of an answer."""
        faults = self.faults
        if self._happens(faults.busy):
            patience = {"Retry-After": "0"} if self._happens(0.5) else {}
            return web.json_response({"error": {"message": "busy"}}, status=429, headers=patience)
        if self._happens(faults.broken):
            return web.json_response({"error": {"message": "broken"}}, status=500)
        if self._happens(faults.garbled):
            return web.Response(text="<html>oops", content_type="application/json")
        if self._happens(faults.dropped) and http.transport:
            http.transport.close()
            return web.Response()
        return None

    async def _answer(self, http: web.Request, request: Request, key: str) -> web.StreamResponse:
        try:
            reply = await self.model.complete(request)
        except ModelError as error:
            return web.json_response({"error": {"message": str(error)}}, status=400)
        if self._happens(self.faults.cut):
            reply = Reply(reply.text[: len(reply.text) // 2], "length", reply.usage)
        body = json.dumps(_body(self.model.name, request, reply)).encode()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(body)
        await response.prepare(http)
        if self._happens(self.faults.halved) and http.transport:
            await response.write(body[: len(body) // 2])
            http.transport.close()
            return response
        await response.write(body)
        await response.write_eof()
        if self._record:
            self._record.write(key + "\n")
            self._record.flush()
        return response

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self._dice.random() < probability


def _request(body: Mapping[str, Any]) -> Request:
    messages = tuple(Message(m["role"], m["content"]) for m in body["messages"])
    forced = body.get("response_format", {}).get("json_schema")
    return Request(
        messages,
        body.get("max_tokens") or body.get("max_completion_tokens") or 0,
        body.get("temperature", 0.0),
        body.get("seed", 0),
        format=AnswerFormat(forced["schema"]) if forced else None,
    )


def _body(name: str, request: Request, reply: Reply) -> dict[str, Any]:
    """Return the reply in OpenAI's form; tokens are guessed where the model counts none."""
    finish = {"stop": "stop", "length": "length", "refusal": "content_filter"}[reply.finish]
    written = sum(len(message.content) for message in request.messages)
    prompt = reply.usage.prompt_tokens or written // 4
    completion = reply.usage.completion_tokens or len(reply.text) // 4
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": name,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": {"role": "assistant", "content": reply.text},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": reply.usage.cached_tokens},
        },
    }


async def _serve(told: argparse.Namespace) -> None:
    model = ScriptedModel.from_file(told.answers)
    async with Endpoint(model, latency=told.latency, record=told.record, port=told.port) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        # Ends with whoever started it: that one holds the other end of the pipe.
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve answers from a file until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--answers", type=Path, required=True, help="YAML or JSON")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--record", type=Path, help="gets a line for each answer that was sent")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
