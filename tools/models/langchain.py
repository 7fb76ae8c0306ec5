"""Every other provider, through LangChain's `init_chat_model`."""

import time
from types import TracebackType
from typing import Any, Self

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from questgraph.tools.errors import (
    ConfigError,
    MissingPackageError,
    ModelRefusedError,
    ModelUnavailableError,
)
from questgraph.tools.models.base import Finish, Reply, Request
from questgraph.tools.records import Usage

_CUT = frozenset({"length", "max_tokens", "MAX_TOKENS"})
_DECLINED = frozenset({"content_filter", "refusal", "SAFETY"})


class LangChainModel:
    """A chat model that LangChain knows, such as `anthropic:claude-…`.

    Answer formats are not enforced: providers disagree on how, and every question says in words
    how to answer.

    Args:
        name: `provider:model`, or a LangChain chat model.
        slots: How many calls it takes at once.

    Raises:
        MissingPackageError: When the provider's package is not installed.
        ConfigError: When LangChain does not know the provider, or a key is missing.
    """

    def __init__(self, name: str | BaseChatModel, *, slots: int = 64) -> None:
        self._model = name if isinstance(name, BaseChatModel) else _init(name)
        self.name = name if isinstance(name, str) else f"langchain:{type(name).__name__}"
        self.slots = slots

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelUnavailableError: When a later try may succeed.
            ModelRefusedError: When the provider does not accept key, model or request.
        """
        begun = time.monotonic()
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        try:
            message = await self._model.ainvoke(
                messages, max_tokens=request.max_tokens, temperature=request.temperature
            )
        except Exception as error:  # each provider has errors of its own
            raise _translated(self.name, error) from error
        return _reply(message, time.monotonic() - begun)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def _init(name: str) -> BaseChatModel:
    try:
        # The gateway retries; twice over would multiply the tries.
        return init_chat_model(name, max_retries=0)
    except ImportError as error:
        provider = name.partition(":")[0]
        package = f"langchain-{provider.replace('_', '-')}"
        raise MissingPackageError(
            package, f"the provider {provider}", f"pip install {package}"
        ) from error
    except Exception as error:  # a missing key is an error of the provider's own kind
        raise ConfigError(f"the model {name!r} cannot be used: {error}") from error


def _reply(message: AIMessage, seconds: float) -> Reply:
    metadata: dict[str, Any] = message.response_metadata
    reason = metadata.get("finish_reason") or metadata.get("stop_reason") or "stop"
    finish: Finish = "length" if reason in _CUT else "refusal" if reason in _DECLINED else "stop"
    usage = message.usage_metadata
    cached = usage.get("input_token_details", {}).get("cache_read", 0) if usage else 0
    return Reply(
        message.text,
        finish,
        Usage(
            prompt_tokens=usage["input_tokens"] if usage else 0,
            cached_tokens=cached or 0,
            completion_tokens=usage["output_tokens"] if usage else 0,
            seconds=seconds,
        ),
    )


def _translated(name: str, error: Exception) -> ModelUnavailableError | ModelRefusedError:
    """Sort an unknown provider's error by its HTTP status; without one it may be a bad moment."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    text = f"{name}: {type(error).__name__}: {str(error)[:300]}"
    refused = isinstance(status, int) and 400 <= status < 500 and status not in (408, 409, 429)
    return ModelRefusedError(text) if refused else ModelUnavailableError(text)
