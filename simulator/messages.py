"""The message resources, and with them what every phone really received."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Condition
from typing import Any

from simulator.submission import Submission


class Direction(StrEnum):
    """Who began: our customer's request, a person's phone, or an answer in TwiML."""

    API = "outbound-api"
    INBOUND = "inbound"
    REPLY = "outbound-reply"


class Status(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `reached` is when the recipient's phone had it; deleting or redacting changes no phone."""

    sid: str
    direction: Direction
    sender: str
    recipient: str
    text: str
    status: Status
    created: datetime
    updated: datetime
    validity: int
    callback: str | None = None
    sent: datetime | None = None
    reached: datetime | None = None
    error_code: int | None = None
    redacted: bool = False
    deleted: bool = False

    @property
    def phone(self) -> str:
        """The number of the person's phone, whichever way it went."""
        return self.sender if self.direction is Direction.INBOUND else self.recipient


@dataclass(slots=True)
class Messages:
    """All messages in the order of their creation. Every method is one atomic step."""

    _changed: Condition = field(default_factory=Condition)
    _by_sid: dict[str, Message] = field(default_factory=dict)

    def add(self, submission: Submission, direction: Direction) -> Message:
        """Record a message under a new id: queued, or received when a phone sent it."""
        now = datetime.now(UTC)
        inbound = direction is Direction.INBOUND
        message = Message(
            sid=new_sid(),
            direction=direction,
            sender=submission.sender,
            recipient=submission.recipient,
            text=submission.text,
            status=Status.RECEIVED if inbound else Status.QUEUED,
            created=now,
            updated=now,
            validity=submission.validity,
            callback=submission.callback,
            sent=now if inbound else None,
        )
        with self._changed:
            self._by_sid[message.sid] = message
        return message

    def change(self, sid: str, expected: Status, **changes: Any) -> Message | None:
        """Change a message that still has the expected status; None when it has moved on or is no more."""
        with self._changed:
            message = self._by_sid.get(sid)
            if message is None or message.status is not expected:
                return None
            changed = replace(message, updated=datetime.now(UTC), **changes)
            self._by_sid[sid] = changed
            self._changed.notify_all()
            return changed

    def wait_while_queued(self, sid: str, seconds: float) -> Message | None:
        """Wait until it leaves the queue by another hand, at most so many seconds; what it is then."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_queued(sid), seconds)
            return self._by_sid.get(sid)

    def _is_queued(self, sid: str) -> bool:
        message = self._by_sid.get(sid)
        return message is not None and message.status is Status.QUEUED

    def find(self, sid: str) -> Message | None:
        """The message with this id, unless it was deleted."""
        with self._changed:
            message = self._by_sid.get(sid)
        return None if message is None or message.deleted else message

    def knows(self, sid: str) -> bool:
        """Whether it was recorded since the last reset."""
        with self._changed:
            return sid in self._by_sid

    def all(self) -> tuple[Message, ...]:
        """Every message, deleted ones too, oldest first."""
        with self._changed:
            return tuple(self._by_sid.values())

    def received(self) -> tuple[Message, ...]:
        """What reached a person's phone, in the order of arrival."""
        arrived = [(message.reached, message) for message in self.all() if message.reached is not None]
        return tuple(message for _, message in sorted(arrived, key=lambda pair: pair[0]))

    def reset(self) -> None:
        """Forget all of them."""
        with self._changed:
            self._by_sid.clear()
            self._changed.notify_all()


def new_sid() -> str:
    """A message id as Twilio gives them."""
    return f"SM{secrets.token_hex(16)}"
