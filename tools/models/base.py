"""The seam to language models: one async protocol, plain records in and out.

A model is named `provider:model`. What stands behind it (an SDK, a child process, a file of
answers) is of no interest to the rest; what it cannot do, such as constrained answers, it
leaves out, since every question says in words too how to answer.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Literal, NamedTuple, Protocol, Self

from questgraph.tools.models.tokens import Tokens
from questgraph.tools.records import Usage, digest

Speaker = Literal["system", "user", "assistant"]

Finish = Literal["stop", "length", "refusal"]
"""Why the reply ended: by itself, at the token limit, or because the endpoint declined."""


class Message(NamedTuple):
    """One message of a chat."""

    role: Speaker
    content: str


@dataclass(frozen=True)
class AnswerFormat:
    """The form that an answer must have, for endpoints that can enforce one."""

    schema: Mapping[str, object]
    """A JSON Schema whose root is an object. Property order is the order to answer in."""

    grammar: str = ""
    """The same form for llama.cpp, as a grammar of llguidance, where that can say more."""

    @property
    def strict(self) -> bool:
        """Whether every property is required all the way down, as OpenAI's strict mode demands."""
        return _all_required(self.schema)


def exact_object(
    properties: Mapping[str, object], required: Iterable[str] | None = None
) -> dict[str, object]:
    """Return the JSON Schema of an object that has these keys and no others.

    Args:
        properties: The schema of each value, by key, in the order to answer in.
        required: The keys that may not be left out; all of them when it is left out.
    """
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


@dataclass(frozen=True)
class Request:
    """Everything that decides an answer, except the model."""

    messages: tuple[Message, ...]
    max_tokens: int = 1024
    temperature: float = 0.0
    seed: int = 0
    """Number of the sample: the same question asked twice differs in it."""

    format: AnswerFormat | None = None
    logprobs: bool = False
    """Whether the reply is to say how likely each token was, where the endpoint can."""

    @cached_property
    def canonical(self) -> str:
        """The request as JSON, the same for equal requests."""
        grammar = {"grammar": self.format.grammar} if self.format and self.format.grammar else {}
        logprobs = {"logprobs": True} if self.logprobs else {}
        return json.dumps(
            {
                "messages": self.messages,
                "max_tokens": self.max_tokens,
                "temperature": self.temperature,
                "seed": self.seed,
                # Property order decides the order of the answer, so keys are not sorted.
                "format": self.format and self.format.schema,
                **grammar,
                **logprobs,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def key(self, model: str) -> str:
        """Return the name of this call in the ledger."""
        return digest(model, self.canonical)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered."""

    text: str
    finish: Finish = "stop"
    usage: Usage = field(default_factory=Usage)
    """Tokens and seconds of this reply; the gateway counts the calls."""

    tokens: Tokens = ()
    """How likely each token of `text` was, if that was asked for and the endpoint tells."""


class ChatModel(Protocol):
    """Something that answers requests.

    What every model promises, and `tests/conformance/test_chat_model.py` checks:

    * `complete` may be called from many tasks of one event loop at once.
    * Trouble is raised as `ModelUnavailableError` (trying again may help) or
      `ModelRefusedError` (it will not), never as an error of the library behind.
    * A reply cut off at the token limit says `finish="length"`.
    * It never retries by itself: the gateway does.
    """

    @property
    def name(self) -> str:
        """Name that stands in the ledger, `provider:model`, the same in every run."""
        ...

    @property
    def slots(self) -> int:
        """How many calls in flight it can make use of; the gateway never sends more."""
        ...

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelUnavailableError: When a later try may succeed.
            ModelRefusedError: When no later try will.
        """
        ...

    async def __aenter__(self) -> Self:
        """Get ready: connect, start a server."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of connections and processes."""
        ...


def _all_required(schema: object) -> bool:
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        if set(schema.get("required", ())) != set(properties):
            return False
        if schema.get("additionalProperties") is not False:
            return False
        if not all(map(_all_required, properties.values())):
            return False
    return _all_required(schema.get("items"))
