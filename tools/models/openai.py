"""Any OpenAI-compatible endpoint, through the official SDK on its aiohttp transport."""

import email.utils
import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import openai
from openai import AsyncOpenAI, DefaultAioHttpClient
from openai.types.chat import ChatCompletion

from questgraph.tools.errors import ModelRefusedError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, Finish, Reply, Request
from questgraph.tools.records import Usage

_LOG = logging.getLogger(__name__)

_SLOTS = 256
_REASONS: Mapping[str, Finish] = {"length": "length", "content_filter": "refusal"}


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

    async def _send(self, request: Request) -> ChatCompletion:
        assert self._client, "use it as a context manager"
        body: dict[str, Any] = {}
        limit = "max_tokens" if "max_tokens" not in self._rejected else "max_completion_tokens"
        body[limit] = request.max_tokens
        if "temperature" not in self._rejected:
            body["temperature"] = request.temperature
        if "seed" not in self._rejected:
            body["seed"] = request.seed
        if request.format and "response_format" not in self._rejected:
            body |= self.extra_body(request.format)
        return await self._client.chat.completions.create(
            model=self.model,
            messages=[{"role": m.role, "content": m.content} for m in request.messages],  # type: ignore[misc]  # role is one of the three
            extra_body=body,
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


def _reply(completion: ChatCompletion, seconds: float) -> Reply:
    if not getattr(completion, "choices", None):
        raise ModelUnavailableError("the reply has no answer in it")
    choice, usage = completion.choices[0], completion.usage
    details = usage.prompt_tokens_details if usage else None
    finish: Finish = _REASONS.get(choice.finish_reason, "stop")
    refusal = getattr(choice.message, "refusal", None)
    return Reply(
        refusal or choice.message.content or "",
        "refusal" if refusal else finish,
        Usage(
            prompt_tokens=usage.prompt_tokens if usage else 0,
            cached_tokens=(details.cached_tokens or 0) if details else 0,
            completion_tokens=usage.completion_tokens if usage else 0,
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
