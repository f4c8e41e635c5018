"""The call resources, and with them what was said to whom and which keys were pressed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from threading import Condition
from typing import Any

from simulator.account import E164, Account, is_web_address
from simulator.refusals import Refusal

API_VERSION = "2010-04-01"
_LONGEST_RING = 600
_DEFAULT_RING = 60
_LISTED = 50


class CallStatus(StrEnum):
    """Where a call is."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A well-formed request to call. `ring` is in seconds; the addresses keep their fragments."""

    sender: str
    recipient: str
    url: str
    fallback: str
    callback: str
    events: frozenset[str]
    ring: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `words` that were spoken into it, and `keys` pressed, in order."""

    sid: str
    dialled: Dialled
    status: CallStatus
    created: datetime
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def phone(self) -> str:
        """The number that was called."""
        return self.dialled.recipient


def read_dialled(form: Mapping[str, str], events: list[str], account: Account) -> Dialled:
    """Read the form of a create. Raises `Refusal` with the code of the first thing wrong."""
    recipient, sender = form.get("To", "").strip(), form.get("From", "").strip()
    if not E164.fullmatch(recipient):
        raise Refusal(21211)
    if sender not in account.senders:
        raise Refusal(21606)
    url, callback = form.get("Url", ""), form.get("StatusCallback", "")
    if not is_web_address(url) or (callback and not is_web_address(callback)):
        raise Refusal(21609)
    ring = form.get("Timeout", str(_DEFAULT_RING))
    if not (ring.isascii() and ring.isdigit() and 0 < int(ring) <= _LONGEST_RING):
        raise Refusal(20001)
    wanted = frozenset(events or ["completed"])
    return Dialled(sender, recipient, url, form.get("FallbackUrl", ""), callback, wanted, int(ring))


@dataclass(slots=True)
class Calls:
    """All calls in the order in which they were asked for. Every method is one atomic step."""

    _changed: Condition = field(default_factory=Condition)
    _by_sid: dict[str, Call] = field(default_factory=dict)

    def add(self, dialled: Dialled) -> Call:
        """Record a call under a new id."""
        call = Call(f"CA{secrets.token_hex(16)}", dialled, CallStatus.QUEUED, datetime.now(UTC))
        with self._changed:
            self._by_sid[call.sid] = call
        return call

    def change(self, sid: str, **changes: Any) -> Call | None:
        """Change a call; None when it was forgotten meanwhile."""
        with self._changed:
            if sid not in self._by_sid:
                return None
            self._by_sid[sid] = replace(self._by_sid[sid], **changes)
            self._changed.notify_all()
            return self._by_sid[sid]

    def say(self, sid: str, words: str) -> None:
        """Note what was spoken."""
        with self._changed:
            if sid in self._by_sid:
                call = self._by_sid[sid]
                self._by_sid[sid] = replace(call, words=(*call.words, words))

    def press(self, sid: str, key: str) -> None:
        """Note a key."""
        with self._changed:
            if sid in self._by_sid:
                call = self._by_sid[sid]
                self._by_sid[sid] = replace(call, keys=(*call.keys, key))

    def find(self, sid: str) -> Call | None:
        """The call with this id."""
        with self._changed:
            return self._by_sid.get(sid)

    def all(self) -> tuple[Call, ...]:
        """Every call, oldest first."""
        with self._changed:
            return tuple(self._by_sid.values())

    def reset(self) -> None:
        """Forget all of them."""
        with self._changed:
            self._by_sid.clear()
            self._changed.notify_all()


def call_json(call: Call, account: Account) -> dict[str, Any]:
    """One call resource."""
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "date_created": format_datetime(call.created),
        "date_updated": format_datetime(call.created),
        "direction": "outbound-api",
        "from": call.dialled.sender,
        "sid": call.sid,
        "status": call.status.value,
        "to": call.phone,
        "uri": f"/{API_VERSION}/Accounts/{account.sid}/Calls/{call.sid}.json",
    }


def calls_json(calls: tuple[Call, ...], query: Mapping[str, str], account: Account) -> dict[str, Any]:
    """The newest calls that the query asks for, newest first, on one page."""
    matching = [call for call in reversed(calls) if query.get("To", call.phone) == call.phone][:_LISTED]
    uri = f"/{API_VERSION}/Accounts/{account.sid}/Calls.json"
    return {
        "calls": [call_json(call, account) for call in matching],
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
        "page": 0,
        "page_size": _LISTED,
        "uri": uri,
    }
