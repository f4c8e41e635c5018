"""Text messages by Twilio's Messages API, through its SDK, with the time limit that the SDK lacks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from service.domain.delivery import (
    Accepted,
    Ambiguous,
    Lookup,
    NotThere,
    PageState,
    Rejected,
    SendOutcome,
)
from service.domain.refusals import Refusal
from service.usecases.ports import OutboundMessage

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs numbers and texts at INFO

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


class _Http(TwilioHttpClient):
    """The SDK's own client, pointed at the configured address and with a time limit on every call."""

    def __init__(self, api_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._api_url = api_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        ours = url.replace("https://api.twilio.com", self._api_url, 1)
        return super().request(method, ours, *args, **kwargs)


class TwilioSms:
    """Sends a message and finds one again. What Twilio says or fails to say ends here."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        api_url: str,
        public_url: str,
        timeout: float,
        codes: Mapping[str, Refusal],
    ) -> None:
        self._codes = codes
        self._client = Client(account_sid, auth_token, http_client=_Http(api_url, timeout))
        self._longest = 2 * timeout  # to connect, and then to answer
        self._sender = sender
        self._callback = f"{public_url}/webhooks/twilio/status"

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Create the message. Its reference stands in the callback's URL, so that a report proves it."""
        seconds = min(max(round(message.valid_for.total_seconds()), _VALIDITY[0]), _VALIDITY[1])
        try:
            created = _within(
                self._longest,
                lambda: self._client.messages.create(
                    to=message.address,
                    from_=self._sender,
                    body=message.text,
                    status_callback=f"{self._callback}/{message.reference}#rc=5&rp=all",  # again if we fail
                    validity_period=seconds,
                ),
            )
            return _accepted(created.sid, created.status)
        except TwilioRestException as refusal:
            return _rejected(refusal, self._codes)
        except requests.RequestException as error:
            never_left = _never_left(error)
            return Rejected(Refusal.UNREACHABLE) if never_left else Ambiguous()
        except Exception:  # noqa: BLE001 - an answer that makes no sense: the message may be on its way
            return Ambiguous()

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """Look among the newest messages to this number for this text, not yet known as another page's."""
        try:
            recent = _within(
                self._longest,
                lambda: self._client.messages.list(to=message.address, limit=_LISTED, page_size=_LISTED),
            )
            for found in recent:
                created = found.date_created
                fits = found.body == message.text and found.sid not in besides
                if fits and created is not None and created >= since - _SKEW:
                    return _accepted(found.sid, found.status)
        except Exception:  # noqa: BLE001 - no answer, whatever the reason, is not a no
            return Ambiguous()
        return NotThere()


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """What the call gives or raises, or `TimeoutError`. The SDK's limit is for each read: a carrier that
    lets its answer trickle would hold a process beyond its lease."""
    ended: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((call(), None))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            ended.put((None, error))

    Thread(target=run, daemon=True, name="carrier-call").start()
    try:
        given, error = ended.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return given


def _accepted(sid: Any, status: Any) -> Accepted | Ambiguous:
    if not isinstance(sid, str) or not sid:
        return Ambiguous()
    return Accepted(sid, STATES.get(str(status), PageState.ACCEPTED))


def _rejected(refusal: TwilioRestException, codes: Mapping[str, Refusal]) -> SendOutcome:
    code = str(refusal.code or "")
    if refusal.status == 429:
        return Rejected(Refusal.THROTTLED, code)
    if refusal.status >= 500:
        return Ambiguous()
    return Rejected(codes.get(code, Refusal.CONTENT), code)


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection came about at all, so that the carrier certainly has nothing."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)
