"""A span tells that something failed, and never what it choked on."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from service.adapters import traces
from tests.canary import CANARY


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_TRACER", provider.get_tracer("test"))
    return exporter


def _fails() -> None:
    with traces.span("page", page_id="p1"):
        raise ValueError(f"cannot read {CANARY}")


def test_an_exception_is_told_as_a_failure_and_nothing_of_it_is(recorded: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        _fails()
    (span,) = recorded.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.events == ()
    assert CANARY not in span.to_json()
    assert dict(span.attributes or {}) == {"goldenhour.page_id": "p1"}


def test_a_trace_goes_on_elsewhere_by_its_ids_alone(recorded: InMemorySpanExporter) -> None:
    with traces.span("ring"):
        told = traces.this_trace()
    with traces.span("page", parent=told):
        pass
    ring, page = recorded.get_finished_spans()
    assert page.parent is not None
    assert (page.parent.trace_id, page.parent.span_id) == (ring.context.trace_id, ring.context.span_id)


def test_what_is_no_trace_begins_one(recorded: InMemorySpanExporter) -> None:
    for nonsense in ("", "00-zz", CANARY, "00-" + "0" * 32 + "-" + "0" * 16 + "-01"):
        with traces.span("request", parent=nonsense):
            pass
    assert all(span.parent is None for span in recorded.get_finished_spans())
    assert CANARY not in "".join(span.to_json() for span in recorded.get_finished_spans())


def test_without_a_collector_there_is_no_trace() -> None:
    with traces.span("request"):
        assert traces.this_trace() == ""
