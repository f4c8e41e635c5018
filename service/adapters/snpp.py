"""Pagers by SNPP (RFC 1861): one-way, or two-way where the gateway speaks level 3. A message that is taken or
read takes no case; on a two-way pager a choice does, and the gateway has to be asked for it."""

from __future__ import annotations

import math
import re
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, cast

from service.domain.delivery import Accepted, Ambiguous, Lookup, PageState, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.usecases.ports import OutboundMessage, PagerNews

TWO_WAY = 3
"""The level from which a gateway has pagers that answer."""

_LONGEST_LINE = 1024
_CHOICES = (("Accept", Act.TAKE), ("Pass", Act.PASS_ON))  # as the numbers 1 and 2
_READY = frozenset({"220"})
_WELL = frozenset({"250"})
_THERE = frozenset({"850", "950"})  # a two-way pager that is on, or whose message will wait for it
_TAKEN = frozenset({"250", "860", "861", "870", "880", "881", "960"})
_ON_THE_PAGER = frozenset({"860", "861", "870", "880", "881"})
_NOT_TWO_WAY = "550"
_ANSWERED = "888"
_EXPIRED = "780"
_TAG = re.compile(r"([!-~]{1,40}) ([!-~]{1,40})(?: |$)")


@dataclass(frozen=True, slots=True)
class SnppGateway:
    """Where messages are handed over, up to which level of the protocol, and as whom, where it asks."""

    host: str
    port: int
    level: int = 1
    user: str = ""
    password: str = field(default="", repr=False)


class _Refused(Exception):
    """The gateway answered with a code that is no yes."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Snpp:
    """One gateway. `timeout`: seconds for each step. `codes`: what its answers mean."""

    def __init__(self, gateway: SnppGateway, timeout: float, codes: Mapping[str, Refusal]) -> None:
        self._gateway = gateway
        self._timeout = timeout
        self._codes = codes

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Hand it over. Until SEND the gateway certainly has nothing; from there on it may."""
        try:
            with self._connected() as stream:
                return self._handed_over(stream, message)
        except OSError:
            return Rejected(Refusal.UNREACHABLE)

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """It can only be asked by a tag that we have not got: the message is sent again, with its code."""
        return Ambiguous()

    def ask(self, provider_id: str) -> PagerNews | None:
        """What became of a message on a two-way pager; None when the gateway does not answer."""
        try:
            with self._connected() as stream:
                _expect(_answer(stream), _READY)
                self._log_in(stream)
                return _news(provider_id, _say(stream, f"MSTA {provider_id}"))
        except _Refused:
            return PagerNews()
        except (OSError, ValueError):
            return None

    @contextmanager
    def _connected(self) -> Iterator[BinaryIO]:
        address = (self._gateway.host, self._gateway.port)
        connection = socket.create_connection(address, timeout=self._timeout)
        with connection, connection.makefile("rwb") as stream:
            yield cast("BinaryIO", stream)

    def _handed_over(self, stream: BinaryIO, message: OutboundMessage) -> SendOutcome:
        try:
            self._prepare(stream, message)
        except _Refused as refused:
            return self._rejected(refused)
        except (OSError, ValueError):
            return Rejected(Refusal.UNREACHABLE)
        try:
            code, rest = _say(stream, "SEND")
            _expect((code, rest), _TAKEN)
        except _Refused as refused:
            return self._rejected(refused)
        except (OSError, ValueError):
            return Ambiguous()
        tag = _TAG.match(rest) if code != "250" else None
        provider_id = str(message.reference) if tag is None else f"{tag[1]} {tag[2]}"
        return Accepted(provider_id, PageState.DELIVERED if code in _ON_THE_PAGER else PageState.ACCEPTED)

    def _prepare(self, stream: BinaryIO, message: OutboundMessage) -> None:
        _expect(_answer(stream), _READY)
        self._log_in(stream)
        page = f"PAGE {_one_line(message.address)}"
        two_way = self._gateway.level >= TWO_WAY and _say(stream, "2WAY")[0] in _WELL
        answer = _say(stream, page)
        if two_way and answer[0] == _NOT_TWO_WAY:  # it may be one that only tells
            two_way = False
            _expect(_say(stream, "RESE"), _WELL)
            answer = _say(stream, page)
        _expect(answer, _THERE | _WELL)
        if self._gateway.level > 1:
            _say(stream, "LEVE 0")  # priority; a gateway that does not know it sends it as any other
        if two_way:
            _say(stream, f"EXPT {max(1, math.ceil(message.valid_for.total_seconds() / 3600))}")
            for number, (choice, _) in enumerate(_CHOICES, start=1):
                _say(stream, f"MCRE {number} {choice}")
        _expect(_say(stream, f"MESS {_one_line(message.text)}"), _WELL)

    def _log_in(self, stream: BinaryIO) -> None:
        if self._gateway.user:
            login = f"LOGI {self._gateway.user} {self._gateway.password}".strip()
            _expect(_say(stream, login), _WELL)

    def _rejected(self, refused: _Refused) -> Rejected:
        default = Refusal.PROVIDER if refused.code.startswith("4") else Refusal.CONTENT
        return Rejected(self._codes.get(refused.code, default), refused.code)


def _news(provider_id: str, answer: tuple[str, str]) -> PagerNews:
    code, rest = answer
    if code == _ANSWERED:
        chosen = rest.split()[2:3]
        number = int(chosen[0]) if chosen and chosen[0].isascii() and chosen[0].isdigit() else 0
        act = _CHOICES[number - 1][1] if 1 <= number <= len(_CHOICES) else None
        return PagerNews(PageState.DELIVERED, act, f"snpp {provider_id} {number}")
    if code == _EXPIRED:
        return PagerNews(PageState.UNDELIVERED, refusal=Refusal.OUT_OF_REACH)
    return PagerNews(PageState.DELIVERED if code in _ON_THE_PAGER else None)


def _say(stream: BinaryIO, line: str) -> tuple[str, str]:
    stream.write(f"{line}\r\n".encode("ascii", "replace"))
    stream.flush()
    return _answer(stream)


def _answer(stream: BinaryIO) -> tuple[str, str]:
    """Its code, and the rest of the line."""
    line = stream.readline(_LONGEST_LINE)
    if not line:
        raise OSError("the gateway hung up")
    text = line.decode("ascii", "replace").strip()
    return text[:3], text[4:]


def _expect(answer: tuple[str, str], codes: frozenset[str]) -> None:
    if answer[0] not in codes:
        raise _Refused(answer[0])


def _one_line(text: str) -> str:
    """No line end, lest a text become a command."""
    return " ".join(text.split())
