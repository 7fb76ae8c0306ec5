"""Any OpenAI-compatible endpoint, through the official SDK on its aiohttp transport."""

import email.utils
import logging
import re
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import httpx2
import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, Finish, Reply, Request
from questgraph.tools.records import Usage

_LOG = logging.getLogger(__name__)

_SLOTS = 256
_REASONS: Mapping[str, Finish] = {"length": "length", "content_filter": "refusal"}
_OPTIONAL = ("response_format", "max_tokens", "temperature", "seed")
_TOO_MUCH = re.compile(r"too (large|long)|exceed|context (length|size)|at (least|most)", re.I)
"""A value that this one call must not have: it says nothing about the parameter."""


class OpenAIModel:
    """A model behind `/chat/completions`.

    Endpoints differ in what they take. One that rejects a parameter which is no part of the
    question (a forced answer format, a temperature, the old name of the token limit) is asked
    without it from then on.

    Args:
        model: The endpoint's name for the model.
        base_url: The endpoint; OpenAI's own when empty.
        api_key: The key for it.
        name: Name in the ledger; `openai:` and the model's when empty.
        slots: How many calls it takes at once.
        timeout: Seconds after which a call counts as lost.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "",
        api_key: str = "",
        name: str = "",
        slots: int = _SLOTS,
        timeout: float = 600.0,
    ) -> None:
        self.model = model
        self.name = name or f"openai:{model}"
        self.slots = slots
        self.base_url = base_url
        self._api_key, self._timeout = api_key, timeout
        self._rejected: set[str] = set()
        self._client: AsyncOpenAI | None = None

    async def __aenter__(self) -> Self:
        self._client = AsyncOpenAI(
            base_url=self.base_url or None,
            # Local endpoints take any key, but the SDK insists on one.
            api_key=self._api_key or "none",
            timeout=self._timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client:
            await self._client.close()
            self._client = None

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelUnavailableError: When a later try may succeed.
            ModelRefusedError: When the key, the model's name or the request is not accepted.
        """
        begun = time.monotonic()
        while True:
            options = self._options(request)
            try:
                body = await self._send(request, options)
                return _reply(body, time.monotonic() - begun)
            except openai.BadRequestError as error:
                if not self._learn(error, options):
                    raise self._refused(error) from error
            except (openai.APIError, ValueError) as error:
                raise self._translated(error) from error

    def extra_body(self, format_: AnswerFormat) -> Mapping[str, Any]:
        """Return how this endpoint is told the form of the answer."""
        return {
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "answer",
                    "schema": format_.schema,
                    "strict": format_.strict,
                },
            }
        }

    def _options(self, request: Request) -> dict[str, Any]:
        """Return what goes with the question, less what this endpoint rejects."""
        limit = "max_tokens" if "max_tokens" not in self._rejected else "max_completion_tokens"
        options: dict[str, Any] = {limit: request.max_tokens}
        if "temperature" not in self._rejected:
            options["temperature"] = request.temperature
        if "seed" not in self._rejected:
            options["seed"] = request.seed
        if request.format and "response_format" not in self._rejected:
            options |= self.extra_body(request.format)
        return options

    async def _send(self, request: Request, options: Mapping[str, Any]) -> Any:
        """Return the body of the answer, whatever it holds."""
        assert self._client, "use it as a context manager"
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        # Not `chat.completions.create`: it takes twice the processor time, for checking what we
        # wrote ourselves and for building objects of which we read five fields.
        response = await self._client.post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body={"model": self.model, "messages": messages, **options},
        )
        return response.json()

    def _learn(self, error: openai.BadRequestError, sent: Mapping[str, Any]) -> bool:
        """Note which parameter the endpoint rejects; say whether to ask again without it."""
        text = str(error)
        if _TOO_MUCH.search(text):
            return False
        # Of what this call sent: another one in flight may have noted the parameter already.
        for parameter in _OPTIONAL:
            if parameter in sent and parameter in text:
                _LOG.info("%s takes no %s: going on without", self.name, parameter)
                self._rejected.add(parameter)
                return True
        return False

    def _translated(self, error: Exception) -> ModelUnavailableError | ModelRefusedError:
        where = f"{self.name} at {self.base_url or 'api.openai.com'}"
        match error:
            case openai.APITimeoutError() if not _unconnected(error):
                return ModelUnavailableError(f"{where}: no answer in {self._timeout:g} s")
            case openai.APIConnectionError():
                return ModelUnavailableError(f"{where}: no connection: is the endpoint up?")
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return ModelRefusedError(f"{where}: the key is not accepted: check OPENAI_API_KEY")
            case openai.NotFoundError():
                return ModelRefusedError(
                    f"{where}: not found: check the model's name and OPENAI_BASE_URL"
                )
            case openai.APIStatusError(status_code=status) if status in (408, 409, 429):
                return ModelUnavailableError(f"{where}: HTTP {status}", _retry_after(error))
            case openai.APIStatusError(status_code=status) if status < 500:
                return self._refused(error)
            case openai.APIStatusError(status_code=status):
                return ModelUnavailableError(f"{where}: HTTP {status}", _retry_after(error))
            case _:
                return ModelUnavailableError(f"{where}: the reply cannot be read: {error}")

    def _refused(self, error: openai.APIStatusError) -> ModelRefusedError:
        return ModelRefusedError(f"{self.name}: HTTP {error.status_code}: {str(error)[:300]}")


def _unconnected(error: openai.APITimeoutError) -> bool:
    """Say whether a connection failed or broke, which the transport calls a timeout too."""
    below = error.__cause__ and error.__cause__.__cause__
    return isinstance(below, aiohttp.ClientConnectionError) and not isinstance(below, TimeoutError)


def _reply(body: Any, seconds: float) -> Reply:
    """Return the first choice.

    Raises:
        ValueError: When there is none.
    """
    match body:
        case {"choices": [{"message": dict()}, *_]}:
            choice: dict[str, Any] = body["choices"][0]
            usage: dict[str, Any] = body.get("usage") or {}
        case _:
            raise ValueError("there is no answer in it")
    message = choice["message"]
    refusal = message.get("refusal")
    return Reply(
        refusal or message.get("content") or "",
        "refusal" if refusal else _REASONS.get(choice.get("finish_reason", ""), "stop"),
        Usage(
            prompt_tokens=usage.get("prompt_tokens") or 0,
            cached_tokens=(usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
            completion_tokens=usage.get("completion_tokens") or 0,
            seconds=seconds,
        ),
    )


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that the endpoint asked to wait: a number, or a date."""
    value = error.response.headers.get("retry-after")
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
