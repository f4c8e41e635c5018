"""An intake system, as small as one can be: it sends what a person said and reads the worklist."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

SITE = "riverside"


@dataclass(frozen=True, slots=True)
class Intake:
    """A caller of the API with a key. A refusal raises `requests.HTTPError`."""

    api_url: str
    token: str = field(repr=False)

    def send(self, contact_id: str, *texts: str) -> dict[str, Any]:
        """Send a first contact whose answers are these texts; the assessment that comes back."""
        answers = [
            {"answer_id": f"a{number}", "type": "text", "text": text} for number, text in enumerate(texts, 1)
        ]
        return self._ask("POST", "/v1/first-contacts", {"contact_id": contact_id, "answers": answers})

    def add(self, contact_id: str, *answers: dict[str, Any]) -> dict[str, Any]:
        """Send more answers of a first contact; the assessment that comes back."""
        return self._ask("POST", f"/v1/first-contacts/{contact_id}/answers", {"answers": list(answers)})

    def tell(self, contact_id: str, kind: str, **more: str) -> dict[str, Any]:
        """Tell what has just happened around a first contact."""
        now = datetime.now(UTC).isoformat()
        event = {"event_id": f"{kind}-{now}", "type": kind, "at": now, **more}
        return self._ask("POST", f"/v1/first-contacts/{contact_id}/events", {"events": [event]})

    def follow_up_of(self, contact_id: str) -> dict[str, Any] | None:
        """The follow-up that is due to somebody, if any."""
        due: list[dict[str, Any]] = self._ask("GET", "/v1/follow-ups")["follow_ups"]
        return next((each for each in due if each["contact_id"] == contact_id), None)

    def worklist(self) -> list[dict[str, Any]]:
        """Open and acknowledged cases, most pressing first."""
        cases: list[dict[str, Any]] = self._ask("GET", "/v1/cases")["cases"]
        return cases

    def case_of(self, contact_id: str) -> dict[str, Any] | None:
        """The case of a first contact on the worklist, if it has one."""
        return next((case for case in self.worklist() if case["contact_id"] == contact_id), None)

    def timeline(self, case_id: str) -> list[dict[str, Any]]:
        """Everything that happened to a case, oldest first."""
        timeline: list[dict[str, Any]] = self._ask("GET", f"/v1/cases/{case_id}")["timeline"]
        return timeline

    def act(self, case_id: str, verb: str, **body: str) -> dict[str, Any]:
        """Acknowledge, pass, offer or close a case, as its clinicians' system would."""
        return self._ask("POST", f"/v1/cases/{case_id}/{verb}", body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of this machine is no part of the way
            session.headers["Authorization"] = f"Bearer {self.token}"
            answer = session.request(method, self.api_url + path, json=body, timeout=10)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said
