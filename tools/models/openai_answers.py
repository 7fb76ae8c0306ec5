"""What an OpenAI-compatible endpoint says, in words of ours."""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from questgraph.tools.errors import (
    ModelError,
    ModelRefusedError,
    ModelUnavailableError,
    PromptTooLongError,
)
from questgraph.tools.models.base import Finish, Reply
from questgraph.tools.models.tokens import read_tokens
from questgraph.tools.records import Usage

_REASONS: Mapping[str, Finish] = {
    "length": "length",
    "content_filter": "refusal",
    "refusal": "refusal",
}
_TOO_LONG = re.compile(
    r"context[ _](length|size|window|limit)|(prompt|inputs?) is too (long|large)"
    r"|input token count|reduce the length|string_above_max_length|less than \d+ tokens",
    re.I,
)
"""How endpoints say that prompt and answer do not fit into the model."""

TOO_MUCH = re.compile(rf"too (large|long)|exceed|at (least|most)|{_TOO_LONG.pattern}", re.I)
"""A value that this one call must not have: it says nothing about the parameter."""


def read_reply(body: Any, seconds: float) -> Reply:
    """Return the first choice.

    Raises:
        ValueError: When there is none.
    """
    match body:
        case {"choices": [{"message": dict(message)} as choice, *_]}:
            refusal = message.get("refusal")
            text = refusal or message.get("content") or ""
        case _:
            text = None
    if not isinstance(text, str):
        problem = f"there is no answer in it: {str(body)[:300]}"
        raise ValueError(problem)  # noqa: TRY004 - what came in is wrong, not the call
    usage = body.get("usage") or {}
    reason = "refusal" if refusal else str(choice.get("finish_reason"))
    return Reply(
        text,
        _REASONS.get(reason, "stop"),
        Usage(
            prompt_tokens=usage.get("prompt_tokens") or 0,
            cached_tokens=(usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
            completion_tokens=usage.get("completion_tokens") or 0,
            seconds=seconds,
        ),
        read_tokens(text, choice.get("logprobs")),
    )


def http_error(where: str, status: int, text: str, headers: Mapping[str, str]) -> ModelError:
    """Return what a status other than success means for the caller."""
    said = f"{where}: HTTP {status} {_message(text)}".rstrip()
    match status:
        case 401 | 403:
            # Without the message: it may show the key.
            return ModelRefusedError(f"{where}: the key is not accepted: check OPENAI_API_KEY")
        case 404:
            return ModelRefusedError(f"{said}: check the model's name and OPENAI_BASE_URL")
        case 408 | 409 | 429:
            return ModelUnavailableError(said, _retry_after(headers))
        case _ if status >= 500:
            return ModelUnavailableError(said, _retry_after(headers))
        case _ if status == 413 or _TOO_LONG.search(text):
            return PromptTooLongError(said)
        case _:
            return ModelRefusedError(said)


def _message(text: str) -> str:
    """Return what the body of an error says, or the body itself when it has no known form."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    match body:
        case (
            {"error": {"message": str(message)}}
            | {"error": str(message)}
            | {"message": str(message)}
            | {"detail": str(message)}
        ):
            return message[:300]
        case _:
            return text[:300]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the endpoint asked to wait: milliseconds, seconds, or a date."""
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(header, "")
        try:
            return max(0.0, float(value) * unit)
        except ValueError:
            continue
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
