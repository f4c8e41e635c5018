"""Incidents by PagerDuty's Events API v2, and the v3 webhooks that come back."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import requests

from service.adapters.http_errors import never_left
from service.domain.delivery import Accepted, Ambiguous, Lookup, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.usecases.ports import IncidentTaken, OutboundMessage

_ACCEPTED = 202
_SOURCE = "goldenhour"
# By a person: what our own events bring about comes back as a webhook, too, and decides nothing. Resolving an
# incident closes no case, for nothing was recorded of what was done; but somebody has taken it in hand.
_TAKING = frozenset({"incident.acknowledged", "incident.resolved"})


class PagerDuty:
    """Triggers an incident for each page. The address is the routing key of a service in PagerDuty."""

    def __init__(self, api_url: str, timeout: float, codes: Mapping[str, Refusal]) -> None:
        self._url = f"{api_url}/v2/enqueue"
        self._timeout = timeout
        self._codes = codes

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Trigger the incident, or end those of pages that are called off."""
        for reference in message.ends:
            ended = self._enqueue(message.address, "resolve", reference, None)
            if not isinstance(ended, Accepted):
                return ended
        if message.ends:
            return Accepted(str(message.reference))
        payload = {"summary": message.text, "source": _SOURCE, "severity": "critical"}
        return self._enqueue(message.address, "trigger", message.reference, payload)

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """Send it again: the same key is the same incident, so that nobody is paged twice by asking."""
        again = self.send(message)
        return again if isinstance(again, Accepted) else Ambiguous()

    def _enqueue(
        self, routing_key: str, action: str, reference: UUID, payload: Mapping[str, str] | None
    ) -> SendOutcome:
        event = {"routing_key": routing_key, "event_action": action, "dedup_key": str(reference)}
        try:
            answer = requests.post(
                self._url,
                json=event if payload is None else {**event, "payload": dict(payload)},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Rejected(Refusal.UNREACHABLE) if never_left(error) else Ambiguous()
        if answer.status_code == _ACCEPTED:
            return Accepted(str(reference))
        code = str(answer.status_code)
        if code in self._codes:
            return Rejected(self._codes[code], code)
        return Rejected(Refusal.CONTENT, code) if 400 <= answer.status_code < 500 else Ambiguous()


@dataclass(frozen=True, slots=True)
class PagerDutyWebhooks:
    """Believed with a signature by any of the secrets: there are two while one is being replaced."""

    secrets: Sequence[str] = field(repr=False)

    def is_genuine(self, body: bytes, signatures: str) -> bool:
        """Whether one of the `v1` signatures is that of the body."""
        given = [each.strip().removeprefix("v1=") for each in signatures.split(",") if "v1=" in each]
        expected = [hmac.new(s.encode(), body, hashlib.sha256).hexdigest() for s in self.secrets]
        return any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected)

    def taken(self, body: bytes) -> IncidentTaken | None:
        """Which page a person has taken in PagerDuty; None when the event tells of anything else."""
        try:
            event = json.loads(body)["event"]
            taken = _taken(event)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return taken


def _taken(event: Mapping[str, Any]) -> IncidentTaken | None:
    agent = event.get("agent") or {}
    if event["event_type"] not in _TAKING or not str(agent.get("type", "")).startswith("user"):
        return None
    return IncidentTaken(UUID(str(event["data"]["incident_key"])), str(event["id"])[:100])
