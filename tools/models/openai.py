"""Any OpenAI-compatible endpoint, over aiohttp: of all that a call costs here, most is waiting."""

import json
import logging
import time
import urllib.request
from collections.abc import Container, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from questgraph.tools.errors import (
    ModelError,
    ModelRefusedError,
    ModelUnavailableError,
)
from questgraph.tools.models.base import AnswerFormat, Reply, Request
from questgraph.tools.models.openai_answers import TOO_MUCH, http_error, read_reply

OPTIONAL = ("response_format", "max_tokens", "temperature", "seed", "logprobs")
"""What an endpoint may reject and still answer the question."""

CONNECT = 30.0
"""Seconds after which an endpoint that does not let us in counts as away."""

_LOG = logging.getLogger(__name__)

_OPENAI = "https://api.openai.com/v1"
_SLOTS = 256
_KEEP = 4.0
"""Seconds that an idle connection is kept: common servers hang up after five, and a call that
meets a closing door is lost."""


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
        self.url = (base_url or _OPENAI).rstrip("/")
        self.api_key, self.timeout = api_key.strip(), timeout
        self._rejected: set[str] = set()
        self._session: aiohttp.ClientSession | None = None

    @property
    def where(self) -> str:
        """Who is asked, for messages."""
        return f"{self.name} at {self.base_url or 'api.openai.com'}"

    async def __aenter__(self) -> Self:
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        self._session = aiohttp.ClientSession(
            # The gateway counts the calls in flight: a second count would make some wait inside
            # their own timeout.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP),
            timeout=aiohttp.ClientTimeout(self.timeout, connect=min(CONNECT, self.timeout)),
            headers={"Content-Type": "application/json", **key},
            cookie_jar=aiohttp.DummyCookieJar(),
            # Not `trust_env`: that asks two threads, before each call, what never changes.
            proxy=_proxy(self.url),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelUnavailableError: When a later try may succeed.
            PromptTooLongError: When the request does not fit into the model.
            ModelRefusedError: When the key, the model's name or the request is not accepted.
        """
        begun = time.monotonic()
        while True:
            body = self.body(request)
            status, text, headers = await self._post(json.dumps(body).encode())
            if status == 200:
                return self._read(text, time.monotonic() - begun)
            if not self.learn(status, text, body):
                raise http_error(self.where, status, text, headers)

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

    def body(self, request: Request) -> dict[str, Any]:
        """Return the question and what goes with it, less what this endpoint rejects."""
        limit = "max_tokens" if "max_tokens" not in self._rejected else "max_completion_tokens"
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            limit: request.max_tokens,
        }
        if "temperature" not in self._rejected:
            body["temperature"] = request.temperature
        if "seed" not in self._rejected:
            body["seed"] = request.seed
        if request.format and "response_format" not in self._rejected:
            body |= self.extra_body(request.format)
        if request.logprobs and "logprobs" not in self._rejected:
            body["logprobs"] = True
        return body

    def learn(self, status: int, text: str, sent: Container[str] = OPTIONAL) -> bool:
        """Note which parameter the endpoint rejects; say whether to ask again without it."""
        if status not in (400, 422) or TOO_MUCH.search(text):
            return False
        # Of what this call sent: another one in flight may have noted the parameter already.
        for parameter in OPTIONAL:
            if parameter in sent and parameter in text:
                if parameter not in self._rejected:
                    _LOG.info("%s takes no %s: going on without", self.name, parameter)
                    self._rejected.add(parameter)
                return True
        return False

    async def _post(self, body: bytes) -> tuple[int, str, Mapping[str, str]]:
        """Return status, text and headers of the answer, whatever it is."""
        assert self._session, "use it as a context manager"
        try:
            async with self._session.post(f"{self.url}/chat/completions", data=body) as response:
                return response.status, await _text(response), response.headers
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> ModelError:
        match error:
            case ValueError() | aiohttp.NonHttpUrlClientError():
                return ModelRefusedError(f"{self.where}: {error!r}: check OPENAI_BASE_URL")
            case (
                aiohttp.ClientConnectorError()
                | aiohttp.ConnectionTimeoutError()
                | aiohttp.ClientHttpProxyError()
            ):
                return ModelUnavailableError(
                    f"{self.where}: no connection: is the endpoint up? {error}"
                )
            # From here on the request may have arrived, been worked on and be charged for.
            case TimeoutError():
                problem = f"no answer in {self.timeout:g} s"
            case aiohttp.ClientPayloadError():
                problem = f"the reply cannot be read: {error}"
            case _:
                problem = f"the connection was lost: is the endpoint up? {error}"
        return ModelUnavailableError(f"{self.where}: {problem}", billed=True)

    def _read(self, text: str, seconds: float) -> Reply:
        try:
            return read_reply(json.loads(text), seconds)
        except (ValueError, RecursionError) as error:
            raise ModelUnavailableError(
                f"{self.where}: the reply cannot be read: {error}", billed=True
            ) from error


async def _text(response: aiohttp.ClientResponse) -> str:
    """Return the body; of an error that is cut off nothing, since its status says enough."""
    try:
        return (await response.read()).decode(errors="replace")
    except aiohttp.ClientPayloadError:
        if response.ok:
            raise
        return ""


def _proxy(url: str) -> str | None:
    """Return the proxy that the environment names for `url`; none for this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
