"""Pagers: an SNPP server (RFC 1861, levels 1 to 3) and a WCTP 1.3 host; two-way pagers can answer."""

from __future__ import annotations

import socketserver
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from xml.etree import ElementTree as ET

import requests

from simulator.faults import FaultBook, Kind, Script

_LONGEST_LINE = 4096
_SNPP = "snpp"
_ONE_WAY = "5553"  # so the numbers of one-way pagers begin
_SECOND_TAG = "4711"
_EXPIRED = "(expired)"
_ANSWER_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class PagerMessage:
    """One message on a pager. `choices` can be answered with, on a two-way one."""

    message_id: str
    pager: str
    text: str
    at: datetime
    over: str
    choices: tuple[str, ...] = ()
    answered: str = ""


@dataclass(slots=True)
class Pagers:
    """All messages, in order, and the way back for those that can answer."""

    webhook_url: str = ""
    security_code: str = field(default="", repr=False)
    _lock: Lock = field(default_factory=Lock)
    _taken: list[PagerMessage] = field(default_factory=list)

    def take(self, message: PagerMessage) -> None:
        """A message is on its pager."""
        with self._lock:
            self._taken.append(message)

    def all(self) -> tuple[PagerMessage, ...]:
        """Every message, oldest first."""
        with self._lock:
            return tuple(self._taken)

    def reset(self) -> None:
        """Forget them."""
        with self._lock:
            self._taken.clear()

    def answer(self, message_id: str, choice: str, times: int = 1) -> list[int | None]:
        """Press a choice; what our customer answered to the reply, posted so many times. By SNPP nothing is
        posted: the customer has to ask."""
        with self._lock:
            at = next(at for at, taken in enumerate(self._taken) if taken.message_id == message_id)
            self._taken[at] = replace(self._taken[at], answered=choice)
            if self._taken[at].over == _SNPP:
                return []
        return [self._post(self._reply(message_id, choice)) for _ in range(times)]

    def find(self, message_id: str) -> PagerMessage | None:
        """One message."""
        return next((taken for taken in self.all() if taken.message_id == message_id), None)

    def notify(self, message_id: str, kind: str) -> int | None:
        """Tell that a message is QUEUED, DELIVERED or READ; what our customer answered."""
        operation, header = self._response("wctp-StatusInfo", message_id)
        ET.SubElement(header, "wctp-Notification", {"type": kind})
        return self._post(operation)

    def _reply(self, message_id: str, choice: str) -> ET.Element:
        operation, header = self._response("wctp-MessageReply", message_id)
        header.set("MCRMessageReply", "true")
        payload = ET.SubElement(header, "wctp-Payload")
        ET.SubElement(payload, "wctp-Alphanumeric").text = choice
        return operation

    def _response(self, name: str, message_id: str) -> tuple[ET.Element, ET.Element]:
        operation = ET.Element("wctp-Operation", {"wctpVersion": "wctp-dtd-v1r3"})
        body = ET.SubElement(operation, name)
        stamp = {"responseTimestamp": datetime.now(UTC).isoformat(timespec="seconds")}
        header = ET.SubElement(body, "wctp-ResponseHeader", {**stamp, "responseToMessageID": message_id})
        ET.SubElement(header, "wctp-Originator", {"senderID": "host", "securityCode": self.security_code})
        ET.SubElement(header, "wctp-MessageControl", {"messageID": f"reply-{message_id}"})
        return operation, body

    def _post(self, operation: ET.Element) -> int | None:
        doctype = (
            b'<?xml version="1.0"?><!DOCTYPE wctp-Operation SYSTEM "http://dtd.wctp.org/wctp-dtd-v1r3.dtd">'
        )
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    self.webhook_url,
                    data=doctype + ET.tostring(operation),
                    headers={"Content-Type": "text/xml"},
                    timeout=_ANSWER_SECONDS,
                )
        except requests.RequestException:
            return None
        return answer.status_code


def submit(pagers: Pagers, document: bytes, script: Callable[[str], Script]) -> tuple[bytes, Script]:
    """Take a `wctp-SubmitRequest`; the answer, and what was to go wrong with it."""
    root = ET.fromstring(document)  # noqa: S314 - our own service's
    header = root.find("wctp-SubmitRequest/wctp-SubmitHeader")
    payload = root.find("wctp-SubmitRequest/wctp-Payload")
    if header is None or payload is None:
        return _failure("302", "XML invalid"), Script()
    recipient = _attribute(header, "wctp-Recipient", "recipientID")
    wrong = script(recipient)
    refused = wrong.find([Kind.REJECT])
    if refused is not None:
        return _failure(str(refused.code), "refused"), wrong
    if wrong.has(Kind.RATE_LIMIT_429):
        return _failure("602", "too many at once"), wrong
    if wrong.has(Kind.ERROR_500_BEFORE_ACCEPTING):
        return b"", wrong
    text = payload.findtext("wctp-MCR/wctp-MessageText") or payload.findtext("wctp-Alphanumeric") or ""
    choices = tuple(choice.text or "" for choice in payload.findall("wctp-MCR/wctp-Choice"))
    message_id = _attribute(header, "wctp-MessageControl", "messageID")
    pagers.take(PagerMessage(message_id, recipient, text, datetime.now(UTC), "wctp", choices))
    return _confirmation("wctp-Success", successCode="200", successText="Accepted"), wrong


def _attribute(header: ET.Element, name: str, attribute: str) -> str:
    element = header.find(name)
    return "" if element is None else element.get(attribute, "")


def _failure(code: str, text: str) -> bytes:
    return _confirmation("wctp-Failure", errorCode=code, errorText=text)


def _confirmation(name: str, **attributes: Any) -> bytes:
    operation = ET.Element("wctp-Operation", {"wctpVersion": "wctp-dtd-v1r3"})
    ET.SubElement(ET.SubElement(operation, "wctp-Confirmation"), name, attributes)
    return b'<?xml version="1.0"?>' + ET.tostring(operation)


class SnppServer(socketserver.ThreadingTCPServer):
    """Serves SNPP levels 1 to 3; two-way after 2WAY. Faults are scripted by the pager's number: `reject`
    answers PAGE with its code, `rate_limit_429` answers SEND with 554, `accept_then_drop` hangs up after it
    took it, `undelivered` lets a two-way message expire. A pager whose number begins with 5553 is one-way."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host: str, port: int, pagers: Pagers, faults: FaultBook) -> None:
        self.pagers = pagers
        self.faults = faults
        super().__init__((host, port), _Session)


class _Session(socketserver.StreamRequestHandler):
    server: SnppServer

    def handle(self) -> None:
        self._pager, self._text, self._script = "", "", Script()
        self._two_way, self._choices = False, dict[str, str]()
        self._asked_again = False
        self._reply("220 SNPP pager simulator")
        verbs = {
            "PAGE": self._page,
            "MESS": self._mess,
            "2WAY": self._both_ways,
            "LOGI": self._well,
            "LEVE": self._well,
            "EXPT": self._well,
            "MCRE": self._choice,
            "MSTA": self._status,
            "HOLD": self._well,
            "RESE": self._reset,
            "SEND": self._send,
            "QUIT": self._quit,
        }
        going = True
        while going:
            line = self.rfile.readline(_LONGEST_LINE).decode("latin-1").strip()
            if not line:
                return
            going = verbs.get(line[:4].upper(), self._unknown)(line[4:].strip())

    def _reply(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def _well(self, _rest: str) -> bool:
        return self._reply("250 OK")

    def _unknown(self, _rest: str) -> bool:
        return self._reply("500 not implemented")

    def _quit(self, _rest: str) -> bool:
        self._reply("221 OK, Goodbye")
        return False

    def _reset(self, _rest: str) -> bool:
        self._two_way, self._choices, self._asked_again = False, {}, True
        return self._reply("250 Reset")

    def _both_ways(self, _rest: str) -> bool:
        self._two_way = True
        return self._reply("250 OK, two-way")

    def _choice(self, rest: str) -> bool:
        number, _, choice = rest.partition(" ")
        self._choices[number] = choice
        return self._reply("250 OK")

    def _status(self, rest: str) -> bool:
        tag, _, code = rest.partition(" ")
        taken = self.server.pagers.find(tag)
        if taken is None or code != _SECOND_TAG:
            return self._reply("550 unknown tag")
        if taken.answered == _EXPIRED:
            return self._reply(f"780 {rest} Message expired before delivery")
        if taken.answered in taken.choices:
            number = taken.choices.index(taken.answered) + 1
            return self._reply(f"888 {tag} {datetime.now(UTC):%Y%m%d%H%M%S} {number} MCR Reply Received")
        return self._reply(f"861 {rest} Delivered, Awaiting Reply (MCR)")

    def _page(self, rest: str) -> bool:
        self._pager = rest.partition(" ")[0]
        if not self._asked_again:
            self._script = self.server.faults.take(self._pager)
        refused = self._script.find([Kind.REJECT])
        if refused is not None:
            return self._reply(f"{refused.code} refused")
        if self._two_way and self._pager.startswith(_ONE_WAY):
            return self._reply("550 not a two-way pager")
        return self._reply("850 Pager is online" if self._two_way else "250 Pager ID Accepted")

    def _mess(self, rest: str) -> bool:
        self._text = rest
        return self._reply("250 Message OK")

    def _send(self, _rest: str) -> bool:
        if self._script.has(Kind.ERROR_500_BEFORE_ACCEPTING):
            return False
        if self._script.has(Kind.RATE_LIMIT_429):
            return self._reply("554 busy")
        tag, choices = f"snpp-{len(self.server.pagers.all())}", tuple(self._choices.values())
        answered = _EXPIRED if self._script.has(Kind.UNDELIVERED) else ""
        self.server.pagers.take(
            PagerMessage(tag, self._pager, self._text, datetime.now(UTC), _SNPP, choices, answered)
        )
        if self._script.has(Kind.ACCEPT_THEN_DROP):
            return False
        return self._reply(f"960 {tag} {_SECOND_TAG} OK, queued" if self._two_way else "250 Message Sent")
