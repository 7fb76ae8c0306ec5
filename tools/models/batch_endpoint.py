"""The Files and Batches routes of the test endpoint, as OpenAI specifies them.

Files and batches live as long as the server: a client may die, come back and find its batch
where it left it. Single `GET`s drive a batch on; listing does not.
"""

import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, TypeVar, get_args

from aiohttp import web

from questgraph.tools.models.answering import Answer, Answering, Json, dumped, failure, unanswered
from questgraph.tools.models.batch_jobs import URL, Item, Job, Missed
from questgraph.tools.models.delivery import deliver, respond
from questgraph.tools.models.faults import SAID, Faults, assigned, checked, pick, throw

T = TypeVar("T")

Trouble = Literal["rejected", "broken", "expired"]

_TROUBLES: tuple[Trouble, ...] = get_args(Trouble)
_PAGE = 20

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """How batches fare: when they are done, and the probability that an item has trouble."""

    polls: int = 1
    """Which look at a batch finds it done; 3 and more show it in progress before."""

    rejected: float = 0.0
    """The item fails with HTTP 400."""

    broken: float = 0.0
    """The item fails with HTTP 500."""

    expired: float = 0.0
    """The item is not reached in time, and its batch ends as `expired`."""

    routes: Faults = field(default_factory=Faults)
    """What goes wrong with the calls to these routes, such as a lost answer to `POST /batches`.

    The key of a call is its method and path.
    """

    seed: int = 0

    def __post_init__(self) -> None:
        checked(self.shares())

    @classmethod
    def parse(cls, texts: Iterable[str], seed: int = 0) -> Self:
        """Read texts such as `polls=3` and `expired=0.1`.

        Raises:
            ConfigError: When one has another form or name.
        """
        told = assigned(texts, ("polls", *_TROUBLES))
        return cls(
            polls=int(told.get("polls", 1)),
            rejected=told.get("rejected", 0.0),
            broken=told.get("broken", 0.0),
            expired=told.get("expired", 0.0),
            seed=seed,
        )

    def shares(self) -> list[tuple[Trouble, float]]:
        """Return the kinds of trouble with their probabilities."""
        return [(trouble, getattr(self, trouble)) for trouble in _TROUBLES]

    def strike(self, key: str, turn: int) -> Trouble | None:
        """Return the trouble that an item has whose request `key` was asked `turn` times before."""
        return pick(throw(self.seed, "item", key, turn), self.shares())


class BatchRoutes:
    """Serves `/v1/files` and `/v1/batches`.

    Args:
        answering: Who answers the items, and counts them.
        plan: How batches fare.
        faults: What the model says wrong in its answers; kinds of transport trouble do not count.
    """

    def __init__(self, answering: Answering, plan: BatchPlan, faults: Faults) -> None:
        self.jobs: dict[str, Job] = {}
        """All batches ever made, oldest first."""

        self.files: dict[str, tuple[Json, bytes]] = {}
        """File objects and their contents."""

        self._answering, self._plan, self._faults = answering, plan, faults
        self._numbers = itertools.count(1)
        self._calls: Counter[str] = Counter()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        for method, path, handler in (
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files/{id}", self._file),
            ("GET", "/v1/files/{id}/content", self._content),
            ("DELETE", "/v1/files/{id}", self._delete),
            ("POST", "/v1/batches", self._create),
            ("GET", "/v1/batches", self._list),
            ("GET", "/v1/batches/{id}", self._batch),
            ("POST", "/v1/batches/{id}/cancel", self._cancel),
        ):
            router.add_route(method, path, self._troubled(handler))

    def _troubled(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return `handler` with the faults of the plan's routes around it."""
        faults = self._plan.routes

        async def serve(http: web.Request) -> web.StreamResponse:
            key = f"{http.method} {http.path}"
            kind = faults.strike(key, self._calls[key])
            self._calls[key] += 1
            if error := unanswered(kind, faults.patience):
                return respond(error)
            try:
                return await deliver(http, await handler(http), kind, drip=faults.drip)
            except ValueError as error:
                return respond(failure(400, str(error)))
            except ConnectionError:
                return web.Response()

        return serve

    async def _upload(self, http: web.Request) -> web.Response:
        form = await http.post()
        match form.get("purpose"), form.get("file"):
            case "batch", web.FileField() as file:
                id_ = self._save(file.filename, file.file.read(), "batch")
                return respond(Answer(self.files[id_][0]))
        return respond(failure(400, "give a purpose, which must be batch, and a file"))

    async def _file(self, http: web.Request) -> web.Response:
        return respond(Answer(_found(self.files, http)[0]))

    async def _content(self, http: web.Request) -> web.Response:
        return web.Response(body=_found(self.files, http)[1])

    async def _delete(self, http: web.Request) -> web.Response:
        id_ = _found(self.files, http)[0]["id"]
        del self.files[id_]
        return respond(Answer({"id": id_, "object": "file", "deleted": True}))

    async def _create(self, http: web.Request) -> web.Response:
        told = await http.json()
        input_, window = told.get("input_file_id"), told.get("completion_window")
        if input_ not in self.files:
            return respond(failure(400, f"No such File object: {input_}", param="input_file_id"))
        if told.get("endpoint") != URL or window != "24h":
            return respond(failure(400, f"the endpoint must be {URL}, and the window 24h"))
        job = Job(
            f"batch_{next(self._numbers)}",
            {
                "input_file_id": input_,
                "endpoint": URL,
                "completion_window": window,
                "metadata": told.get("metadata"),
            },
            self.files[input_][1],
            polls=self._plan.polls,
            run=self._run,
            save=self._save,
        )
        self.jobs[job.id] = job
        return respond(Answer(job.report()))

    async def _batch(self, http: web.Request) -> web.Response:
        job = _found(self.jobs, http)
        await job.look()
        return respond(Answer(job.report()))

    async def _cancel(self, http: web.Request) -> web.Response:
        job = _found(self.jobs, http)
        if not job.cancel():
            return respond(failure(409, f"Cannot cancel a batch with status '{job.status}'."))
        return respond(Answer(job.report()))

    async def _list(self, http: web.Request) -> web.Response:
        """Return a page, newest first."""
        jobs = list(reversed(self.jobs.values()))
        names = [job.id for job in jobs]
        after, limit = http.query.get("after"), int(http.query.get("limit", _PAGE))
        begin = names.index(after) + 1 if after in names else 0
        page = jobs[begin : begin + limit]
        return respond(
            Answer(
                {
                    "object": "list",
                    "data": [job.report() for job in page],
                    "first_id": page[0].id if page else None,
                    "last_id": page[-1].id if page else None,
                    "has_more": begin + limit < len(jobs),
                }
            )
        )

    async def _run(self, item: Item) -> Answer | Missed:
        """Answer an item, or let it fail."""
        try:
            request, key, turn = self._answering.receive(item.body)
        except ValueError as error:
            return failure(400, str(error))
        match self._plan.strike(key, turn):
            case "expired":
                return "batch_expired"
            case "rejected":
                return failure(400, "This request is rejected.")
            case "broken":
                return failure(500, "The server had an error while processing your request.")
        kind = self._faults.strike(key, turn)
        return await self._answering.answer(request, kind if kind in SAID else None)

    def _save(self, name: str, content: bytes, purpose: str = "batch_output") -> str:
        """Keep a file and return its id."""
        id_ = f"file-{next(self._numbers)}"
        about = {
            "id": id_,
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[id_] = about, content
        return id_


def _found(things: Mapping[str, T], http: web.Request) -> T:
    """Return the thing whose id stands in the path, or answer with HTTP 404."""
    if (id_ := http.match_info["id"]) not in things:
        body = dumped(failure(404, f"No such object: {id_}", param="id").body)
        raise web.HTTPNotFound(text=body.decode(), content_type="application/json")
    return things[id_]
