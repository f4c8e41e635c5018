"""Traces: which request, which job and which call of a carrier belong together, by OpenTelemetry.

A span carries ids, patterns and states. No exception is recorded in one: its message may quote what it choked
on. Without a place to send them, nothing is recorded and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.domain.channel import Channel
from service.domain.delivery import Lookup, SendOutcome
from service.usecases.ports import Carrier, OutboundMessage

ROUTE = "goldenhour.route"
"""Where a request's environment says which pattern its path met: the path itself holds ids of the intake
system."""

_PARENT = "traceparent"
_TRACER = trace.get_tracer("goldenhour")
_CONTEXT = TraceContextTextMapPropagator()
_FLUSH_WITHIN = 2000  # milliseconds: a work-horse ends after its job


def start_traces(role: str, collector: str) -> None:
    """Send this process's spans to `collector`, the URL of an OTLP receiver over HTTP. Everything else is
    read from OpenTelemetry's own variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource({SERVICE_NAME: f"goldenhour-{role}"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


def flush_traces() -> None:
    """Send what waits now, as far as that takes no time worth speaking of."""
    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        flush(_FLUSH_WITHIN)


def this_trace() -> str:
    """What continues the present trace elsewhere, as W3C writes it: ids alone. Empty without one."""
    carrier: dict[str, str] = {}
    _CONTEXT.inject(carrier)
    return carrier.get(_PARENT, "")


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, parent: str = "", **attributes: str
) -> Iterator[Span]:
    """A span around the block, in the trace that `parent` continues, if it names one."""
    with _TRACER.start_as_current_span(
        name,
        context=_CONTEXT.extract({_PARENT: parent}) if parent else None,
        kind=kind,
        attributes={f"goldenhour.{key}": value for key, value in attributes.items()},
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        try:
            yield started
        except BaseException:
            started.set_status(StatusCode.ERROR)
            raise


class TracedRequests:
    """A WSGI application whose requests are spans, in their callers' traces."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """One request."""
        method = environ["REQUEST_METHOD"]
        with span("request", SpanKind.SERVER, environ.get("HTTP_TRACEPARENT", "")) as request:

            def started(status: str, headers: Any, *error: Any) -> Any:
                request.set_attribute("http.response.status_code", int(status.split(" ", 1)[0]))
                return start_response(status, headers, *error)

            body = self._app(environ, started)
            route = environ.get(ROUTE, "unknown")
            request.update_name(f"{method} {route}")
            request.set_attribute("http.route", route)
            return body


@dataclass(frozen=True, slots=True)
class TracedCarrier:
    """A carrier whose calls are spans: over which channel, about which page, and what came of it."""

    carrier: Carrier
    channel: Channel

    def send(self, message: OutboundMessage) -> SendOutcome:
        with self._called("send", message) as called:
            outcome = self.carrier.send(message)
            called.set_attribute("goldenhour.outcome", type(outcome).__name__.lower())
            return outcome

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        with self._called("find", message) as called:
            found = self.carrier.find(message, since, besides)
            called.set_attribute("goldenhour.outcome", type(found).__name__.lower())
            return found

    @contextmanager
    def _called(self, what: str, message: OutboundMessage) -> Iterator[Span]:
        name = f"{what} {self.channel}"
        with span(name, SpanKind.CLIENT, page_id=str(message.reference), channel=self.channel) as called:
            yield called
