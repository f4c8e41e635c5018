"""People's phones: what they reply, and what that does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from simulator.account import E164, Account
from simulator.callbacks import Posted, post
from simulator.messages import Direction, Message, Messages, Status
from simulator.resource import API_VERSION
from simulator.segments import count_segments
from simulator.submission import Submission
from simulator.twiml import NotTwiml, read_messages

_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
_START = frozenset({"START", "YES", "UNSTOP"})
_LONGEST_REPLY = 1600
_VALIDITY = 36_000


class NotAReply(Exception):
    """This cannot have come from a phone."""


@dataclass(slots=True)
class Phones:
    """Every phone there is, known by its number (E.164)."""

    account: Account
    messages: Messages
    _opted_out: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def numbers(self) -> tuple[str, ...]:
        """The phones that a message was for or from, in order of first appearance."""
        return tuple(dict.fromkeys(message.phone for message in self.messages.all()))

    def has_opted_out(self, phone: str, sender: str) -> bool:
        """Whether this phone has told this sender to stop."""
        with self._lock:
            return (phone, sender) in self._opted_out

    def opted_out_of_any(self, phone: str) -> bool:
        """Whether this phone has told any of our senders to stop."""
        return any(self.has_opted_out(phone, sender) for sender in self.account.senders)

    def reply(self, phone: str, text: str, times: int = 1) -> tuple[Posted, ...]:
        """Text back to the number that wrote last; POST it so many times under one id. Raises `NotAReply`."""
        if not E164.fullmatch(phone):
            raise NotAReply("the number is not one such as +15550100")
        if not 0 < len(text) <= _LONGEST_REPLY:
            raise NotAReply(f"a text has 1 to {_LONGEST_REPLY} characters")
        submission = Submission(phone, self._last_sender(phone), text, None, _VALIDITY)
        message = self.messages.add(submission, Direction.INBOUND)
        self._mind_keyword(message)
        return tuple(self._deliver(message) for _ in range(times))

    def _last_sender(self, phone: str) -> str:
        senders = [m.sender for m in self.messages.received() if m.phone == phone]
        return senders[-1] if senders else self.account.senders[0]

    def _mind_keyword(self, message: Message) -> None:
        word, pair = message.text.strip().upper(), (message.phone, message.recipient)
        with self._lock:
            if word in _STOP:
                self._opted_out.add(pair)
            elif word in _START:
                self._opted_out.discard(pair)

    def _deliver(self, message: Message) -> Posted:
        posted = post(self.account.inbound_url, self._parameters(message), self.account.token)
        if posted.http_status is not None and posted.http_status < 300:
            self._answer(message, posted.text)
        return posted

    def _answer(self, message: Message, document: str) -> None:
        """What the customer answers reaches the phone, unless that has told it to stop."""
        try:
            texts = read_messages(document)
        except NotTwiml:
            return
        for text in texts:
            if self.has_opted_out(message.phone, message.recipient):
                return
            submission = Submission(message.recipient, message.phone, text, None, _VALIDITY)
            answer, now = self.messages.add(submission, Direction.REPLY), datetime.now(UTC)
            self.messages.change(answer.sid, Status.QUEUED, status=Status.DELIVERED, sent=now, reached=now)

    def _parameters(self, message: Message) -> list[tuple[str, str]]:
        places = [
            (f"{end}{part}", "") for end in ("From", "To") for part in ("City", "State", "Zip", "Country")
        ]
        return [
            *((name, message.sid) for name in ("MessageSid", "SmsSid", "SmsMessageSid")),
            ("AccountSid", self.account.sid),
            ("From", message.sender),
            ("To", message.recipient),
            ("Body", message.text),
            ("NumMedia", "0"),
            ("NumSegments", str(count_segments(message.text))),
            ("SmsStatus", message.status.value),
            ("ApiVersion", API_VERSION),
            *places,
        ]

    def reset(self) -> None:
        """Nobody has told anybody to stop."""
        with self._lock:
            self._opted_out.clear()
