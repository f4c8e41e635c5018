"""One first contact is one trace, from the intake system's own to the carrier call, and holds nothing that was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY
from tests.stories.conftest import OSEI, TONIGHT, until

pytestmark = pytest.mark.slow

_TRACE, _CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class _Collector(ThreadingHTTPServer):
    """Takes what the processes tell, by OTLP over HTTP."""

    def __init__(self) -> None:
        self.told: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> list[tuple[str, Span]]:
        """Each span with the service that told it."""
        found = []
        for body in list(self.told):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                names = {a.key: a.value.string_value for a in resource.resource.attributes}
                found += [(names["service.name"], s) for scope in resource.scope_spans for s in scope.spans]
        return found


class _Receiver(BaseHTTPRequestHandler):
    server: _Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.told.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[_Collector]:
    with _Collector() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_one_first_contact_is_one_trace_from_the_request_to_the_carrier(
    boot_with: Callable[..., tuple[Stack, Intake]], collector: _Collector
) -> None:
    stack, intake = boot_with(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="200")
    body = {"contact_id": "traced-1", "answers": [{"answer_id": "a1", "type": "text", "text": TONIGHT}]}
    headers = {"Authorization": f"Bearer {intake.token}", "traceparent": f"00-{_TRACE}-{_CALLER}-01"}
    sent = requests.post(f"{stack.api_url}/v1/first-contacts", json=body, headers=headers, timeout=10)
    assert sent.status_code == 201
    stack.carrier.phone(OSEI).expect_sms("waits for you")

    def ours() -> dict[str, tuple[str, Span]] | None:
        spans = [(told, s) for told, s in collector.spans() if s.trace_id.hex() == _TRACE]
        found = {s.name: (told, s) for told, s in spans}
        return found if "send sms" in found and len(found) == 4 else None

    spans = until(ours, 15.0, "all four spans of the trace")
    way = ["POST /v1/first-contacts", "ring", "page", "send sms"]
    assert [spans[name][0] for name in way] == [
        "goldenhour-api",
        "goldenhour-api",
        "goldenhour-worker",
        "goldenhour-worker",
    ]
    parents = [spans[name][1].parent_span_id.hex() for name in way]
    assert parents == [_CALLER, *(spans[name][1].span_id.hex() for name in way[:-1])]
    attributes = {a.key: a.value.string_value for a in spans["send sms"][1].attributes}
    assert attributes["goldenhour.outcome"] == "accepted"
    everything = b"".join(collector.told)
    assert CANARY.encode() not in everything
    assert OSEI.encode() not in everything
    assert b"traced-1" not in b"".join(a.SerializeToString() for _, s in spans.values() for a in s.attributes)
