"""What stands behind the routes of the test endpoint: a model, OpenAI's forms, and the bill.

Single calls and items of a batch are answered here alike. HTTP is none of its business.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from questgraph.tools.errors import ModelError, ModelUnavailableError
from questgraph.tools.models.base import AnswerFormat, ChatModel, Message, Reply, Request
from questgraph.tools.models.faults import Kind
from questgraph.tools.records import Usage

Json = dict[str, Any]

_RUNAWAY = 1024
"""Tokens after which an answer without a limit stops running away."""

_INVALID = "invalid_request_error"
_WRONG = '{"remark":"This is well-formed, and nothing of what was asked for."}'
_REFUSAL = "I cannot help with that."


@dataclass(slots=True)
class Billed:
    """What a provider would charge for: every answer that was generated, received or not."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Asked(NamedTuple):
    """A chat completion that somebody asked for."""

    request: Request
    key: str
    """Name of the call in the client's ledger."""

    turn: int
    """How often it was asked before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Answering:
    """Asks the model, counts and bills.

    Args:
        model: Who answers.
        context: Tokens that a prompt may have; any number when 0.
        prefix_cache: Whether messages that an earlier prompt began with count as cached.
    """

    def __init__(self, model: ChatModel, *, context: int = 0, prefix_cache: bool = False) -> None:
        self.model = model
        self.asked: Counter[str] = Counter()
        self.billed = Billed()
        self._context = context
        self._seen: set[int] | None = set() if prefix_cache else None

    def receive(self, body: object) -> Asked:
        """Read a request and count it.

        Raises:
            ValueError: When it is no request for a chat completion.
        """
        name, request = _request(body)
        key = request.key(f"openai:{name}")
        turn = self.asked[key]
        self.asked[key] = turn + 1
        return Asked(request, key, turn)

    async def answer(self, request: Request, kind: Kind | None = None) -> Answer:
        """Answer `request`, with the fault `kind` in it when that is one of the model's.

        The bill is written here: what happens to the answer on its way changes nothing.
        """
        if self._context and (tokens := _guess(_written(request.messages))) > self._context:
            return failure(
                400,
                f"This model's maximum context length is {self._context} tokens. However, your "
                f"messages resulted in {tokens} tokens. Please reduce the length of the messages.",
                code="context_length_exceeded",
                param="messages",
            )
        try:
            reply = spoiled(await self.model.complete(request), kind, request.max_tokens)
        except ModelError as error:
            return failure(503 if isinstance(error, ModelUnavailableError) else 400, str(error))
        usage = self._bill(request, reply)
        told = replace(reply, usage=usage, tokens=reply.tokens if request.logprobs else ())
        return Answer(_completion(self.model.name, told))

    def _bill(self, request: Request, reply: Reply) -> Usage:
        """Return the tokens of the call; they are guessed where the model counts none."""
        usage = reply.usage
        prompt = usage.prompt_tokens or _guess(_written(request.messages))
        said = usage.completion_tokens or _guess(len(reply.text), request.max_tokens)
        cached = usage.cached_tokens if self._seen is None else self._cached(request.messages)
        self.billed.calls += 1
        self.billed.prompt_tokens += prompt
        self.billed.completion_tokens += said
        return Usage(
            prompt_tokens=prompt, completion_tokens=said, cached_tokens=min(prompt, cached)
        )

    def _cached(self, messages: Sequence[Message]) -> int:
        """Return the tokens of the longest beginning that was seen before, and note them all."""
        assert self._seen is not None, "there is a cache"
        prefix = written = known = 0
        for message in messages:
            prefix, written = hash((prefix, message)), written + len(message.content)
            if prefix in self._seen:
                known = written
            self._seen.add(prefix)
        return known // 4


def spoiled(reply: Reply, kind: Kind | None, max_tokens: int) -> Reply:
    """Return `reply` with a fault of the model in it; its tokens are guessed anew."""
    match kind:
        case "wrong":
            reply = Reply(_WRONG, usage=reply.usage)
        case "refused":
            reply = Reply(_REFUSAL, "refusal", reply.usage)
        case "filtered":
            reply = Reply("", "refusal", reply.usage)
        case "cut":
            reply = Reply(reply.text[: len(reply.text) // 2], "length", reply.usage)
        case "runaway":
            size, text = 4 * (max_tokens or _RUNAWAY), reply.text or "and so on, "
            reply = Reply((text * (size // len(text) + 1))[:size], "length", reply.usage)
        case _:
            return reply
    return replace(reply, usage=replace(reply.usage, completion_tokens=0))


def unanswered(kind: Kind | None, patience: float) -> Answer | None:
    """Return the error that the fault `kind` puts in place of an answer, if it is such a fault."""
    match kind:
        case "busy" | "crowded":
            answer = failure(429, "Rate limit reached: try again.", code="rate_limit_exceeded")
            headers = {"Retry-After": f"{patience:g}"} if kind == "busy" else {}
            return replace(answer, headers=headers)
        case "broken":
            return failure(500, "The server had an error while processing your request.")
        case _:
            return None


def failure(
    status: int, message: str, *, code: str | None = None, param: str | None = None
) -> Answer:
    """Return an error in OpenAI's form."""
    type_ = {429: "requests"}.get(status, "server_error" if status >= 500 else _INVALID)
    told = {"message": message, "type": type_, "param": param, "code": code}
    return Answer({"error": told}, status)


def dumped(body: Json) -> bytes:
    """Return `body` as it goes over the wire."""
    return json.dumps(body, separators=(",", ":")).encode()


def _guess(characters: int, limit: int = 0) -> int:
    tokens = max(1, characters // 4)
    return min(tokens, limit) if limit else tokens


def _written(messages: Sequence[Message]) -> int:
    return sum(len(message.content) for message in messages)


def _request(body: Any) -> tuple[str, Request]:
    """Return the model's name and what it is asked."""
    try:
        messages = tuple(Message(m["role"], m["content"]) for m in body["messages"])
        if not messages or not all(isinstance(m.content, str) for m in messages):
            raise ValueError("messages must have at least one, and each a text as its content")
        forced = (body.get("response_format") or {}).get("json_schema")
        request = Request(
            messages,
            body.get("max_tokens") or body.get("max_completion_tokens") or 0,
            body.get("temperature", 0.0),
            body.get("seed", 0),
            format=AnswerFormat(forced["schema"]) if forced else None,
            logprobs=bool(body.get("logprobs")),
        )
        return body["model"], request
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"this is no request for a chat completion: {error!r}") from error


def _completion(name: str, reply: Reply) -> Json:
    """Return the reply in OpenAI's form; a refusal without words is the content filter's."""
    usage, finish = reply.usage, str(reply.finish)
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    if finish == "refusal":
        finish = "stop" if reply.text else "content_filter"
        message |= {"content": None, "refusal": reply.text or None}
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": name,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": _logprobs(reply),
                "message": message,
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        },
    }


def _logprobs(reply: Reply) -> Json | None:
    """Return the tokens of a reply in OpenAI's form, where the model told them."""
    starts = (0, *(token.end for token in reply.tokens))
    content = [
        {"token": reply.text[start : token.end], "logprob": token.logprob, "top_logprobs": []}
        for start, token in zip(starts, reply.tokens, strict=False)
    ]
    return {"content": content} if content else None
