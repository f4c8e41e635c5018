"""The dead-man's switch: an address outside that raises the alarm when it hears nothing."""

from __future__ import annotations

import logging

import requests

log = logging.getLogger(__name__)

_SECONDS = 5.0


class HttpDeadMan:
    """Asks for one address, with nothing in the request. An empty address: there is nobody to tell."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ping(self) -> bool:
        """Tell that all is well; False when that was not heard. Never raises."""
        if not self._url:
            return False
        try:
            answer = requests.get(self._url, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            log.warning("the dead-man's switch did not answer", extra={"reason": type(error).__name__})
            return False
        return answer.ok
