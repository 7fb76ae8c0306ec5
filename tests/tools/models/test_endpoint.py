"""The test endpoint: what clients meet at it, and what it counts."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from questgraph.tools.errors import ModelError, ModelRefusedError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, Message, Reply, Request
from questgraph.tools.models.endpoint import Billed, Endpoint, Faults, Latency
from questgraph.tools.models.faults import KINDS, Kind, uniform
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Usage

pytestmark = pytest.mark.anyio

ANSWER = '{"person":["Ann Lee"],"place":["Rome"]}'
BODY = {"model": "test", "messages": [{"role": "user", "content": "Who is it?"}], "max_tokens": 50}
SURE: dict[Kind, Faults] = {kind: Faults(drip=0.02).having({kind: 1.0}) for kind in KINDS}


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tuple[Endpoint, aiohttp.ClientSession]]:
    async with (
        Endpoint(ScriptedModel(lambda _: ANSWER), **options) as endpoint,
        aiohttp.ClientSession() as session,
    ):
        yield endpoint, session


async def post(endpoint: Endpoint, session: aiohttp.ClientSession, body: object = BODY) -> Any:
    async with session.post(f"{endpoint.url}/chat/completions", json=body) as response:
        return await response.json()


def question(number: int) -> Request:
    return Request((Message("user", f"question {number}"),))


async def answered(model: OpenAIModel, request: Request) -> Reply:
    while True:
        try:
            return await model.complete(request)
        except ModelUnavailableError:
            pass


async def asked_at(faults: Faults, *, slots: int) -> Counter[str]:
    turns = asyncio.Semaphore(slots)

    async def ask(model: OpenAIModel, number: int) -> None:
        async with turns:
            await answered(model, question(number))

    async with (
        serving(faults=faults) as (endpoint, _),
        OpenAIModel("test", base_url=endpoint.url) as model,
    ):
        await asyncio.gather(*(ask(model, number) for number in range(30)))
    return endpoint.asked


@pytest.mark.parametrize(
    ("kind", "status", "retry_after"),
    [("busy", 429, "0"), ("crowded", 429, None), ("broken", 500, None)],
)
async def test_request_is_turned_away(kind: Kind, status: int, retry_after: str | None) -> None:
    async with (
        serving(faults=SURE[kind]) as (endpoint, session),
        session.post(f"{endpoint.url}/chat/completions", json=BODY) as response,
    ):
        body = await response.json()

    assert (response.status, response.headers.get("Retry-After")) == (status, retry_after)
    assert body["error"]["message"]
    assert endpoint.billed == Billed()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("dropped", aiohttp.ServerDisconnectedError),
        ("halved", aiohttp.ClientPayloadError),
        ("garbled", json.JSONDecodeError),
    ],
)
async def test_answer_that_is_lost_on_its_way_is_billed(
    kind: Kind, error: type[Exception], tmp_path: Path
) -> None:
    async with serving(faults=SURE[kind], record=tmp_path / "sent") as (endpoint, session):
        with pytest.raises(error):
            await post(endpoint, session)

    assert endpoint.billed.calls == 1
    assert not (tmp_path / "sent").read_text()


async def test_answer_that_drips_comes_whole(tmp_path: Path) -> None:
    clock = asyncio.get_running_loop().time
    async with serving(faults=SURE["dripped"], record=tmp_path / "sent") as (endpoint, session):
        begun = clock()
        body = await post(endpoint, session)

    assert body["choices"][0]["message"]["content"] == ANSWER
    assert clock() - begun >= 0.02
    assert (tmp_path / "sent").read_text().split() == list(endpoint.asked)


@pytest.mark.parametrize(
    ("kind", "finish", "told"),
    [
        ("wrong", "stop", lambda text: "Ann" not in text and json.loads(text)),
        ("refused", "refusal", lambda text: text.startswith("I cannot")),
        ("filtered", "refusal", lambda text: text == ""),
        ("cut", "length", lambda text: text == ANSWER[: len(ANSWER) // 2]),
        ("runaway", "length", lambda text: text == (ANSWER * 9)[:200]),
    ],
)
async def test_model_answers_badly_and_is_paid_for_it(
    kind: Kind, finish: str, told: Callable[[str], object]
) -> None:
    request = Request((Message("user", "Who is it?"),), max_tokens=50)

    async with (
        serving(faults=SURE[kind]) as (endpoint, _),
        OpenAIModel("test", base_url=endpoint.url) as model,
    ):
        reply = await model.complete(request)

    assert reply.finish == finish
    assert told(reply.text)
    assert endpoint.billed == Billed(1, 2, reply.usage.completion_tokens)
    assert reply.usage.completion_tokens == max(1, len(reply.text) // 4)


async def test_same_seed_brings_the_same_faults_whatever_the_concurrency() -> None:
    faults = Faults(busy=0.1, broken=0.1, dropped=0.1, halved=0.1, garbled=0.1, seed=3)
    calm, crowded = [await asked_at(faults, slots=slots) for slots in (1, 30)]

    assert calm == crowded
    assert calm.total() > 30


async def test_requests_are_counted_under_the_key_of_the_ledger(tmp_path: Path) -> None:
    request = Request(
        (Message("user", "Who?"),), 9, 0.5, 3, format=AnswerFormat({"type": "object"})
    )
    async with (
        serving(record=tmp_path / "sent") as (endpoint, _),
        OpenAIModel("test", base_url=endpoint.url) as model,
    ):
        await model.complete(request)
        await model.complete(request)

    key = request.key("openai:test")
    assert endpoint.asked == {key: 2}
    assert (tmp_path / "sent").read_text().split() == [key, key]


async def test_answer_whose_client_went_away_is_billed_at_once() -> None:
    async with serving(latency=0.2) as (endpoint, session):
        impatient = aiohttp.ClientTimeout(total=0.05)
        with pytest.raises(TimeoutError):
            await session.post(f"{endpoint.url}/chat/completions", json=BODY, timeout=impatient)

        assert endpoint.billed == Billed(1, 2, len(ANSWER) // 4)


async def test_bill_is_the_sum_of_what_clients_were_told() -> None:
    faults = Faults(wrong=0.2, cut=0.2, runaway=0.2, busy=0.2, seed=1)
    async with (
        serving(faults=faults, latency=Latency(uniform(0, 0.01))) as (endpoint, _),
        OpenAIModel("test", base_url=endpoint.url) as model,
    ):
        asking = (answered(model, question(number % 20)) for number in range(40))
        usages = [reply.usage for reply in await asyncio.gather(*asking)]

    assert endpoint.billed == Billed(
        40,
        sum(usage.prompt_tokens for usage in usages),
        sum(usage.completion_tokens for usage in usages),
    )
    assert 1 < endpoint.most_in_flight <= 40
    assert endpoint.in_flight == 0


@pytest.mark.parametrize(
    ("reply", "usage"),
    [
        (Reply("four" * 10), (2, 10, 0)),
        (Reply(""), (2, 1, 0)),
        (Reply("four" * 100), (2, 50, 0)),
        (
            Reply("four", usage=Usage(prompt_tokens=7, completion_tokens=60, cached_tokens=5)),
            (7, 60, 5),
        ),
    ],
    ids=["guessed", "at least one", "up to the limit", "counted by the model"],
)
async def test_tokens_are_the_models_or_guessed(reply: Reply, usage: tuple[int, int, int]) -> None:
    async with (
        Endpoint(ScriptedModel([reply])) as endpoint,
        aiohttp.ClientSession() as session,
    ):
        told = (await post(endpoint, session))["usage"]

    prompt, completion, cached = usage
    assert told == {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    assert endpoint.billed == Billed(1, prompt, completion)


async def test_messages_that_an_earlier_prompt_began_with_are_cached() -> None:
    def prompt(*contents: str) -> dict[str, object]:
        messages = [{"role": "user", "content": content} for content in contents]
        return {"model": "test", "messages": messages}

    rules, passage = "r" * 400, "p" * 80
    async with serving(prefix_cache=True) as (endpoint, session):
        cached = [
            (await post(endpoint, session, body))["usage"]["prompt_tokens_details"]["cached_tokens"]
            for body in (
                prompt(rules, passage),
                prompt(rules, "another passage"),
                prompt(rules, passage, "question"),
                prompt(passage, rules),
            )
        ]

    assert cached == [0, 100, 120, 0]


async def test_prompt_that_is_longer_than_the_context_is_rejected() -> None:
    async with serving(context=2) as (endpoint, session):
        fits = await post(endpoint, session)
        longer = {**BODY, "messages": [{"role": "user", "content": "Who is it, please?"}]}
        told = (await post(endpoint, session, longer))["error"]

    assert fits["choices"]
    assert told["message"].startswith("This model's maximum context length is 2 tokens.")
    assert (told["code"], told["type"]) == ("context_length_exceeded", "invalid_request_error")
    assert endpoint.billed.calls == 1


@pytest.mark.parametrize(
    "error", [ModelRefusedError("never"), ModelUnavailableError("not now")], ids=["400", "503"]
)
async def test_trouble_of_the_model_reaches_the_client_as_it_is(error: ModelError) -> None:
    async with (
        Endpoint(ScriptedModel([error])) as endpoint,
        OpenAIModel("test", base_url=endpoint.url) as model,
    ):
        with pytest.raises(type(error)):
            await model.complete(question(1))

    assert endpoint.billed == Billed()


@pytest.mark.parametrize("body", [[], {"model": "test"}, {"model": "test", "messages": [{}]}])
async def test_what_is_no_request_is_rejected(body: object) -> None:
    async with serving() as (endpoint, session):
        told = (await post(endpoint, session, body))["error"]

    assert told["type"] == "invalid_request_error"
    assert not endpoint.asked


async def test_command_serves_a_file_until_its_input_ends(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps({"Who": ANSWER}))
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "questgraph.tools.models.endpoint"),
        *("--answers", str(tmp_path / "answers.json"), "--latency", "uniform:0-0.01"),
        *("--fault", "refused=1", "--seed", "3", "--batch", "polls=2"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert command.stdin
    assert command.stdout
    url = (await command.stdout.readline()).decode().strip()

    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/chat/completions", json=BODY) as response:
            choice = (await response.json())["choices"][0]
        async with session.get(url.removesuffix("/v1") + "/billed") as response:
            billed = Billed(**await response.json())
    command.stdin.close()

    assert choice["message"]["refusal"]
    assert billed.calls == 1
    assert await command.wait() == 0
