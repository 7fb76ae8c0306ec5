"""The OpenAI-compatible model against a server on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, Message, Request
from questgraph.tools.models.openai import OpenAIModel

Body = dict[str, Any]
Answer = Callable[[Body], web.StreamResponse]

QUESTION = Request((Message("system", "Be brief."), Message("user", "Who?")), max_tokens=9, seed=3)
FORMAT = AnswerFormat(
    {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
)
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Ann"}, "finish_reason": "stop"}
USAGE = {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 5}}
COMPLETION = {"id": "1", "object": "chat.completion", "choices": [CHOICE], "usage": USAGE}


@asynccontextmanager
async def model_at(
    answer: Answer, *, pause: float = 0.0, timeout: float = 5.0
) -> AsyncIterator[OpenAIModel]:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        await asyncio.sleep(pause)
        return answer(body)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    async with TestServer(app) as server:
        url = str(server.make_url("/v1"))
        async with OpenAIModel("m", base_url=url, api_key="sk-secret", timeout=timeout) as model:
            yield model


def completion(**changes: object) -> web.Response:
    return web.json_response(COMPLETION | changes)


def noting(seen: list[Body], answer: Answer) -> Answer:
    def note(body: Body) -> web.StreamResponse:
        seen.append(body)
        return answer(body)

    return note


def rejecting(parameter: str, message: str) -> Answer:
    def answer(body: Body) -> web.Response:
        if parameter in body:
            return web.json_response({"error": {"message": message}}, status=400)
        return completion()

    return answer


@pytest.mark.anyio
async def test_question_goes_out_with_all_that_decides_its_answer() -> None:
    seen: list[Body] = []

    async with model_at(noting(seen, lambda _: completion())) as model:
        await model.complete(Request(QUESTION.messages, max_tokens=9, seed=3, format=FORMAT))

    assert seen == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Who?"},
            ],
            "max_tokens": 9,
            "temperature": 0.0,
            "seed": 3,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": FORMAT.schema, "strict": True},
            },
        }
    ]


@pytest.mark.anyio
async def test_reply_carries_text_tokens_and_seconds() -> None:
    async with model_at(lambda _: completion()) as model:
        reply = await model.complete(QUESTION)

    usage = reply.usage
    assert (reply.text, reply.finish) == ("Ann", "stop")
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (7, 5, 2)
    assert usage.seconds > 0


@pytest.mark.anyio
@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "completion_tokens": None}])
async def test_endpoint_that_counts_no_tokens_costs_none(usage: object) -> None:
    async with model_at(lambda _: completion(usage=usage)) as model:
        reply = await model.complete(QUESTION)

    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (0, 0)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("message", "reason", "text", "finish"),
    [
        ({"content": "An"}, "length", "An", "length"),
        ({"content": None}, "content_filter", "", "refusal"),
        ({"content": None, "refusal": "I cannot."}, "stop", "I cannot.", "refusal"),
        ({"content": "Ann"}, "eos", "Ann", "stop"),
    ],
)
async def test_reply_says_why_it_ended(message: Body, reason: str, text: str, finish: str) -> None:
    choice = {"index": 0, "message": message, "finish_reason": reason}

    async with model_at(lambda _: completion(choices=[choice])) as model:
        reply = await model.complete(QUESTION)

    assert (reply.text, reply.finish) == (text, finish)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("temperature", "Unsupported value: 'temperature' does not support 0.0 with this model."),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."),
        ("seed", "Unrecognized request argument supplied: seed"),
        ("response_format", "Invalid parameter: 'response_format' is not supported."),
    ],
)
async def test_parameter_that_the_endpoint_rejects_is_left_out_from_then_on(
    parameter: str, message: str
) -> None:
    seen: list[Body] = []
    answer = rejecting(parameter, message)

    async with model_at(noting(seen, answer)) as model:
        for _ in range(2):
            await model.complete(Request(QUESTION.messages, format=FORMAT))

    assert [parameter in body for body in seen] == [True, False, False]
    assert ("max_completion_tokens" in seen[-1]) == (parameter == "max_tokens")


@pytest.mark.anyio
async def test_calls_under_way_when_a_parameter_is_rejected_all_get_their_answer() -> None:
    answer = rejecting("temperature", "'temperature' is not supported")

    async with model_at(answer, pause=0.05) as model:
        replies = await asyncio.gather(*(model.complete(QUESTION) for _ in range(5)))

    assert [reply.text for reply in replies] == ["Ann"] * 5


@pytest.mark.anyio
async def test_call_that_asks_for_too_much_changes_nothing_for_later_ones() -> None:
    seen: list[Body] = []
    answer = rejecting("max_tokens", "'max_tokens' is too large: the maximum context length is 512")

    async with model_at(noting(seen, answer)) as model:
        for _ in range(2):
            with pytest.raises(ModelRefusedError, match="too large"):
                await model.complete(QUESTION)

    assert ["max_tokens" in body for body in seen] == [True, True]


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
async def test_trouble_that_may_pass_is_unavailable(status: int) -> None:
    async with model_at(lambda _: web.Response(status=status)) as model:
        with pytest.raises(ModelUnavailableError, match=f"HTTP {status}"):
            await model.complete(QUESTION)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "OPENAI_API_KEY"), (403, "OPENAI_API_KEY"), (404, "model's name"), (422, "HTTP 422")],
)
async def test_trouble_that_stays_is_refused_with_advice_and_without_the_key(
    status: int, advice: str
) -> None:
    async with model_at(lambda _: web.Response(status=status)) as model:
        with pytest.raises(ModelRefusedError, match=advice) as raised:
            await model.complete(QUESTION)

    assert "sk-secret" not in str(raised.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 1e6, 1e11),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
)
async def test_wish_to_wait_is_read_as_seconds_or_as_a_date(
    header: str, least: float, most: float
) -> None:
    async with model_at(
        lambda _: web.Response(status=429, headers={"Retry-After": header})
    ) as model:
        with pytest.raises(ModelUnavailableError) as raised:
            await model.complete(QUESTION)

    assert raised.value.retry_after is not None
    assert least <= raised.value.retry_after <= most


@pytest.mark.anyio
async def test_wish_to_wait_that_nobody_understands_is_none() -> None:
    async with model_at(
        lambda _: web.Response(status=429, headers={"Retry-After": "soon"})
    ) as model:
        with pytest.raises(ModelUnavailableError) as raised:
            await model.complete(QUESTION)

    assert raised.value.retry_after is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "response",
    [
        lambda: web.Response(text="<html>", content_type="text/html"),
        lambda: web.Response(text="{oops", content_type="application/json"),
        lambda: web.json_response([]),
        lambda: completion(choices=[]),
        lambda: completion(choices=[{}]),
        lambda: completion(choices=[None]),
        lambda: completion(choices=[CHOICE | {"message": None}]),
    ],
    ids=["html", "broken", "list", "no choice", "empty choice", "null choice", "null message"],
)
async def test_reply_without_an_answer_is_unavailable(response: Callable[[], web.Response]) -> None:
    async with model_at(lambda _: response()) as model:
        with pytest.raises(ModelUnavailableError, match="cannot be read"):
            await model.complete(QUESTION)


@pytest.mark.anyio
async def test_answer_that_takes_too_long_is_unavailable() -> None:
    async with model_at(lambda _: completion(), pause=1, timeout=0.1) as model:
        with pytest.raises(ModelUnavailableError, match=r"no answer in 0\.1 s"):
            await model.complete(QUESTION)


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
async def test_endpoint_that_is_not_there_is_unavailable(host: str) -> None:
    async with OpenAIModel("m", base_url=f"http://{host}/v1") as model:
        with pytest.raises(ModelUnavailableError, match="is the endpoint up"):
            await model.complete(QUESTION)


@pytest.mark.anyio
async def test_endpoint_that_goes_away_between_calls_is_unavailable() -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return completion()

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    server = TestServer(app)
    await server.start_server()

    async with OpenAIModel("m", base_url=str(server.make_url("/v1"))) as model:
        await model.complete(QUESTION)
        await server.close()
        with pytest.raises(ModelUnavailableError, match="is the endpoint up"):
            await model.complete(QUESTION)
