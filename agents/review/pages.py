"""What the page of a run under review answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from questgraph.agents.review import actions, things, views
from questgraph.agents.review.actions import Form
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.log import Entry
from questgraph.agents.review.nearby import nearby
from questgraph.agents.review.queue import Item, clipped
from questgraph.agents.review.templating import templates
from questgraph.graphs.decisions import Decision
from questgraph.tools.errors import ConfigError, QuestgraphError

PAGE = 20
"""Items of the queue in one piece."""


class Pages:
    """What the page answers.

    Args:
        desk: The run.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = templates()

    def routes(self) -> list[Route]:
        """Return what is where."""
        get, post = self._get, self._post
        return [
            Route("/", get(self.first)),
            Route("/queue", get(self.queue)),
            Route("/state", get(self.state)),
            Route("/find", get(self.find)),
            Route("/items/{key}", get(self.item)),
            Route("/items/{key}/next", get(self.next)),
            Route("/items/{key}/previous", get(self.previous)),
            Route("/items/{key}/text", get(self.text)),
            Route("/items/{key}/near", get(self.near_item)),
            Route("/items/{key}/{action}", post(self.decide), methods=["POST"]),
            Route("/things/{node}", get(self.thing)),
            Route("/things/{node}/near", get(self.near_thing)),
            Route("/things/{node}/{action}", post(self.decide_thing), methods=["POST"]),
            Route("/undo", post(self.undo), methods=["POST"]),
            Route("/log/{entry:int}/undo", post(self.undo), methods=["POST"]),
            Route("/log/{entry:int}/redo", post(self.redo), methods=["POST"]),
        ]

    def first(self, request: Request) -> Response:
        """Answer with what is worth most."""
        return self._shown(request, next(self._desk.open(), None))

    def item(self, request: Request) -> Response:
        """Answer with one item."""
        return self._shown(request, self._item(request))

    def next(self, request: Request) -> Response:
        """Answer with what is open behind an item."""
        return self._shown(request, self._desk.next(request.path_params["key"]))

    def previous(self, request: Request) -> Response:
        """Answer with what is open before an item, or with that item."""
        before = self._desk.previous(request.path_params["key"])
        return self._shown(request, before or self._item(request))

    def queue(self, request: Request) -> Response:
        """Answer with the next piece of the queue."""
        after = actions.number(request.query_params.get("after"), -1)
        return self._page(request, "rows.html", **self._rows(after), current="")

    def state(self, request: Request) -> Response:
        """Answer with how far the review is."""
        return self._page(request, "state.html", **self._state())

    def text(self, request: Request) -> Response:
        """Answer with another part of an item's document."""
        item = self._item(request)
        at = actions.number(request.query_params.get("at"), 0)
        return self._page(request, "text.html", **self._document(item, at))

    def find(self, request: Request) -> Response:
        """Answer with things of that name."""
        words, but = (request.query_params.get(name, "") for name in ("q", "but"))
        found = things.find(words, self._desk, but=but)
        return self._page(request, "found.html", found=found, node=but, words=words.strip())

    def thing(self, request: Request) -> Response:
        """Answer with a thing and what can be done with it."""
        return self._thing(request, self._node(request))

    def near_item(self, request: Request) -> Response:
        """Answer with the part of the graph around an item, as data."""
        item, appraiser = self._item(request), self._desk.now.appraiser
        if item.claim:
            named = (appraiser.node(item.claim, m) for _, m in item.claim.arguments)
            return _json(nearby(self._desk.now.graph, [node for node in named if node]))
        assert item.pair, "it is a claim or a pair"
        ends = [appraiser.into.get(id_, id_) for id_ in item.pair.things]
        return _json(nearby(self._desk.now.graph, ends))

    def near_thing(self, request: Request) -> Response:
        """Answer with the part of the graph around a thing, as data."""
        return _json(nearby(self._desk.now.graph, [self._node(request)]))

    def decide(self, request: Request, form: Form) -> Response:
        """Do to an item what a person wants, and answer with the next one."""
        item = self._item(request)
        decisions = actions.on_item(item, request.path_params["action"], form, self._desk)
        self._desk.decide(decisions, actions.reason(form))
        self._desk.settle()
        return self._shown(request, self._desk.next(item.id), self._said(decisions))

    def decide_thing(self, request: Request, form: Form) -> Response:
        """Do to a thing what a person wants, and answer with what it is now."""
        node = self._node(request)
        decision = actions.on_thing(node, request.path_params["action"], form, self._desk)
        self._desk.decide([decision], actions.reason(form))
        self._desk.settle()
        said = self._said([decision])
        now = self._desk.now.appraiser.into.get(node, node)
        if now in self._desk.now.graph:
            return self._thing(request, now, said)
        return self._shown(request, next(self._desk.open(), None), said)

    def undo(self, request: Request, _: Form) -> Response:
        """Take back what was done last, or what is named."""
        done = self._desk.undo(request.path_params.get("entry"))
        self._desk.settle()
        return self._again(request, done, "Undone: ", "There is nothing to undo")

    def redo(self, request: Request, _: Form) -> Response:
        """Do again what was taken back."""
        done = self._desk.redo(request.path_params["entry"])
        self._desk.settle()
        return self._again(request, done, "Done again: ", "There is nothing to do again")

    def _again(self, request: Request, done: Sequence[Entry], said: str, nothing: str) -> Response:
        if not done:
            return self._shown(request, next(self._desk.open(), None), nothing)
        decision = done[0].decision
        words = said + views.told(decision, self._desk)
        keys = [each for each in (views.item_key(decision),) if each]
        item = self._desk.item(keys[0]) if keys else next(self._desk.open(), None)
        return self._shown(request, item, words)

    def _said(self, decisions: Sequence[Decision]) -> str:
        words = views.told(decisions[0], self._desk)
        more = f", and {len(decisions) - 1} that follow" if len(decisions) > 1 else ""
        return f"{words[:1].upper()}{words[1:]}{more}"

    def _shown(self, request: Request, item: Item | None, said: str = "") -> Response:
        """Answer with an item beside the queue."""
        context = {**self._desk_context(), "item": item, "current": item.id if item else ""}
        if item is None:
            return self._view(request, "/", said, view="done.html", **context)
        address = f"/items/{item.id}"
        context["title"] = views.item_title(item, self._desk.documents)
        context["decision"] = self._desk.decision(item)
        if item.pair:
            context["sides"] = things.sides(item.pair, self._desk)
            context["near"] = f"{address}/near"
            return self._view(request, address, said, view="pair.html", **context)
        assert item.claim, "it is a claim or a pair"
        claim = item.claim
        context |= {
            **self._document(item),
            "claim": claim,
            "parts": views.parts(claim, self._desk),
            "types": [type_.name for type_ in self._desk.schema.types(claim.kind)],
            "turns": views.dialogue(claim, self._desk.turns.get(claim.unit_id, ())),
            "near": f"{address}/near",
        }
        return self._view(request, address, said, view="claim.html", **context)

    def _thing(self, request: Request, node: str, said: str = "") -> Response:
        told = things.thing(node, self._desk)
        context = {**self._desk_context(), "thing": told, "title": told["name"], "current": ""}
        address = f"/things/{node}"
        context |= {"near": f"{address}/near", "do": request.query_params.get("do", "")}
        return self._view(request, address, said, view="thing.html", **context)

    def _view(self, request: Request, address: str, said: str, **context: Any) -> Response:
        """Answer with the whole page, or with what changes in it."""
        part = bool(request.headers.get("hx-request"))
        response = self._page(request, "desk.html" if part else "page.html", said, **context)
        if part:
            response.headers["hx-push-url"] = address
        return response

    def _desk_context(self) -> dict[str, Any]:
        return {
            **self._rows(-1),
            **self._state(),
            "actions": list(views.history(self._desk.entries, self._desk)),
            "run": str(self._desk.extraction.folder or ""),
        }

    def _rows(self, after: int) -> dict[str, Any]:
        position = self._desk.now.position
        rows: list[tuple[Item, str]] = []
        for item in self._desk.open(after):
            if len(rows) == PAGE:
                break
            rows.append((item, views.item_title(item, self._desk.documents)))
        last = position[rows[-1][0].id] if len(rows) == PAGE else None
        return {"rows": rows, "more": last}

    def _state(self) -> dict[str, Any]:
        desk = self._desk
        return {"open": desk.open_count, "decided": desk.decided_count, "behind": desk.behind}

    def _document(self, item: Item, at: int | None = None) -> dict[str, Any]:
        if not item.claim:
            raise ConfigError("a pair of things has no document of its own")
        document = self._desk.documents[item.claim.document_id]
        return {"window": views.window(document, item.claim, at), "item": item}

    def _item(self, request: Request) -> Item:
        return self._desk.item(request.path_params["key"])

    def _node(self, request: Request) -> str:
        return self._desk.known(request.path_params["node"])

    def _page(self, request: Request, template: str, said: str = "", **context: Any) -> Response:
        csrf = request.scope.get("csrf", "")
        page = self._templates.get_template(template).render(csrf=csrf, **context)
        response = HTMLResponse(page.encode("utf-8", "replace"))
        if said:
            # Once the page has it: who hears of it may go on at once.
            response.headers["hx-trigger-after-swap"] = json.dumps({"said": clipped(said, 400)})
        return response

    def _get(self, answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                return await run_in_threadpool(answer, request)
            except QuestgraphError as error:
                return PlainTextResponse(str(error).encode("utf-8", "replace"), 404)

        return endpoint

    def _post(self, answer: Callable[[Request, Form], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                body = (await request.body()).decode("utf-8", "replace")
                form = parse_qs(body, keep_blank_values=True, max_num_fields=1_000)
                return await run_in_threadpool(answer, request, form)
            except (QuestgraphError, ValueError) as error:
                said = json.dumps({"said": clipped(f"Not done: {error}", 400)})
                return PlainTextResponse("not done", 422, headers={"hx-trigger": said})

        return endpoint


def _json(data: Mapping[str, Any]) -> Response:
    # Halves of characters, which models write, are escaped in ASCII and drawn as nothing.
    return Response(json.dumps(data), media_type="application/json")
