"""A calendar fetched from a file or over https: only so much, only so long, and no address in any log."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from service.adapters.time_limit import within
from service.domain.calendar import CalendarFault, CalendarSource

logging.getLogger("urllib3").setLevel(logging.WARNING)  # it logs addresses at DEBUG

LARGEST = 5 * 1024 * 1024  # bytes
LONGEST = 10.0  # seconds, for all of it
_REDIRECTS = 5
_CHUNK = 64 * 1024


class IcalFeed:
    """Fetches calendars. Never raises: what went wrong is the answer."""

    def __init__(self, *, largest: int = LARGEST, longest: float = LONGEST) -> None:
        self._largest = largest
        self._longest = longest

    def fetch(self, source: CalendarSource) -> bytes | CalendarFault:
        """The calendar as it stands at its address, or why it could not be had."""
        if not source.address.startswith("https://"):
            return self._file(Path(source.address))
        try:
            return within(self._longest, lambda: self._over_https(source.address))
        except (TimeoutError, requests.Timeout):
            return CalendarFault.TOO_SLOW
        except (requests.RequestException, OSError, ValueError):  # a malformed redirect is a ValueError
            return CalendarFault.AWAY

    def _file(self, path: Path) -> bytes | CalendarFault:
        try:
            with path.open("rb") as stream:
                body = stream.read(self._largest + 1)
        except OSError:
            return CalendarFault.AWAY
        return CalendarFault.TOO_LARGE if len(body) > self._largest else body

    def _over_https(self, url: str) -> bytes | CalendarFault:
        home = urlsplit(url)
        with requests.Session() as session:
            for _ in range(_REDIRECTS + 1):
                parts = urlsplit(url)
                if parts.scheme != "https":
                    return CalendarFault.REDIRECTED
                session.auth = _auth(parts, home)
                session.cookies.clear()
                with session.get(
                    _bare(parts), stream=True, allow_redirects=False, timeout=self._longest
                ) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["location"])
                        continue
                    return self._body(response)
        return CalendarFault.REDIRECTED

    def _body(self, response: requests.Response) -> bytes | CalendarFault:
        if response.status_code != requests.codes.ok:
            return CalendarFault.REFUSED
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._largest:
                return CalendarFault.TOO_LARGE
        return bytes(body)


class _Nobody(AuthBase):
    """No credentials at all: without this, requests would look for some in the home directory."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _auth(parts: SplitResult, home: SplitResult) -> AuthBase:
    """The credentials of the operator's own address, for that very host and nobody else."""
    if home.username and (parts.hostname, parts.port) == (home.hostname, home.port):
        return HTTPBasicAuth(home.username, home.password or "")
    return _Nobody()


def _bare(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
