"""One message over HTTP, and what its answer means for it."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from random import SystemRandom
from typing import Any
from urllib.parse import urlsplit

_PATH = "/v1/first-contacts"
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 15.0
_MOST_BYTES = 1 << 20
_LONGEST_RETRY = 60.0  # seconds; whatever a proxy says, somebody may be waiting to be heard

# What the service says of a body. Nothing else is a refusal: a proxy's 404 must not take a message away.
_REFUSALS = {400, 409, 410, 413, 415, 422}
# What holds for every message alike. What is not named here may be about this one alone, and others go on.
_OF_THE_SERVICE = {401, 404, 405, 408, 425, 429, 502, 503}


_random = SystemRandom()


class Verdict(Enum):
    """What becomes of a message."""

    TAKEN = "taken"
    REFUSED = "refused"
    AWAY = "away"  # everything waits
    STUCK = "stuck"  # it and what follows it of its contact wait


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one attempt. `why` holds a status or the type of an error. `status` is 0 without an
    answer. `retry_after` is in seconds, if the answer says it."""

    verdict: Verdict
    why: str = ""
    status: int = 0
    retry_after: float | None = None
    problem: Mapping[str, Any] = field(default_factory=dict)


class Wire:
    """Posts to one address, over one connection that is kept. For one thread.

    `ValueError` for an address or a key that cannot be one: https, or http on this machine alone unless
    `insecure`. `cafile` names the certificates that are believed in place of the machine's own.
    """

    def __init__(self, url: str, key: str, *, cafile: str | None = None, insecure: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise ValueError("the url must be https://host, with a port and a path if need be")
        if parts.scheme == "http" and not insecure and not _is_loopback(parts.hostname):
            raise ValueError("http:// would show what is sent to everybody on the way: use https://")
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError("the key must be printable ASCII")
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + _PATH
        self._tls = ssl.create_default_context(cafile=cafile) if parts.scheme == "https" else None
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Prefer": "return=minimal",  # no judgement comes back to a screen in the room
            "User-Agent": "goldenhour-client/0.1.0",
        }
        self._connection: http.client.HTTPConnection | None = None

    def post(self, contact_id: str, body: bytes) -> Reply:
        """Send a message, and say what came of it. Never raises for what the network or the service does."""
        kept = self._connection is not None
        reply = self._post(contact_id, body)
        if kept and not reply.status:  # the service may have closed it long ago
            reply = self._post(contact_id, body)
        return reply

    def close(self) -> None:
        """Give the connection up; the next message opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, contact_id: str, body: bytes) -> Reply:
        try:
            connection = self._connected()
        except OSError as error:
            return Reply(Verdict.AWAY, type(error).__name__)
        try:
            connection.request("POST", self._path, body, self._headers)
            response = connection.getresponse()
            content = response.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Reply(Verdict.STUCK, type(error).__name__)
        if response.will_close or not response.isclosed():
            self.close()
        return understood(response.status, content, contact_id, response.getheader("Retry-After", ""))

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None:
            return self._connection
        connection = (
            http.client.HTTPConnection(self._host, self._port, timeout=_CONNECT_SECONDS)
            if self._tls is None
            else http.client.HTTPSConnection(
                self._host, self._port, timeout=_CONNECT_SECONDS, context=self._tls
            )
        )
        connection.connect()
        connection.sock.settimeout(_READ_SECONDS)
        self._connection = connection
        return connection


def understood(status: int, content: bytes, contact_id: str, retry_after: str = "") -> Reply:
    """What an answer means. One that is not the service's own, of a proxy or a login page, takes nothing."""
    why, said = f"HTTP {status}", _object(content)
    if 200 <= status < 300:
        ours = said.get("contact_id") == contact_id
        return Reply(Verdict.TAKEN, status=status) if ours else Reply(Verdict.AWAY, "not the service", status)
    if status in _REFUSALS and str(said.get("type", "")).startswith("/problems/"):
        return Reply(Verdict.REFUSED, why, status, problem=said)
    is_away = status in _OF_THE_SERVICE or status in _REFUSALS or status < 400
    verdict = Verdict.AWAY if is_away else Verdict.STUCK
    return Reply(verdict, why, status, _seconds(retry_after))


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(value: str) -> float | None:
    """Seconds, and a little more: others may have been told the same."""
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(timezone.utc)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), _LONGEST_RETRY) * _random.uniform(1, 1.25)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
