"""What PagerDuty posts takes a case only when a person has acknowledged the incident there."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.pagerduty import PagerDutyWebhooks
from service.usecases.ports import IncidentTaken

PAGE = uuid4()
WEBHOOKS = PagerDutyWebhooks(("new", "old"))
USER = {"id": "P1", "type": "user_reference"}


def event(event_type: str, agent: Any = USER, key: str = str(PAGE)) -> bytes:
    data = {"id": "PGR0VU2", "incident_key": key}
    return json.dumps(
        {"event": {"id": "E1", "event_type": event_type, "agent": agent, "data": data}}
    ).encode()


def signed(secret: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("event_type", ["incident.acknowledged", "incident.resolved"])
def test_a_person_takes_it(event_type: str) -> None:
    assert WEBHOOKS.taken(event(event_type)) == IncidentTaken(PAGE, "E1")


@pytest.mark.parametrize(
    "event_type",
    ["incident.triggered", "incident.escalated", "incident.reassigned", "incident.delegated", "pagey.ping"],
)
def test_nothing_else_that_happens_to_an_incident_takes_a_case(event_type: str) -> None:
    assert WEBHOOKS.taken(event(event_type)) is None


@pytest.mark.parametrize("agent", [None, {"type": "service_reference"}, {"type": "integration"}, "x"])
def test_what_no_person_did_takes_nothing(agent: Any) -> None:
    assert WEBHOOKS.taken(event("incident.resolved", agent)) is None


def test_an_incident_of_somebody_elses_is_nothing_to_us() -> None:
    assert WEBHOOKS.taken(event("incident.acknowledged", key="their own key")) is None


def test_either_secret_signs_and_no_other() -> None:
    body = event("incident.acknowledged")
    assert WEBHOOKS.is_genuine(body, signed("new", body))
    assert WEBHOOKS.is_genuine(body, f"v2=x, v1=00,{signed('old', body)}")
    for signatures in ("", "v1=", signed("other", body), signed("new", body + b" ")):
        assert not WEBHOOKS.is_genuine(body, signatures)
    assert not PagerDutyWebhooks(()).is_genuine(body, signed("", body))


@given(st.binary(max_size=300), st.text(max_size=100))
def test_no_bytes_make_it_fail(body: bytes, signatures: str) -> None:
    assert not WEBHOOKS.is_genuine(body, signatures)
    assert WEBHOOKS.taken(body) is None
