"""PagerDuty as far as a page needs it: Events v2 in, incidents, and signed v3 webhooks out."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import Any

import requests

_ANSWER_SECONDS = 15.0
_KEY_LENGTH = 32


class IncidentStatus(StrEnum):
    """Where an incident is."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident of one service; `triggers` counts the events with its key while it was open."""

    number: str
    routing_key: str
    dedup_key: str
    summary: str
    status: IncidentStatus
    at: datetime
    triggers: int = 1


class InvalidEvent(Exception):
    """The event is refused; the message says why."""


@dataclass(slots=True)
class PagerDuty:
    """Every incident there is. `webhook_url` and `secret`: where and how our customer is told of them."""

    webhook_url: str
    secret: str = field(repr=False)
    _incidents: list[Incident] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def enqueue(self, event: Any) -> str:
        """Take an event; its dedup_key. Raises `InvalidEvent`."""
        if not isinstance(event, dict) or len(str(event.get("routing_key", ""))) != _KEY_LENGTH:
            raise InvalidEvent("routing_key is invalid")
        action, key = event.get("event_action"), str(event.get("dedup_key") or secrets.token_hex(16))
        if action not in {"trigger", "acknowledge", "resolve"}:
            raise InvalidEvent("event_action is invalid")
        payload = event.get("payload") or {}
        if action == "trigger" and not {"summary", "source", "severity"} <= set(payload):
            raise InvalidEvent("payload is incomplete")
        with self._lock:
            self._apply(str(event["routing_key"]), action, key, str(payload.get("summary", "")))
        return key

    def _apply(self, routing_key: str, action: str, key: str, summary: str) -> None:
        for at, incident in enumerate(self._incidents):
            if incident.dedup_key == key and incident.status is not IncidentStatus.RESOLVED:
                changed = {
                    "trigger": replace(incident, triggers=incident.triggers + 1),
                    "acknowledge": replace(incident, status=IncidentStatus.ACKNOWLEDGED),
                    "resolve": replace(incident, status=IncidentStatus.RESOLVED),
                }
                self._incidents[at] = changed[action]
                return
        if action == "trigger":
            number = f"P{secrets.token_hex(4).upper()}"
            new = Incident(number, routing_key, key, summary, IncidentStatus.TRIGGERED, datetime.now(UTC))
            self._incidents.append(new)

    def act(self, number: str, event_type: str, times: int = 1) -> list[int | None]:
        """What a person does to an incident in PagerDuty, told to our customer so many times; the answers."""
        status = {
            "incident.acknowledged": IncidentStatus.ACKNOWLEDGED,
            "incident.resolved": IncidentStatus.RESOLVED,
        }.get(event_type)
        with self._lock:
            at = next(at for at, incident in enumerate(self._incidents) if incident.number == number)
            if status is not None:
                self._incidents[at] = replace(self._incidents[at], status=status)
            incident = self._incidents[at]
        body = self._webhook(incident, event_type)
        return [self._post(body) for _ in range(times)]

    def _webhook(self, incident: Incident, event_type: str) -> bytes:
        event = {
            "id": secrets.token_hex(13).upper(),
            "event_type": event_type,
            "resource_type": "incident",
            "occurred_at": datetime.now(UTC).isoformat(),
            "agent": {"id": "PUSER01", "type": "user_reference"},
            "client": None,
            "data": {
                "id": incident.number,
                "type": "incident",
                "status": incident.status.value,
                "incident_key": incident.dedup_key,
                "title": incident.summary,
            },
        }
        return json.dumps({"event": event}).encode()

    def _post(self, body: bytes) -> int | None:
        old, new = (self._signature(secret, body) for secret in (f"{self.secret}-old", self.secret))
        headers = {"Content-Type": "application/json", "X-PagerDuty-Signature": f"{old},{new}"}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(self.webhook_url, data=body, headers=headers, timeout=_ANSWER_SECONDS)
        except requests.RequestException:
            return None
        return answer.status_code

    @staticmethod
    def _signature(secret: str, body: bytes) -> str:
        return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

    def all(self) -> tuple[Incident, ...]:
        """Every incident, oldest first."""
        with self._lock:
            return tuple(self._incidents)

    def reset(self) -> None:
        """Forget them."""
        with self._lock:
            self._incidents.clear()
