"""An OpenAI-compatible endpoint on loopback that answers for any model, and fails on request.

For tests and rehearsals: put a `ScriptedModel` behind it, point `OPENAI_BASE_URL` at it, and see
what a run does when the endpoint is slow, busy, broken, or counts what it is asked.

    python -m questgraph.tools.models.endpoint --answers answers.yaml --latency 0.05 --faults 0.2
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.answering import Answer, Answering, Asked, Billed, failure, unanswered
from questgraph.tools.models.base import ChatModel
from questgraph.tools.models.batch_endpoint import BatchPlan, BatchRoutes
from questgraph.tools.models.delivery import deliver, respond
from questgraph.tools.models.faults import KINDS, Faults, Latency, assigned, fixed
from questgraph.tools.models.scripted import ScriptedModel

__all__ = ["BatchPlan", "Billed", "Endpoint", "Faults", "Latency"]

_LARGEST = 1 << 28
"""Bytes of a request: OpenAI takes input files of 200 MB."""


class Endpoint:
    """Serves `/v1/chat/completions`, `/v1/files` and `/v1/batches` while its block lasts.

    `GET /billed` shows `billed` to other processes.

    Args:
        model: Who answers.
        latency: Seconds that an answer takes.
        faults: What goes wrong.
        record: A file that gets a line for each answer that was sent whole, as soon as it was.
        port: Where to listen; a free one when 0.
        context: Tokens that a prompt may have; any number when 0.
        prefix_cache: Whether messages that an earlier prompt began with count as cached tokens.
        batches: How batches fare.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        latency: float | Latency = 0.0,
        faults: Faults | None = None,
        record: Path | None = None,
        port: int = 0,
        context: int = 0,
        prefix_cache: bool = False,
        batches: BatchPlan | None = None,
    ) -> None:
        self.model = model
        self.latency = latency if isinstance(latency, Latency) else Latency(fixed(latency))
        self.faults = faults or Faults()
        self.in_flight = self.most_in_flight = 0
        self._answering = Answering(model, context=context, prefix_cache=prefix_cache)
        self._batches = BatchRoutes(self._answering, batches or BatchPlan(), self.faults)
        self._record = record.open("a", encoding="utf-8") if record else None
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL that clients are given."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def asked(self) -> Counter[str]:
        """How often each request came, by the key that the client's ledger keeps it under."""
        return self._answering.asked

    @property
    def billed(self) -> Billed:
        """What a provider would charge for.

        That is every answer that was generated, also where it was lost or garbled on its way or
        nobody waited for it any more; what was answered with an error costs nothing. An answer
        counts before its latency begins, so the bill is never behind what clients can know.
        """
        return self._answering.billed

    async def __aenter__(self) -> Self:
        await self.model.__aenter__()
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/billed", self._bill)
        self._batches.add_to(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
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
        return respond(Answer({"object": "list", "data": [{"id": self.model.name}]}))

    async def _bill(self, _: web.Request) -> web.Response:
        return respond(Answer(asdict(self.billed)))

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        try:
            asked = self._answering.receive(json.loads(await http.read()))
        except ValueError as error:
            return respond(failure(400, str(error)))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._answer(http, asked)
        except ConnectionError:
            # The client went away, as killed ones do.
            return web.Response()
        finally:
            self.in_flight -= 1

    async def _answer(self, http: web.Request, asked: Asked) -> web.StreamResponse:
        kind = self.faults.strike(asked.key, asked.turn)
        answer = unanswered(kind, self.faults.patience)
        answer = answer or await self._answering.answer(asked.request, kind)
        if seconds := self.latency.seconds(asked.key, asked.turn):
            await asyncio.sleep(seconds)
        sent = await deliver(http, respond(answer), kind, drip=self.faults.drip)
        if self._record and answer.status == 200 and kind not in ("dropped", "halved", "garbled"):
            self._record.write(asked.key + "\n")
            self._record.flush()
        return sent


def _endpoint(told: argparse.Namespace) -> Endpoint:
    """Return the endpoint that the command line describes."""
    return Endpoint(
        ScriptedModel.from_file(told.answers),
        latency=Latency.parse(told.latency, told.seed),
        faults=Faults.mixed(told.faults, seed=told.seed).having(assigned(told.fault, KINDS)),
        record=told.record,
        port=told.port,
        context=told.context,
        prefix_cache=told.prefix_cache,
        batches=BatchPlan.parse(told.batch, told.seed),
    )


async def _serve(endpoint: Endpoint) -> None:
    async with endpoint as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        # Ends with whoever started it: that one holds the other end of the pipe.
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve answers from a file until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--answers", type=Path, required=True, help="YAML or JSON")
    add("--latency", default="0", help="seconds: 0.2, uniform:0.1-0.3, lognormal:0.2,0.5")
    add("--record", type=Path, help="gets a line for each answer that was sent")
    add("--port", type=int, default=0)
    add("--faults", type=float, default=0.0, help="share of the requests that any fault hits")
    add("--fault", action="append", default=[], help="one kind, such as busy=0.1; repeatable")
    add("--seed", type=int, default=0, help="of faults and latency")
    add("--context", type=int, default=0, help="tokens that a prompt may have")
    add("--prefix-cache", action="store_true", help="count known beginnings as cached")
    add("--batch", action="append", default=[], help="such as polls=3, expired=0.1; repeatable")
    try:
        endpoint = _endpoint(parser.parse_args())
    except ConfigError as error:
        parser.error(str(error))
    asyncio.run(_serve(endpoint))


if __name__ == "__main__":
    main()
