"""The Files and Batches routes of the test endpoint, through OpenAI's own client."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import openai
import pytest
from openai import AsyncOpenAI
from openai.types import Batch

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.models.endpoint import BatchPlan, Billed, Endpoint, Faults
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

URL: Final = "/v1/chat/completions"
Line = dict[str, Any]


def echo(request: Request) -> str:
    return request.messages[-1].content.upper()


def line(number: int, **changes: object) -> Line:
    messages = [{"role": "user", "content": f"question {number}"}]
    body = {"model": "test", "messages": messages, "max_tokens": 50}
    return {"custom_id": f"call {number}", "method": "POST", "url": URL, "body": body, **changes}


@asynccontextmanager
async def client_of(endpoint: Endpoint) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=endpoint.url, api_key="x", max_retries=0) as client:
        yield client


@asynccontextmanager
async def serving(
    plan: BatchPlan | None = None, **options: Any
) -> AsyncIterator[tuple[Endpoint, AsyncOpenAI]]:
    async with (
        Endpoint(ScriptedModel(echo), batches=plan, **options) as endpoint,
        client_of(endpoint) as client,
    ):
        yield endpoint, client


async def submitted(client: AsyncOpenAI, lines: Sequence[Line | str]) -> Batch:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    content = "".join(f"{text}\n" for text in texts).encode()
    file = await client.files.create(file=("in.jsonl", content), purpose="batch")
    return await client.batches.create(
        input_file_id=file.id,
        endpoint=URL,
        completion_window="24h",
        metadata={"run": "7"},
    )


async def ended(client: AsyncOpenAI, batch: Batch) -> Batch:
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        batch = await client.batches.retrieve(batch.id)
    return batch


async def results(client: AsyncOpenAI, file_id: str | None) -> dict[str, Line]:
    if not file_id:
        return {}
    lines = map(json.loads, (await client.files.content(file_id)).text.splitlines())
    return {line["custom_id"]: line for line in lines}


async def test_file_is_kept_until_it_is_deleted() -> None:
    async with serving() as (_, client):
        file = await client.files.create(file=("in.jsonl", b"{}\n"), purpose="batch")
        shown = await client.files.retrieve(file.id)
        content = (await client.files.content(file.id)).content
        deleted = await client.files.delete(file.id)
        with pytest.raises(openai.NotFoundError, match="No such object"):
            await client.files.retrieve(file.id)

    assert shown == file
    assert (file.bytes, file.filename, file.purpose) == (3, "in.jsonl", "batch")
    assert content == b"{}\n"
    assert deleted.deleted


async def test_batch_is_answered_and_billed_like_single_calls() -> None:
    async with serving() as (endpoint, client):
        batch = await submitted(client, [line(0), line(1)])
        done = await ended(client, batch)
        lines = await results(client, done.output_file_id)
        single = await client.chat.completions.create(**line(0)["body"])

    assert (batch.status, done.status, done.error_file_id) == ("validating", "completed", None)
    assert done.metadata == {"run": "7"}
    assert done.request_counts
    assert done.request_counts.to_dict() == {"total": 2, "completed": 2, "failed": 0}
    response = lines["call 0"]["response"]
    assert (response["status_code"], lines["call 0"]["error"]) == (200, None)
    assert response["body"] == single.to_dict(mode="json", exclude_unset=True)
    assert endpoint.billed == Billed(3, 6, 6)
    assert sorted(endpoint.asked.values()) == [1, 2]


async def test_batch_arrives_late_and_goes_on_with_every_look() -> None:
    async with serving(BatchPlan(polls=4)) as (_, client):
        batch = await submitted(client, [line(number) for number in range(6)])
        looks = [await client.batches.retrieve(batch.id) for _ in range(5)]

    assert [
        (look.status, look.request_counts and look.request_counts.completed) for look in looks
    ] == [
        ("in_progress", 2),
        ("in_progress", 4),
        ("finalizing", 6),
        ("completed", 6),
        ("completed", 6),
    ]
    assert [look.output_file_id is None for look in looks] == [True, True, True, False, False]


async def test_client_that_comes_back_finds_its_batch_in_the_list() -> None:
    async with serving() as (endpoint, client):
        made = [await submitted(client, [line(number)]) for number in range(5)]
        async with client_of(endpoint) as another:
            page = await another.batches.list(limit=2)
            found = [batch.id async for batch in another.batches.list(limit=2)]

    assert page.has_more
    assert len(page.data) == 2
    assert found == [batch.id for batch in reversed(made)]


async def test_items_that_fail_stand_in_the_error_file_and_cost_nothing() -> None:
    async with serving(BatchPlan(rejected=0.3, broken=0.3, seed=2)) as (endpoint, client):
        batch = await ended(client, await submitted(client, [*map(line, range(20))]))
        good = await results(client, batch.output_file_id)
        bad = await results(client, batch.error_file_id)

    assert batch.status == "completed"
    assert {line["response"]["status_code"] for line in bad.values()} == {400, 500}
    assert all(line["response"]["body"]["error"]["message"] for line in bad.values())
    assert len(good) + len(bad) == 20
    assert endpoint.billed.calls == len(good) > 0


async def test_item_that_no_single_call_could_be_fails_alone() -> None:
    long = {"model": "test", "messages": [{"role": "user", "content": "long " * 40}]}
    async with serving(context=30) as (_, client):
        lines = [line(0), line(1, body=long), line(2, body={"model": "test"})]
        batch = await ended(client, await submitted(client, lines))
        good = await results(client, batch.output_file_id)
        bad = await results(client, batch.error_file_id)

    errors = [bad[name]["response"]["body"]["error"] for name in ("call 1", "call 2")]
    assert (list(good), batch.status) == (["call 0"], "completed")
    assert [error["code"] for error in errors] == ["context_length_exceeded", None]
    assert "no request for a chat completion" in errors[1]["message"]


async def test_item_that_failed_may_succeed_when_it_is_asked_again() -> None:
    async with serving(BatchPlan(broken=0.5, seed=1)) as (_, client):
        left, rounds = {f"call {number}": line(number) for number in range(8)}, 0
        while left:
            batch = await ended(client, await submitted(client, list(left.values())))
            for name in await results(client, batch.output_file_id):
                del left[name]
            rounds += 1

    assert 1 < rounds < 20


async def test_batch_whose_time_is_over_keeps_what_was_answered() -> None:
    async with serving(BatchPlan(expired=0.5, seed=1)) as (endpoint, client):
        batch = await ended(client, await submitted(client, [*map(line, range(10))]))
        good = await results(client, batch.output_file_id)
        missed = await results(client, batch.error_file_id)

    assert batch.status == "expired"
    assert {(line["response"], line["error"]["code"]) for line in missed.values()} == {
        (None, "batch_expired")
    }
    assert len(good) + len(missed) == 10
    assert endpoint.billed.calls == len(good) > 0


async def test_cancelled_batch_asks_no_further_items() -> None:
    async with serving(BatchPlan(polls=3)) as (endpoint, client):
        batch = await submitted(client, [line(0), line(1)])
        await client.batches.retrieve(batch.id)
        asked = await client.batches.cancel(batch.id)
        batch = await client.batches.retrieve(batch.id)
        good = await results(client, batch.output_file_id)
        missed = await results(client, batch.error_file_id)
        with pytest.raises(openai.ConflictError):
            await client.batches.cancel(batch.id)

    assert (asked.status, batch.status) == ("cancelling", "cancelled")
    assert (list(good), list(missed)) == (["call 0"], ["call 1"])
    assert missed["call 1"]["error"]["code"] == "batch_cancelled"
    assert endpoint.billed.calls == 1


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ([line(0), "{oops"], [("invalid_json_line", 2)]),
        ([line(0), line(1), line(0)], [("duplicate_custom_id", 3)]),
        ([{"custom_id": "a"}, "[]"], [("missing_required_parameter", 1), ("invalid_json_line", 2)]),
        ([line(0, url="/v1/embeddings")], [("url_mismatch", 1)]),
        ([line(0), line(1, body={"model": "other"})], [("model_mismatch", 2)]),
        ([], [("empty_file", None)]),
    ],
)
async def test_input_that_is_wrong_fails_the_whole_batch(
    lines: list[Line | str], problems: list[tuple[str, int | None]]
) -> None:
    async with serving() as (endpoint, client):
        batch = await ended(client, await submitted(client, lines))

    assert batch.status == "failed"
    assert batch.errors
    assert [(error.code, error.line) for error in batch.errors.data or ()] == problems
    assert not endpoint.asked


async def test_batch_of_a_file_that_is_not_there_is_rejected() -> None:
    async with serving() as (_, client):
        with pytest.raises(openai.BadRequestError, match="No such File object: file-99"):
            await client.batches.create(
                input_file_id="file-99", endpoint=URL, completion_window="24h"
            )


async def test_model_that_answers_badly_does_so_in_batches_too() -> None:
    async with serving(faults=Faults(cut=0.5, busy=0.5)) as (_, client):
        batch = await ended(client, await submitted(client, [*map(line, range(10))]))
        lines = (await results(client, batch.output_file_id)).values()

    finishes = [line["response"]["body"]["choices"][0]["finish_reason"] for line in lines]
    assert sorted(set(finishes)) == ["length", "stop"]
    assert len(finishes) == 10


async def test_answer_to_a_call_may_get_lost_after_the_batch_was_made() -> None:
    async with serving(BatchPlan(routes=Faults(dropped=0.3, seed=5))) as (_, client):
        made, lost = 0, 0
        for number in range(12):
            try:
                await submitted(client, [line(number)])
                made += 1
            except openai.APIConnectionError:
                lost += 1
        while True:
            try:
                listed = len((await client.batches.list(limit=100)).data)
                break
            except openai.APIConnectionError:
                pass

    assert made < listed <= made + lost


def test_plan_is_read_from_texts() -> None:
    plan = BatchPlan.parse(["polls=3", "expired=0.1"], seed=2)

    assert plan == BatchPlan(polls=3, expired=0.1, seed=2)
    with pytest.raises(ConfigError, match="did you mean 'polls'"):
        BatchPlan.parse(["pols=3"])
