"""Text messages by Twilio's Messages API."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from service.adapters.twilio_client import TwilioClient
from service.domain.delivery import Accepted, Ambiguous, Lookup, NotThere, PageState, SendOutcome
from service.usecases.ports import OutboundMessage

STATES = {
    "accepted": PageState.ACCEPTED,
    "scheduled": PageState.ACCEPTED,
    "queued": PageState.ACCEPTED,
    "sending": PageState.ACCEPTED,
    "sent": PageState.SENT,
    "delivered": PageState.DELIVERED,
    "read": PageState.DELIVERED,
    "undelivered": PageState.UNDELIVERED,
    "failed": PageState.FAILED,
    "canceled": PageState.FAILED,
}

_VALIDITY = (10, 36_000)  # seconds: below about 5 Twilio drops what it would have sent; above is refused
_SKEW = timedelta(seconds=60)  # how far the carrier's clock may be behind ours
_LISTED = 50


class TwilioSms:
    """Sends a message and finds one again."""

    def __init__(self, client: TwilioClient, sender: str, public_url: str) -> None:
        self._client = client
        self._sender = sender
        self._callback = f"{public_url}/webhooks/twilio/status"

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Create the message. Its reference stands in the callback's URL, so that a report proves it."""
        return self._client.create(lambda: self._create(message))

    def _create(self, message: OutboundMessage) -> SendOutcome:
        seconds = min(max(round(message.valid_for.total_seconds()), _VALIDITY[0]), _VALIDITY[1])
        created = self._client.api.messages.create(
            to=message.address,
            from_=self._sender,
            body=message.text,
            status_callback=f"{self._callback}/{message.reference}#rc=5&rp=all",  # again if we fail
            validity_period=seconds,
        )
        return _accepted(created.sid, created.status)

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """Look among the newest messages to this number for this text, not yet known as another page's."""
        try:
            recent = self._client.within_limits(
                lambda: self._client.api.messages.list(to=message.address, limit=_LISTED, page_size=_LISTED),
            )
            for found in recent:
                created = found.date_created
                fits = found.body == message.text and found.sid not in besides
                if fits and created is not None and created >= since - _SKEW:
                    return _accepted(found.sid, found.status)
        except Exception:  # noqa: BLE001 - no answer, whatever the reason, is not a no
            return Ambiguous()
        return NotThere()


def _accepted(sid: Any, status: Any) -> Accepted | Ambiguous:
    if not isinstance(sid, str) or not sid:
        return Ambiguous()
    return Accepted(sid, STATES.get(str(status), PageState.ACCEPTED))
