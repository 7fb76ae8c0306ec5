"""Any OpenAI-compatible endpoint, through the official SDK on its aiohttp transport."""

import email.utils
import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, Finish, Reply, Request
from questgraph.tools.records import Usage

_LOG = logging.getLogger(__name__)

Json = dict[str, Any]

_SLOTS = 256
_FINISHES: Mapping[object, Finish] = {"length": "length", "content_filter": "refusal"}


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
            try:
                completion = await self._send(request)
            except openai.BadRequestError as error:
                if not self._learn(error):
                    raise self._refused(error) from error
            except (openai.APIError, ValueError) as error:
                raise self._translated(error) from error
            else:
                return _reply(completion, time.monotonic() - begun)

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

    async def _send(self, request: Request) -> Json:
        assert self._client, "use it as a context manager"
        body: Json = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        }
        limit = "max_tokens" if "max_tokens" not in self._rejected else "max_completion_tokens"
        body[limit] = request.max_tokens
        if "temperature" not in self._rejected:
            body["temperature"] = request.temperature
        if "seed" not in self._rejected:
            body["seed"] = request.seed
        if request.format and "response_format" not in self._rejected:
            body |= self.extra_body(request.format)
        # The SDK's plain `post`: its typed call spends more time on turning a long dialogue into
        # the dialogue that it is than everything else takes together.
        return await self._client.post(
            "/chat/completions",
            body=body,
            cast_to=cast(type[Json], object),
        )

    def _learn(self, error: openai.BadRequestError) -> bool:
        """Note which parameter the endpoint rejects; say whether to ask again without it."""
        text = str(error)
        for parameter in ("response_format", "max_tokens", "temperature", "seed"):
            if parameter in text and parameter not in self._rejected:
                _LOG.info("%s takes no %s: going on without", self.name, parameter)
                self._rejected.add(parameter)
                return True
        return False

    def _translated(self, error: Exception) -> ModelUnavailableError | ModelRefusedError:
        where = f"{self.name} at {self.base_url or 'api.openai.com'}"
        match error:
            case openai.APITimeoutError():
                return ModelUnavailableError(f"{where}: no answer in {self._timeout:.0f} s")
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


def _reply(body: Json, seconds: float) -> Reply:
    """Read the parts of a chat completion that matter.

    Raises:
        ModelUnavailableError: When it is none.
    """
    try:
        choice, usage = body["choices"][0], body.get("usage") or {}
        message = choice["message"]
        text, refusal = message.get("content") or "", message.get("refusal")
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ModelUnavailableError(
            f"the reply is no chat completion: {str(body)[:200]}"
        ) from error
    details = usage.get("prompt_tokens_details") or {}
    return Reply(
        refusal or text,
        "refusal" if refusal else _FINISHES.get(choice.get("finish_reason"), "stop"),
        Usage(
            prompt_tokens=usage.get("prompt_tokens") or 0,
            cached_tokens=details.get("cached_tokens") or 0,
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
