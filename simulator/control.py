"""A typed client of the control API, in the words of a test: expect a message, reply, let it go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from typing import Any, Literal

import requests

from simulator.faults import EVERY_PHONE, Fault, Kind, Script

_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 25.0
_ANSWER_SECONDS = 60.0  # a reply waits for two webhooks and their retries


@dataclass(frozen=True, slots=True)
class Sms:
    """A message that a phone really received."""

    sid: str
    phone: str
    sender: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook for replies answered; no status when it could not be reached."""

    http_status: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Callback:
    """A status callback that was made, and the HTTP status that it was answered with, if it was."""

    sid: str
    status: str
    http_status: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call that was asked for: `words` spoken into it and `keys` pressed, in order."""

    sid: str
    phone: str
    status: str
    words: tuple[str, ...]
    keys: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident in PagerDuty; `triggers` counts how often it was triggered while it was open."""

    number: str
    routing_key: str
    dedup_key: str
    summary: str
    status: str
    at: str
    triggers: int


@dataclass(frozen=True, slots=True)
class PagerMessage:
    """A message on a pager; `choices` can be answered with, on a two-way one."""

    message_id: str
    pager: str
    text: str
    at: str
    over: str
    choices: list[str]
    answered: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that the mail relay has taken."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: str


@dataclass(slots=True)
class Carrier:
    """The simulator at `base_url`. Remembers which messages were expected; one per test."""

    base_url: str
    _expected: set[str] = field(default_factory=set)

    def phone(self, number: str) -> Phone:
        """The phone with this number (E.164); `*` stands for every phone, for faults and holds."""
        return Phone(self, number)

    @property
    def received(self) -> list[Sms]:
        """Everything that reached any phone, in the order of arrival."""
        return [_sms(each) for each in self.call("GET", "ledger")["received"]]

    @property
    def calls(self) -> list[PhoneCall]:
        """Every call, in the order in which they were asked for."""
        return [_call(each) for each in self.call("GET", "ledger")["calls"]]

    @property
    def incidents(self) -> list[Incident]:
        """Every incident, oldest first."""
        return [Incident(**each) for each in self.call("GET", "ledger")["incidents"]]

    def act_on_incident(self, number: str, event: str, times: int = 1) -> list[int | None]:
        """What a person does in PagerDuty, told so many times; what the webhook answered."""
        body = {"number": number, "event": event, "times": times}
        answers: list[int | None] = self.call("POST", "incidents", body)["answers"]
        return answers

    @property
    def pager_messages(self) -> list[PagerMessage]:
        """What is on the pagers, in order."""
        return [PagerMessage(**each) for each in self.call("GET", "ledger")["pagers"]]

    def answer_pager(self, message_id: str, choice: str, times: int = 1) -> list[int | None]:
        """Press a choice on a two-way pager; what the webhook answered."""
        body = {"message_id": message_id, "choice": choice, "times": times}
        answers: list[int | None] = self.call("POST", "pagers", body)["answers"]
        return answers

    def notify_of_pager(self, message_id: str, kind: str) -> list[int | None]:
        """Have the host tell that a message is QUEUED, DELIVERED or READ; what the webhook answered."""
        answers: list[int | None] = self.call("POST", "pagers", {"message_id": message_id, "notify": kind})[
            "answers"
        ]
        return answers

    @property
    def mails(self) -> list[Mail]:
        """What the mail relay has taken, in order."""
        return [Mail(**each) for each in self.call("GET", "ledger")["mails"]]

    @property
    def callbacks(self) -> list[Callback]:
        """Every status callback made."""
        return [Callback(**each) for each in self.call("GET", "ledger")["callbacks"]]

    @property
    def unexpected(self) -> list[Sms]:
        """What reached a phone and was not expected until now."""
        return [sms for sms in self.received if sms.sid not in self._expected]

    def expected(self, sms: Sms) -> None:
        """Count a message as expected."""
        self._expected.add(sms.sid)

    def assert_nothing_unexpected(self) -> None:
        """Raises `AssertionError` naming every message that reached a phone and was never expected."""
        unexpected = self.unexpected
        if unexpected:
            raise AssertionError("nobody expected:\n" + _listing(unexpected))

    def reset(self) -> None:
        """Forget everything, on both sides."""
        self.call("POST", "reset")
        self._expected.clear()

    def call(self, method: Literal["GET", "POST"], path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the control API. Raises `ValueError` for one that it refuses."""
        with requests.Session() as session:
            session.trust_env = False  # a proxy of this machine is no part of the way
            url = f"{self.base_url.rstrip('/')}/control/{path}"
            answer = session.request(method, url, json=body, timeout=_ANSWER_SECONDS)
        if answer.status_code == 400:
            raise ValueError(answer.json()["fault"])
        answer.raise_for_status()
        return answer.json() if answer.content else None


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone. `within` is in seconds."""

    carrier: Carrier
    number: str

    @property
    def received(self) -> list[Sms]:
        """What this phone received, in the order of arrival."""
        return [sms for sms in self.carrier.received if sms.phone == self.number]

    @property
    def calls(self) -> list[PhoneCall]:
        """The calls to this phone."""
        return [call for call in self.carrier.calls if call.phone == self.number]

    def answers_calls(self, *keys: str, who: str = "human") -> None:
        """Say who takes its calls from now on, and which keys are pressed one after the other."""
        self.carrier.call("POST", "answering", {"phone": self.number, "who": who, "keys": list(keys)})

    def press(self, key: str = "") -> None:
        """Pick up what rings, and press a key."""
        self.carrier.call("POST", "keys", {"phone": self.number, "key": key})

    def expect_call(self, status: str = "completed", within: float = _PATIENCE_SECONDS) -> PhoneCall:
        """The last call to this phone that has come to this status. Raises `AssertionError` when none has."""
        found: list[PhoneCall] = []

        def look() -> bool:
            found[:] = [call for call in self.calls if call.status == status]
            return bool(found)

        if not _comes_true(look, within):
            raise AssertionError(f"{self.number} had no call {status} within {within} s: {self.calls}")
        return found[-1]

    @property
    def opted_out(self) -> bool:
        """Whether it has texted STOP."""
        phones = self.carrier.call("GET", "phones")["phones"]
        return any(phone["opted_out"] for phone in phones if phone["number"] == self.number)

    def expect_sms(self, *words: str, within: float = _PATIENCE_SECONDS) -> Sms:
        """The first message not expected before that holds all these words, as they are written.

        Raises `AssertionError` listing what was received when none comes in time.
        """
        found: list[Sms] = []

        def look() -> bool:
            found[:] = [sms for sms in self._unexpected() if all(word in sms.body for word in words)]
            return bool(found)

        if not _comes_true(look, within):
            listing = _listing(self.received) or "  nothing at all"
            raise AssertionError(
                f"{self.number} got no SMS with {list(words)} within {within} s; it received:\n{listing}"
            )
        self.carrier.expected(found[0])
        return found[0]

    def _unexpected(self) -> list[Sms]:
        return [sms for sms in self.carrier.unexpected if sms.phone == self.number]

    def reply(self, text: str) -> Answer:
        """Text back to the number that wrote last; what the webhook answered."""
        return self._reply(text, 1)[0]

    def reply_twice(self, text: str) -> tuple[Answer, Answer]:
        """As `reply`, but the carrier POSTs the very same message twice."""
        first, second = self._reply(text, 2)
        return first, second

    def _reply(self, text: str, times: int) -> list[Answer]:
        body = {"phone": self.number, "text": text, "times": times}
        return [Answer(**each) for each in self.carrier.call("POST", "replies", body)["answers"]]

    def fail_next(self, *faults: Fault | Kind | str, times: int = 1) -> None:
        """All these go wrong with each of the next `times` creates, after those queued before."""
        self._add(faults, times)

    def always(self, *faults: Fault | Kind | str) -> None:
        """All these go wrong with every create for which nothing is queued; none given: nothing does."""
        self._add(faults, None)

    def _add(self, faults: tuple[Fault | Kind | str, ...], times: int | None) -> None:
        script = Script(tuple(f if isinstance(f, Fault) else Fault(Kind(f)) for f in faults))
        body = {"phone": self.number, "faults": script.to_json(), "times": times}
        self.carrier.call("POST", "faults", body)

    @property
    def holding(self) -> int:
        """How many requests for this phone the carrier keeps waiting."""
        holds = self.carrier.call("GET", "holds")["holds"]
        return sum(1 for hold in holds if self.number in {hold["phone"], EVERY_PHONE})

    def wait_until_holding(self, within: float = _PATIENCE_SECONDS) -> None:
        """Raises `AssertionError` when no request for this phone is held in time."""
        if not _comes_true(lambda: self.holding > 0, within):
            raise AssertionError(f"no request for {self.number} was held within {within} s")

    def wait_until_not_holding(self, within: float = _PATIENCE_SECONDS) -> None:
        """Raises `AssertionError` when a request for this phone is still held then."""
        if not _comes_true(lambda: self.holding == 0, within):
            raise AssertionError(f"a request for {self.number} was still held after {within} s")

    def release(self) -> int:
        """Let the requests held for this phone go on; how many there were."""
        released: int = self.carrier.call("POST", "holds/release", {"phone": self.number})["released"]
        return released


def _comes_true(condition: Callable[[], bool], within: float) -> bool:
    deadline = monotonic() + within
    while not condition():
        if monotonic() >= deadline:
            return False
        sleep(_LOOK_SECONDS)
    return True


def _sms(received: dict[str, str]) -> Sms:
    return Sms(
        received["sid"],
        received["phone"],
        received["sender"],
        received["body"],
        datetime.fromisoformat(received["at"]),
    )


def _call(asked: dict[str, Any]) -> PhoneCall:
    words, keys = tuple(asked["words"]), tuple(asked["keys"])
    at = datetime.fromisoformat(asked["at"])
    return PhoneCall(asked["sid"], asked["phone"], asked["status"], words, keys, at)


def _listing(messages: list[Sms]) -> str:
    return "\n".join(f"  {sms.at:%H:%M:%S} {sms.phone}: {sms.body!r}" for sms in messages)
