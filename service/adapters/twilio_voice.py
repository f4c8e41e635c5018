"""Calls by Twilio's Calls API, and the TwiML that speaks in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from twilio.twiml.voice_response import VoiceResponse

from service.adapters.twilio_client import TwilioClient
from service.domain.delivery import Accepted, Ambiguous, Lookup, NotThere, PageState, SendOutcome
from service.usecases.ports import OutboundMessage

STATES = {
    "queued": PageState.ACCEPTED,
    "initiated": PageState.ACCEPTED,
    "ringing": PageState.SENT,
    "in-progress": PageState.SENT,
    "completed": PageState.DELIVERED,  # to somebody, or to a machine: nobody has taken anything by it
    "busy": PageState.UNDELIVERED,
    "no-answer": PageState.UNDELIVERED,
    "failed": PageState.FAILED,
    "canceled": PageState.FAILED,
}
_RING = (15, 60)  # seconds; a mailbox answers after about 25
_SKEW = timedelta(seconds=2)  # the clocks; a call has no text by which it could be told from an older one
_LISTED = 20
_WAITS = 8  # seconds for a key
_LONGEST = 300  # seconds, of a whole call: three times the words, twice again, and time to think
_ASKED = 3  # times that the words are said to somebody who presses nothing that means something


class TwilioVoice:
    """Places a call and finds one again. What is said in it is fetched when somebody picks up."""

    def __init__(self, client: TwilioClient, sender: str, public_url: str) -> None:
        self._client = client
        self._sender = sender
        self._base = f"{public_url}/webhooks/twilio"

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Place the call. Its reference stands in every address, so that whatever comes back proves it."""
        return self._client.create(lambda: self._create(message))

    def _create(self, message: OutboundMessage) -> SendOutcome:
        ring = min(max(round(message.valid_for.total_seconds()), _RING[0]), _RING[1])
        created = self._client.api.calls.create(
            to=message.address,
            from_=self._sender,
            url=f"{self._base}/voice/{message.reference}#rc=2&rp=all",
            fallback_url=f"{self._base}/voice/{message.reference}/again#rc=2&rp=all",
            status_callback=f"{self._base}/calls/{message.reference}#rc=5&rp=all",
            status_callback_event=["ringing", "answered", "completed"],
            timeout=ring,
            time_limit=_LONGEST,
        )
        return _accepted(created.sid, created.status)

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """Look among the newest calls to this number for one not yet known as another page's."""
        try:
            recent = self._client.within_limits(
                lambda: self._client.api.calls.list(to=message.address, limit=_LISTED, page_size=_LISTED),
            )
            for found in recent:
                created = found.date_created
                if found.sid not in besides and created is not None and created >= since - _SKEW:
                    return _accepted(found.sid, found.status)
        except Exception:  # noqa: BLE001 - no answer, whatever the reason, is not a no
            return Ambiguous()
        return NotThere()


def twiml(words: str, keys_url: str | None, goodbye: str) -> str:
    """Say the words; with `keys_url`, wait for a key, some times over, and then say goodbye."""
    response = VoiceResponse()
    if keys_url is None:
        response.say(words)
    else:
        for _ in range(_ASKED):
            gather = response.gather(
                num_digits=1, timeout=_WAITS, finish_on_key="", action=keys_url, method="POST"
            )
            gather.say(words)
        response.say(goodbye)
    response.hangup()
    return str(response)


def _accepted(sid: Any, status: Any) -> Accepted | Ambiguous:
    if not isinstance(sid, str) or not sid:
        return Ambiguous()
    return Accepted(sid, STATES.get(str(status), PageState.ACCEPTED))
