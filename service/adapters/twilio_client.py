"""Twilio's SDK with the time limits that it lacks, and what its refusals mean."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from service.adapters.http_errors import never_left
from service.domain.delivery import Ambiguous, Rejected, SendOutcome
from service.domain.refusals import Refusal

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs numbers and texts at INFO


class _Http(TwilioHttpClient):
    """The SDK's own client, pointed at the configured address and with a time limit on every call."""

    def __init__(self, api_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._api_url = api_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        ours = url.replace("https://api.twilio.com", self._api_url, 1)
        return super().request(method, ours, *args, **kwargs)


class TwilioClient:
    """One account. `codes`: what Twilio's error codes mean."""

    def __init__(
        self, account_sid: str, auth_token: str, api_url: str, timeout: float, codes: Mapping[str, Refusal]
    ) -> None:
        self.api = Client(account_sid, auth_token, http_client=_Http(api_url, timeout))
        self._longest = 2 * timeout  # to connect, and then to answer
        self._codes = codes

    def create(self, call: Callable[[], SendOutcome]) -> SendOutcome:
        """What a create comes to. What Twilio says or fails to say ends here."""
        try:
            outcome: SendOutcome = self.within_limits(call)
        except TwilioRestException as refusal:
            return self._rejected(refusal)
        except requests.RequestException as error:
            return Rejected(Refusal.UNREACHABLE) if never_left(error) else Ambiguous()
        except Exception:  # noqa: BLE001 - an answer that makes no sense: it may be on its way
            return Ambiguous()
        return outcome

    def within_limits(self, call: Callable[[], Any]) -> Any:
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
            given, error = ended.get(timeout=self._longest)
        except Empty:
            raise TimeoutError from None
        if error is not None:
            raise error
        return given

    def _rejected(self, refusal: TwilioRestException) -> SendOutcome:
        code = str(refusal.code or "")
        if refusal.status == 429:
            return Rejected(Refusal.THROTTLED, code)
        if refusal.status >= 500:
            return Ambiguous()
        return Rejected(self._codes.get(code, Refusal.CONTENT), code)
