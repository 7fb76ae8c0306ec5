"""Batches of the OpenAI-compatible model, at the test endpoint and at scripted files."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from questgraph.tools.errors import (
    ModelError,
    ModelRefusedError,
    ModelUnavailableError,
    PromptTooLongError,
)
from questgraph.tools.models import openai_batch
from questgraph.tools.models.base import Message, Reply, Request
from questgraph.tools.models.endpoint import BatchPlan, Endpoint, Faults
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.openai_batch import Batch, OpenAIBatches
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

REQUESTS = {
    name: Request((Message("system", "Be brief."), Message("user", f"Who is {name}?")), seed=3)
    for name in ("ann", "bob", "cem")
}
SERVED = Batch("b", "ended", "completed", 1, 1, 0)


@asynccontextmanager
async def provider(plan: BatchPlan | None = None) -> AsyncIterator[tuple[Endpoint, OpenAIBatches]]:
    model = ScriptedModel(lambda request: request.messages[-1].content.upper())
    async with (
        Endpoint(model, batches=plan) as endpoint,
        OpenAIBatches(OpenAIModel("m", base_url=endpoint.url)) as batches,
    ):
        yield endpoint, batches


@asynccontextmanager
async def serving(content: bytes = b"", **said: object) -> AsyncIterator[OpenAIBatches]:
    """Serve one batch of which the provider says what is `said`, with one file of results."""

    async def batch(_: web.Request) -> web.Response:
        told = {"id": "b", "status": "completed", "output_file_id": "f", "error_file_id": None}
        return web.json_response(told | said)

    async def file(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(content)
        await response.prepare(http)
        await response.write(content.removesuffix(b"CUT"))
        if http.transport:
            http.transport.close()
        return response

    app = web.Application()
    app.router.add_get("/v1/batches/b", batch)
    app.router.add_get("/v1/files/f/content", file)
    async with (
        TestServer(app) as server,
        OpenAIBatches(OpenAIModel("m", base_url=str(server.make_url("/v1")))) as batches,
    ):
        yield batches


def answer(text: object) -> dict[str, object]:
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    return {"custom_id": "ann", "response": {"status_code": 200, "body": body}, "error": None}


def failure(status: int, message: str) -> dict[str, object]:
    body = {"error": {"message": message}}
    return {"custom_id": "ann", "response": {"status_code": status, "body": body}, "error": None}


def lines(*items: object) -> bytes:
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in items)


async def results(batches: OpenAIBatches, batch: Batch = SERVED) -> dict[str, Reply | ModelError]:
    return {key: result async for key, result in batches.results(batch)}


async def test_batch_brings_the_reply_to_each_request_under_its_key() -> None:
    async with provider() as (endpoint, batches):
        [batch] = await batches.submit(REQUESTS, tag="run")
        ended = await batches.look(batch)
        found = await results(batches, ended)

    assert (batch.state, batch.status, batch.total) == ("open", "validating", 3)
    assert (ended.state, ended.completed, ended.failed) == ("ended", 3, 0)
    assert {key: reply.text for key, reply in found.items() if isinstance(reply, Reply)} == {
        name: f"WHO IS {name.upper()}?" for name in REQUESTS
    }
    # The endpoint saw what single calls would have shown it.
    assert set(endpoint.asked) == {request.key("openai:m") for request in REQUESTS.values()}


@pytest.mark.parametrize(("limit", "most"), [("MOST_REQUESTS", 2), ("MOST_BYTES", 600)])
async def test_requests_that_one_file_does_not_hold_go_out_in_several(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(openai_batch, limit, most)

    async with provider() as (_, batches):
        submitted = await batches.submit(REQUESTS, tag="run")
        keys = [await batches.keys(batch) for batch in submitted]

    assert keys == [{"ann", "bob"}, {"cem"}]


async def test_request_above_every_limit_goes_alone_and_none_at_all_makes_no_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_batch, "MOST_BYTES", 1)

    async with provider() as (_, batches):
        alone = await batches.submit(REQUESTS, tag="run")
        none = await batches.submit({}, tag="run")

    assert [batch.total for batch in alone] == [1, 1, 1]
    assert none == []


async def test_batches_are_found_again_by_their_tag_on_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_batch, "MOST_REQUESTS", 1)
    many = {f"call {number}": REQUESTS["ann"] for number in range(101)}

    async with provider() as (_, batches):
        submitted = await batches.submit(many, tag="mine")
        await batches.submit({"other": REQUESTS["bob"]}, tag="other")
        found = await batches.batches("mine")

    assert found == submitted[::-1]


async def test_batch_whose_receipt_got_lost_is_found_again_and_was_made_once() -> None:
    # With this seed it is the answer to the first `POST /batches` that does not arrive.
    lossy = Faults(dropped=0.2, seed=92)

    async with provider(BatchPlan(routes=lossy)) as (_, batches):
        with pytest.raises(ModelUnavailableError):
            await batches.submit(REQUESTS, tag="run")
        [batch] = await batches.batches("run")
        keys = await batches.keys(batch)

    assert keys == set(REQUESTS)


async def test_cancelled_batch_ends_without_answers() -> None:
    async with provider(BatchPlan(polls=3)) as (_, batches):
        [batch] = await batches.submit(REQUESTS, tag="run")
        await batches.cancel(batch)
        cancelling, ended = (await batches.batches("run"))[0], await batches.look(batch)
        found = await results(batches, ended)

    assert (cancelling.state, cancelling.status) == ("open", "cancelling")
    assert (ended.state, ended.status) == ("ended", "cancelled")
    assert all(isinstance(error, ModelUnavailableError) for error in found.values())


async def test_cancelling_a_batch_that_has_ended_changes_nothing() -> None:
    async with provider() as (_, batches):
        [batch] = await batches.submit(REQUESTS, tag="run")
        ended = await batches.look(batch)
        await batches.cancel(batch)
        after = await batches.look(batch)

    assert after == ended


async def test_batch_that_was_turned_down_says_why() -> None:
    problem = {"code": "token_limit_exceeded", "message": "Too many are waiting.", "line": None}

    async with serving(status="failed", errors={"data": [problem] * 9}) as batches:
        batch = await batches.look(SERVED)

    assert (batch.state, batch.status, batch.total) == ("ended", "failed", 0)
    assert batch.problem.startswith("token_limit_exceeded: Too many are waiting.; ")
    assert batch.problem.count("Too many") == 3


@pytest.mark.parametrize(
    ("item", "kind", "said", "billed"),
    [
        (failure(400, "Bad."), ModelRefusedError, "Bad.", False),
        (failure(400, "maximum context length"), PromptTooLongError, "context", False),
        (failure(429, "Busy."), ModelUnavailableError, "Busy.", False),
        (failure(500, "Broken."), ModelUnavailableError, "Broken.", False),
        (
            {"custom_id": "ann", "response": None, "error": {"code": "batch_expired"}},
            ModelUnavailableError,
            "batch_expired",
            False,
        ),
        (answer(["no text"]), ModelUnavailableError, "no answer in it", True),
    ],
    ids=["rejected", "too long", "busy", "broken", "expired", "unreadable"],
)
async def test_request_without_an_answer_says_whether_to_ask_again(
    item: object, kind: type[ModelError], said: str, billed: bool
) -> None:
    async with serving(lines(item)) as batches:
        found = await results(batches)

    assert type(found["ann"]) is kind
    assert said in str(found["ann"])
    assert getattr(found["ann"], "billed", False) == billed


async def test_files_of_answers_and_of_errors_are_both_read() -> None:
    async with serving(lines(failure(400, "Bad.")), error_file_id="f") as batches:
        both = [key async for key, _ in batches.results(SERVED)]

    assert both == ["ann", "ann"]


async def test_parameter_that_the_endpoint_rejects_is_left_out_of_the_next_batch() -> None:
    rejected = lines(failure(400, "'temperature' does not support 0.0 with this model."))

    async with serving(rejected) as batches:
        found = await results(batches)
        body = batches.model.body(REQUESTS["ann"])

    assert isinstance(found["ann"], ModelUnavailableError)
    assert "temperature" not in body
    assert "seed" in body


async def test_lines_end_with_line_feeds_only_and_broken_ones_are_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    content = lines(answer("one\u2028two\x85three")).rstrip() + b"\n{oops\n" + lines({"id": 1})

    with caplog.at_level(logging.WARNING):
        async with serving(content) as batches:
            found = await results(batches)

    assert [getattr(reply, "text", "") for reply in found.values()] == ["one\u2028two\x85three"]
    assert caplog.text.count("cannot be read") == 2


async def test_file_that_breaks_off_is_unavailable_after_what_could_be_read() -> None:
    async with serving(lines(answer("Ann")) + b'{"custom_id": "bCUT') as batches:
        rest = batches.results(SERVED)
        first, _ = await anext(rest)
        with pytest.raises(ModelUnavailableError):
            await anext(rest)

    assert first == "ann"


async def test_batch_that_the_provider_does_not_know_is_refused() -> None:
    async with provider() as (_, batches):
        with pytest.raises(ModelRefusedError, match="No such object: b"):
            await batches.look(SERVED)
