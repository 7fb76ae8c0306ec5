"""The batch mode of an OpenAI-compatible provider: half the price, for an answer within a day."""

import contextlib
import json
import logging
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Literal, Self

import httpx2
import openai
from openai import AsyncOpenAI
from openai.types import Batch as ProvidersBatch

from questgraph.tools.errors import ModelError, ModelUnavailableError
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.openai_answers import http_error, read_reply

MOST_REQUESTS = 50_000
"""Requests that the provider takes in one file."""

MOST_BYTES = 200_000_000
"""Bytes that the provider takes in one file."""

_LOG = logging.getLogger(__name__)

_TAG = "questgraph"
_ENDED = ("completed", "expired", "cancelled", "failed")
_PROBLEMS = 3
"""Problems of a batch that are worth reading: the others are mostly the same."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the provider says about a batch."""

    id: str
    state: Literal["open", "ended"]
    """Ended are batches that are completed, expired, cancelled or failed."""

    status: str
    """The same in the provider's words, which also tell how it ended."""

    total: int
    completed: int
    failed: int
    problem: str = ""
    """Why the provider turned the whole batch down."""


class OpenAIBatches:
    """Asks a model in batches, and keeps nothing: all that it knows is at the provider.

    Args:
        model: Says where and how to ask; it need not be open.
    """

    def __init__(self, model: OpenAIModel) -> None:
        self.model = model
        self._client = AsyncOpenAI(
            base_url=model.url,
            # The SDK insists on one.
            api_key=model.api_key or "none",
            timeout=model.timeout,
        )
        # For what must not happen twice: a batch whose receipt got lost is paid for.
        self._once = self._client.with_options(max_retries=0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def submit(self, requests: Mapping[str, Request], *, tag: str) -> list[Batch]:
        """Hand in `requests`, each under its key, in as few batches as the provider allows.

        When it raises, some may have been handed in all the same, even the last one: `batches`
        and `keys` tell which.

        Raises:
            ModelUnavailableError: When a later try may succeed.
            ModelRefusedError: When the provider does not take them.
        """
        submitted = []
        with self._translated():
            for file in _files(self._lines(requests)):
                uploaded = await self._client.files.create(
                    file=("questgraph.jsonl", file), purpose="batch"
                )
                made = await self._once.batches.create(
                    input_file_id=uploaded.id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata={_TAG: tag},
                )
                submitted.append(_batch(made))
        return submitted

    async def batches(self, tag: str) -> list[Batch]:
        """Return all batches that were handed in under `tag`, the newest first."""
        with self._translated():
            listed = [found async for found in self._client.batches.list(limit=100)]
        ours = [found for found in listed if (found.metadata or {}).get(_TAG) == tag]
        return [_batch(found) for found in sorted(ours, key=_age)]

    async def look(self, batch: Batch) -> Batch:
        """Return how `batch` is now."""
        return _batch(await self._retrieve(batch))

    async def keys(self, batch: Batch) -> set[str]:
        """Return the keys of all requests that were handed in with `batch`."""
        found = await self._retrieve(batch)
        return {item["custom_id"] async for item in self._items(found.input_file_id)}

    async def results(self, batch: Batch) -> AsyncIterator[tuple[str, Reply | ModelError]]:
        """Yield what came of each request, under its key.

        A provider may leave requests out, of a cancelled batch for example: what is missing was
        not answered. A request whose parameter the endpoint rejects is unavailable rather than
        refused, since it goes without that parameter the next time.

        Raises:
            ModelError: When they cannot be had, or not to the end.
        """
        found = await self._retrieve(batch)
        for file in filter(None, (found.output_file_id, found.error_file_id)):
            async for item in self._items(file):
                yield item["custom_id"], self._outcome(item)

    async def cancel(self, batch: Batch) -> None:
        """Ask for no more answers; nothing happens to a batch that has ended."""
        with self._translated(), contextlib.suppress(openai.BadRequestError, openai.ConflictError):
            await self._once.batches.cancel(batch.id)

    def _lines(self, requests: Mapping[str, Request]) -> Iterator[bytes]:
        for key, request in requests.items():
            line = {
                "custom_id": key,
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": self.model.body(request),
            }
            yield json.dumps(line).encode() + b"\n"

    async def _retrieve(self, batch: Batch) -> ProvidersBatch:
        with self._translated():
            return await self._client.batches.retrieve(batch.id)

    async def _items(self, file: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the objects in a file, those that belong to a request."""
        content = self._client.files.with_streaming_response.content(file)
        with self._translated():
            async with content as response:
                async for line in _split(response.iter_bytes()):
                    match _object(line):
                        case {"custom_id": str()} as item:
                            yield item
                        case _:
                            _LOG.warning("%s: a line of %s cannot be read", self.model.where, file)

    def _outcome(self, item: Mapping[str, Any]) -> Reply | ModelError:
        where = self.model.where
        match item:
            case {"response": {"status_code": 200, "body": body}}:
                try:
                    return read_reply(body, seconds=0.0)
                except ValueError as error:
                    return ModelUnavailableError(f"{where}: {error}", billed=True)
            case {"response": {"status_code": int(status), **rest}}:
                text = json.dumps(rest.get("body"))
                if self.model.learn(status, text):
                    return ModelUnavailableError(f"{where}: next time without it: {text[:300]}")
                return http_error(where, status, text, {})
            case _:
                return ModelUnavailableError(f"{where}: not asked: {item.get('error')}")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what the SDK raises as an error of ours."""
        where = self.model.where
        try:
            yield
        except openai.APIStatusError as error:
            response = error.response
            raise http_error(where, error.status_code, response.text, response.headers) from error
        # Of a broken stream the SDK lets the transport's own errors through.
        except (openai.APIError, httpx2.HTTPError, ValueError) as error:
            raise ModelUnavailableError(f"{where}: is the endpoint up? {error}") from error


def _age(found: ProvidersBatch) -> float:
    return -(found.created_at or 0)


def _batch(found: ProvidersBatch) -> Batch:
    counts = found.request_counts
    errors = (found.errors and found.errors.data) or []
    return Batch(
        id=found.id,
        state="ended" if found.status in _ENDED else "open",
        status=found.status,
        total=counts.total if counts else 0,
        completed=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        problem="; ".join(f"{error.code}: {error.message}" for error in errors[:_PROBLEMS]),
    )


def _files(lines: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Yield files of as many lines as the provider takes in one; each is gone with the next."""
    rest = iter(lines)
    line = next(rest, b"")
    while line:
        with tempfile.TemporaryFile() as file:
            for count in range(MOST_REQUESTS):
                if not line or (count and file.tell() + len(line) > MOST_BYTES):
                    break
                file.write(line)
                line = next(rest, b"")
            file.seek(0)
            yield file


async def _split(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield lines, which end with a line feed only.

    Text in JSON may hold other characters that the SDK's `iter_lines` would split at.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest


def _object(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
