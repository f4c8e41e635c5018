"""A steady stream of first contacts from an intake that does not give up, and phones that answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import requests

from simulator.chaos.compare import codes_in
from simulator.chaos.ledgers import Accepted, Reply
from simulator.chaos.site import FOLLOW_UP_PAGES_AFTER
from simulator.control import Carrier

_GRAVE = ("I have a plan for tonight.", "I have pills in my hand and I am going to take them now.")
_QUIET = "I would like an appointment on a weekday."
_LOW = "I don't see a future for myself."
_ASKS_FOR = frozenset({"emergency", "very_urgent"})
_MUTE, _PASSES = 0.08, 0.13  # of all pages: nobody answers; passed on, up to this
_ANSWERED = requests.codes.ok
_RETRIED = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent until it is accepted: the ids of the answers or events in it, and when somebody must be
    paged because of it, if it is not at once."""

    path: str
    contact: str
    body: dict[str, Any]
    ids: tuple[str, ...]
    pages_at: datetime | None = None


@dataclass(slots=True)
class Intake:
    """Sends contacts, and answers and events to them later, each until it is accepted. `marked` stands in
    every text."""

    url: str
    token: str
    random: Random
    name: str
    marked: str
    accepted: list[Accepted] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    _sent: int = 0

    def run(self, stop: threading.Event, every: float) -> None:
        """Send until told to stop; what was begun is brought to its end."""
        while not stop.wait(self.random.uniform(0.5, 1.5) * every):
            self._sent += 1
            for request in self._requests(f"{self.name}-{self._sent}"):
                self._send(request)

    def _requests(self, contact: str) -> Iterator[Request]:
        """Most is said once; some becomes grave later; and some end a session with nothing booked, so that a
        follow-up is due, which somebody keeps in time or nobody does."""
        grave, path = self.random.random(), f"/v1/first-contacts/{contact}"
        text = self.random.choice(_GRAVE) if grave < 0.35 else _LOW if grave < 0.75 else _QUIET
        answers = [self._answer("a1", text)]
        yield Request("/v1/first-contacts", contact, {"contact_id": contact, "answers": answers}, ("a1",))
        if 0.35 <= grave < 0.5:  # what is grave comes later
            later = [self._answer("a2", self.random.choice(_GRAVE))]
            yield Request(f"{path}/answers", contact, {"answers": later}, ("a2",))
        elif 0.5 <= grave < 0.75:
            kept, now = grave >= 0.7, datetime.now(UTC)
            ended = {"event_id": "e1", "type": "ended", "at": now.isoformat()}
            due = None if kept else now + FOLLOW_UP_PAGES_AFTER
            yield Request(f"{path}/events", contact, {"events": [ended]}, ("e1",), due)
            if kept:
                at = datetime.now(UTC).isoformat()
                called = {"event_id": "e2", "type": "spoken_to", "at": at, "by": "nurse 7"}
                yield Request(f"{path}/events", contact, {"events": [called]}, ("e2",))

    def _answer(self, answer_id: str, text: str) -> dict[str, str]:
        return {"answer_id": answer_id, "type": "text", "text": f"{text} {self.marked}."}

    def _send(self, request: Request) -> None:
        contact = request.contact
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            answer = self._post(request.path, request.body)
            if answer is not None and answer.ok:
                said = answer.json()
                must_page = said["urgency"] in _ASKS_FOR or request.pages_at is not None
                at = max(datetime.now(UTC), request.pages_at or datetime.min.replace(tzinfo=UTC))
                self.accepted.append(Accepted(contact, said["contact_id"], request.ids, must_page, at))
                return
            if answer is not None and answer.status_code not in _RETRIED:
                self.strange.append(f"{contact} was refused with {answer.status_code}")
                return
            time.sleep(0.3)
        self.strange.append(f"{contact} was not accepted in 90 s")

    def _post(self, path: str, body: dict[str, Any]) -> requests.Response | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(self.url + path, json=body, headers=headers, timeout=8)
        except requests.RequestException as error:
            self._count(type(error).__name__)
            return None
        self._count(str(answer.status_code))
        if answer.status_code == requests.codes.internal_server_error:
            self.strange.append("the API answered 500")
        return answer

    def _count(self, what: str) -> None:
        self.statuses[what] = self.statuses.get(what, 0) + 1


@dataclass(slots=True)
class Phones:
    """People who read what their phones receive, and answer most of it after a while."""

    carrier: Carrier
    random: Random
    replies: list[Reply] = field(default_factory=list)
    everything: bool = False
    """Whether all that is asked is answered from now on, so that it comes to an end."""
    _seen: set[str] = field(default_factory=set)
    _due: list[tuple[float, str, str, str]] = field(default_factory=list)
    _ignored: list[tuple[str, str]] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Read and answer until told to stop."""
        while not stop.wait(0.4):
            try:
                self._read()
                self._answer()
            except requests.RequestException:
                continue  # the simulator is busy; what is there is read the next time

    def _read(self) -> None:
        for sms in self.carrier.received:
            if sms.sid in self._seen:
                continue
            self._seen.add(sms.sid)
            if "wait" in sms.body or "needs help" in sms.body or "open again" in sms.body:
                for code in codes_in(sms.body):
                    self._decide(sms.phone, code)
        if self.everything:
            for phone, code in self._ignored:
                self._due.append((time.monotonic(), phone, code, code))
            self._ignored.clear()

    def _decide(self, phone: str, code: str) -> None:
        chance = self.random.random()
        at = time.monotonic() + self.random.uniform(0.3, 5.0)
        if self.everything or chance >= _PASSES:
            self._due.append((at, phone, code, code))
        elif chance >= _MUTE:
            self._due.append((at, phone, code, f"PASS {code}"))
        else:
            self._ignored.append((phone, code))

    def _answer(self) -> None:
        now = time.monotonic()
        due = [each for each in self._due if each[0] <= now]
        self._due = [each for each in self._due if each[0] > now]
        with ThreadPoolExecutor(8) as pool:  # one person's reply waits for nobody else's
            list(pool.map(self._reply, due))

    def _reply(self, due: tuple[float, str, str, str]) -> None:
        _, phone, code, text = due
        answer = self.carrier.phone(phone).reply(text)
        if answer.http_status == _ANSWERED:
            self.replies.append(Reply(phone, code, datetime.now(UTC)))
        else:  # a person who hears nothing tries again
            self._due.append((time.monotonic() + 2, phone, code, text))
