"""The OpenAI-compatible model against a server on the loopback interface."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError, PromptTooLongError
from questgraph.tools.models import openai
from questgraph.tools.models.base import AnswerFormat, Message, Request
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.tokens import Token

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


BODY = json.dumps(COMPLETION).encode()
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
HALF = WHOLE[: -len(BODY) // 2]


@dataclass
class Wire:
    """Answers each call with the next bytes, as they are, and knows its connections."""

    answers: list[bytes]
    hang_up: bool = False
    """Whether the connection of the first call ends with its answer."""

    url: str = ""
    calls: list[int] = field(default_factory=list)
    """The connection of each call."""

    open: set[int] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = next(self.numbers)
        self.open.add(mine)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                self.calls.append(mine)
                writer.write(self.answers[len(self.calls) - 1])
                if self.hang_up and len(self.calls) == 1:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open.discard(mine)
            writer.close()


@asynccontextmanager
async def wire(
    *answers: bytes, hang_up: bool = False, timeout: float = 5.0
) -> AsyncIterator[tuple[Wire, OpenAIModel]]:
    wire = Wire(list(answers), hang_up)
    async with await asyncio.start_server(wire.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with OpenAIModel("m", base_url=f"http://127.0.0.1:{port}/v1", timeout=timeout) as m:
            yield wire, m


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


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
async def test_tokens_are_asked_for_and_read_only_when_they_are_wanted() -> None:
    seen: list[Body] = []
    told = {"content": [{"token": "Ann", "logprob": -0.25, "bytes": [65, 110, 110]}]}
    answer = noting(seen, lambda _: completion(choices=[{**CHOICE, "logprobs": told}]))

    async with model_at(answer) as model:
        await model.complete(QUESTION)
        reply = await model.complete(replace(QUESTION, logprobs=True))

    assert [body.get("logprobs") for body in seen] == [None, True]
    assert "logprobs" not in seen[0]
    assert reply.tokens == (Token(3, -0.25),)


@pytest.mark.anyio
async def test_endpoint_that_tells_no_probabilities_is_asked_without() -> None:
    async with model_at(rejecting("logprobs", "logprobs is not supported")) as model:
        reply = await model.complete(replace(QUESTION, logprobs=True))

    assert (reply.text, reply.tokens) == ("Ann", ())


def test_question_without_probabilities_keeps_its_name_in_the_ledger() -> None:
    assert "logprobs" not in QUESTION.canonical
    assert replace(QUESTION, logprobs=True).key("m") != QUESTION.key("m")


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
async def test_parameter_that_is_no_known_field_is_left_out_too() -> None:
    detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]

    def answer(body: Body) -> web.Response:
        return web.json_response({"detail": detail}, status=422) if "seed" in body else completion()

    async with model_at(answer) as model:
        reply = await model.complete(QUESTION)

    assert reply.text == "Ann"


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
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": "context_length_exceeded", "message": "Please shorten."}),
        (
            400,
            {
                "code": 400,
                "message": "request (48 tokens) exceeds the available context size (32 tokens), "
                "try increasing it",
                "type": "exceed_context_size_error",
            },
        ),
        (400, {"message": "This model's maximum context length is 4096 tokens. However, you…"}),
        (400, {"message": "'max_tokens' is too large: the maximum context length is 512"}),
        (400, {"message": "prompt is too long: 210000 tokens > 200000 maximum"}),
        (400, {"message": "The input token count (9) exceeds the maximum allowed (8)."}),
        (422, {"message": "`inputs` must have less than 4096 tokens. Given: 5000"}),
        (413, {"message": "Request Entity Too Large"}),
    ],
    ids=["OpenAI", "llama.cpp", "vLLM", "newer vLLM", "Anthropic", "Gemini", "TGI", "nginx"],
)
async def test_prompt_that_does_not_fit_is_told_apart_from_other_refusals(
    status: int, error: Body
) -> None:
    async with model_at(lambda _: web.json_response({"error": error}, status=status)) as model:
        with pytest.raises(PromptTooLongError, match=re.escape(str(error["message"]))):
            await model.complete(QUESTION)


@pytest.mark.anyio
async def test_limit_above_what_the_model_writes_has_nothing_to_do_with_the_prompt() -> None:
    message = "max_tokens is too large: 99. This model supports at most 64 completion tokens."

    async with model_at(rejecting("max_tokens", message)) as model:
        with pytest.raises(ModelRefusedError, match="at most 64") as raised:
            await model.complete(QUESTION)

    assert not isinstance(raised.value, PromptTooLongError)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
async def test_trouble_that_may_pass_is_unavailable(status: int) -> None:
    async with model_at(lambda _: web.Response(status=status)) as model:
        with pytest.raises(ModelUnavailableError, match=f"HTTP {status}") as raised:
            await model.complete(QUESTION)

    assert not raised.value.billed


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
async def test_wish_to_wait_in_milliseconds_is_the_more_exact_one() -> None:
    wishes = {"Retry-After": "1", "Retry-After-Ms": "250"}

    async with model_at(lambda _: web.Response(status=429, headers=wishes)) as model:
        with pytest.raises(ModelUnavailableError) as raised:
            await model.complete(QUESTION)

    assert raised.value.retry_after == 0.25


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
        lambda: completion(choices=[CHOICE | {"message": {"content": ["Ann"]}}]),
    ],
    ids=[
        *("html", "broken", "list", "no choice", "empty choice", "null choice", "null message"),
        "no text",
    ],
)
async def test_reply_without_an_answer_is_unavailable(response: Callable[[], web.Response]) -> None:
    async with model_at(lambda _: response()) as model:
        with pytest.raises(ModelUnavailableError, match="cannot be read") as raised:
            await model.complete(QUESTION)

    assert raised.value.billed


@pytest.mark.anyio
async def test_answer_that_takes_too_long_is_unavailable() -> None:
    async with model_at(lambda _: completion(), pause=1, timeout=0.1) as model:
        with pytest.raises(ModelUnavailableError, match=r"no answer in 0\.1 s") as raised:
            await model.complete(QUESTION)

    assert raised.value.billed


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
async def test_endpoint_that_is_not_there_is_unavailable(host: str) -> None:
    async with OpenAIModel("m", base_url=f"http://{host}/v1") as model:
        with pytest.raises(ModelUnavailableError, match="is the endpoint up") as raised:
            await model.complete(QUESTION)

    assert not raised.value.billed


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


@pytest.mark.anyio
async def test_address_that_is_none_is_refused_with_advice() -> None:
    async with OpenAIModel("m", base_url="localhost:8000/v1") as model:
        with pytest.raises(ModelRefusedError, match="OPENAI_BASE_URL"):
            await model.complete(QUESTION)


@pytest.mark.anyio
async def test_call_that_never_got_through_is_not_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "CONNECT", 0.1)

    async with wire() as (server, here):
        # It speaks no TLS, so the connection never stands.
        async with OpenAIModel("m", base_url=here.url.replace("http", "https")) as model:
            with pytest.raises(ModelUnavailableError, match="no connection") as raised:
                await model.complete(QUESTION)
        await until(lambda: not server.open)

    assert not raised.value.billed


@pytest.mark.anyio
async def test_calls_one_after_the_other_share_a_connection() -> None:
    async with wire(WHOLE, WHOLE) as (server, model):
        for _ in range(2):
            await model.complete(QUESTION)

    assert len(set(server.calls)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "hang_up", "problem"),
    [
        (b"", True, "connection was lost"),
        (HALF, True, "cannot be read"),
        (HALF, False, r"no answer in 0\.3 s"),
    ],
    ids=["no answer", "half an answer", "half an answer, and silence"],
)
async def test_lost_answer_is_billed_and_its_connection_not_used_again(
    answer: bytes, hang_up: bool, problem: str
) -> None:
    async with wire(answer, WHOLE, hang_up=hang_up, timeout=0.3) as (server, model):
        with pytest.raises(ModelUnavailableError, match=problem) as raised:
            await model.complete(QUESTION)
        reply = await model.complete(QUESTION)
        await until(lambda: server.open == {server.calls[1]})

    assert raised.value.billed
    assert reply.text == "Ann"
    assert len(set(server.calls)) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("answer", [b"", HALF], ids=["before the answer", "in the middle"])
async def test_cancelled_call_leaves_nothing_behind_for_the_next(answer: bytes) -> None:
    async with wire(answer, WHOLE) as (server, model):
        call = asyncio.create_task(model.complete(QUESTION))
        await until(lambda: bool(server.calls))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        reply = await model.complete(QUESTION)
        await until(lambda: server.open == {server.calls[1]})

    assert reply.text == "Ann"
    assert len(set(server.calls)) == 2


@pytest.mark.anyio
async def test_proxy_of_the_environment_is_asked_except_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with model_at(lambda _: completion()) as here:
        monkeypatch.setenv("http_proxy", here.url)
        async with OpenAIModel("m", base_url="http://far.invalid/v1") as there:
            proxied = await there.complete(QUESTION)
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        async with OpenAIModel("m", base_url=here.url) as again:
            direct = await again.complete(QUESTION)

    assert (proxied.text, direct.text) == ("Ann", "Ann")
