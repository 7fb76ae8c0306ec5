"""OpenTelemetry spans for units, stages and calls, where the SDK is installed; else nothing.

Calls follow the semantic conventions for generative AI (`gen_ai.*`). What was asked and answered
is in the ledger and never in a span.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from questgraph.tools.errors import ModelError, NotAskedError
from questgraph.tools.models.base import Reply, Request

# The API alone, which other packages bring along, does nothing.
if importlib.util.find_spec("opentelemetry") and importlib.util.find_spec("opentelemetry.sdk"):
    from opentelemetry import trace

    _TRACER: "trace.Tracer | None" = trace.get_tracer("questgraph")
else:
    _TRACER = None

Value = str | int | float | bool | tuple[str, ...]


class Span(Protocol):
    """What can be told about something while it lasts."""

    def set_attribute(self, key: str, value: Value) -> None:
        """Note a fact."""
        ...


class _Nothing:
    def set_attribute(self, key: str, value: Value) -> None:
        return None


_NOTHING: AbstractContextManager[Span] = nullcontext(_Nothing())


def span(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    """Return a span that lasts as long as its block; attributes are of `questgraph`."""
    if not _recording():
        return _NOTHING
    return _spanned(name, {f"questgraph.{key}": value for key, value in attributes.items()})


def call_span(model: str, request: Request) -> AbstractContextManager[Span]:
    """Return the span of one call to `provider:model`."""
    if not _recording():
        return _NOTHING
    provider, _, name = model.partition(":")
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
        "gen_ai.request.max_tokens": request.max_tokens,
        "gen_ai.request.temperature": request.temperature,
        "gen_ai.request.seed": request.seed,
        "gen_ai.output.type": "json" if request.format else "text",
    }
    return _spanned(f"chat {name}", attributes, client=True)


def answered(span: Span, reply: Reply) -> None:
    """Note what a call brought."""
    span.set_attribute("gen_ai.response.finish_reasons", (reply.finish,))
    span.set_attribute("gen_ai.usage.input_tokens", reply.usage.prompt_tokens)
    span.set_attribute("gen_ai.usage.cache_read.input_tokens", reply.usage.cached_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", reply.usage.completion_tokens)


def _recording() -> bool:
    """Say whether anybody looks: the SDK is installed, and somebody has set it up."""
    return _TRACER is not None and not isinstance(
        trace.get_tracer_provider(), trace.ProxyTracerProvider
    )


@contextmanager
def _spanned(name: str, attributes: dict[str, Value], *, client: bool = False) -> Iterator[Span]:
    assert _TRACER
    kind = trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL
    with _TRACER.start_as_current_span(
        name,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except NotAskedError:
            # Put off: nothing went wrong.
            raise
        except Exception as error:
            current.set_attribute("error.type", type(error).__name__)
            # The message of a model's error names the endpoint and may quote it; others may quote
            # documents.
            told = str(error) if isinstance(error, ModelError) else ""
            current.set_status(trace.StatusCode.ERROR, told)
            raise
