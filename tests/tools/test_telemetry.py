"""Spans of a whole run, as an exporter gets them."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import questgraph
from questgraph.tools.errors import ModelUnavailableError
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.base import Reply
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Usage

pytestmark = pytest.mark.anyio

TEXT = "Ann Lee works for Acme."
EXPORTER = InMemorySpanExporter()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What was exported, of this test."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        # Can be set once in a process.
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
        trace.set_tracer_provider(provider)
    EXPORTER.clear()
    yield EXPORTER
    EXPORTER.clear()


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


async def test_each_call_stands_in_its_stage_and_each_stage_in_its_unit(
    spans: InMemorySpanExporter,
) -> None:
    reply = Reply(
        '{"types":[]}', usage=Usage(prompt_tokens=9, cached_tokens=4, completion_tokens=2)
    )
    model = ScriptedModel([reply], name="openai:small")

    await questgraph.aextract(
        questgraph.Document("a", TEXT), model=model, recipe="multi-turn", bank=None
    )

    (call,), (stage,), (unit,) = (
        named(spans, name) for name in ("chat small", "stage detect", "unit")
    )
    assert call.parent == stage.context
    assert stage.parent == unit.context
    assert unit.attributes is not None
    assert unit.attributes["questgraph.outcome"] == "empty"


async def test_a_call_is_described_by_the_conventions_and_quotes_no_text(
    spans: InMemorySpanExporter,
) -> None:
    reply = Reply(
        '{"types":[]}', usage=Usage(prompt_tokens=9, cached_tokens=4, completion_tokens=2)
    )
    model = ScriptedModel([reply], name="openai:small")

    await questgraph.aextract(
        questgraph.Document("a", TEXT), model=model, recipe="multi-turn", bank=None
    )

    (call,) = named(spans, "chat small")
    assert call.kind == trace.SpanKind.CLIENT
    assert call.attributes is not None
    assert {key: call.attributes[key] for key in call.attributes if "usage" in key} == {
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.output_tokens": 2,
    }
    assert call.attributes["gen_ai.provider.name"] == "openai"
    assert call.attributes["gen_ai.request.model"] == "small"
    assert not any("Ann Lee" in span.to_json() for span in spans.get_finished_spans())


async def test_a_failed_try_is_a_span_of_its_own(spans: InMemorySpanExporter) -> None:
    model = ScriptedModel([ModelUnavailableError("busy"), '{"types":[]}'], name="openai:small")

    await questgraph.aextract(
        questgraph.Document("a", TEXT),
        model=model,
        recipe="multi-turn",
        bank=None,
        retries=Retries(base=0.0),
    )

    failed, good = named(spans, "chat small")
    assert failed.status.status_code == trace.StatusCode.ERROR
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "ModelUnavailableError"
    assert good.status.status_code == trace.StatusCode.UNSET
