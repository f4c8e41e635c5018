"""Pagers by SNPP (RFC 1861), one-way: what the gateway takes is accepted, and never more than that."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import BinaryIO, cast

from service.domain.delivery import Accepted, Ambiguous, Lookup, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.usecases.ports import OutboundMessage

_LONGEST_LINE = 1024
_TAKEN = frozenset({"250", "860", "861", "880", "960"})  # sent, awaiting what we do not ask for, or queued


class _Refused(Exception):
    """The gateway answered with a code that is no yes."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Snpp:
    """One gateway. `timeout`: seconds for each step. `codes`: what its answers mean."""

    def __init__(self, host: str, port: int, timeout: float, codes: Mapping[str, Refusal]) -> None:
        self._address = (host, port)
        self._timeout = timeout
        self._codes = codes

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Hand it over. Until SEND the gateway certainly has nothing; from there on it may."""
        try:
            connection = socket.create_connection(self._address, timeout=self._timeout)
        except OSError:
            return Rejected(Refusal.UNREACHABLE)
        with connection, connection.makefile("rwb") as file:
            stream = cast("BinaryIO", file)
            try:
                self._prepare(stream, message)
            except _Refused as refused:
                return self._rejected(refused)
            except (OSError, ValueError):
                return Rejected(Refusal.UNREACHABLE)
            try:
                _ask(stream, "SEND")
            except _Refused as refused:
                return self._rejected(refused)
            except (OSError, ValueError):
                return Ambiguous()
        return Accepted(str(message.reference))

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """A one-way gateway cannot be asked: it is sent again, a few times, with the same code."""
        return Ambiguous()

    def _prepare(self, stream: BinaryIO, message: OutboundMessage) -> None:
        _answer(stream)  # its greeting
        _ask(stream, f"PAGE {_one_line(message.address)}")
        _ask(stream, f"MESS {_one_line(message.text)}")

    def _rejected(self, refused: _Refused) -> Rejected:
        default = Refusal.PROVIDER if refused.code.startswith("4") else Refusal.CONTENT
        return Rejected(self._codes.get(refused.code, default), refused.code)


def _ask(stream: BinaryIO, line: str) -> None:
    stream.write(f"{line}\r\n".encode("ascii", "replace"))
    stream.flush()
    _answer(stream)


def _answer(stream: BinaryIO) -> None:
    line = stream.readline(_LONGEST_LINE)
    if not line:
        raise OSError("the gateway hung up")
    code = line[:3].decode("ascii", "replace")
    if code not in _TAKEN and code != "220":
        raise _Refused(code)


def _one_line(text: str) -> str:
    """No line end, lest a text become a command."""
    return " ".join(text.split())
