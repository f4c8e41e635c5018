"""Pagers by WCTP 1.3: a message with choices out, and the choice that somebody presses back."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree as ET  # nosec B405

import requests
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service.adapters.http_errors import never_left
from service.domain.delivery import Accepted, Ambiguous, Lookup, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.usecases.ports import OutboundMessage, PagerChoice

# ElementTree writes; what comes in is read by defusedxml.
_VERSION = "wctp-dtd-v1r3"
_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE wctp-Operation SYSTEM "http://dtd.wctp.org/wctp-dtd-v1r3.dtd">'
_CHOICES = {"Accept": Act.TAKE, "Pass": Act.PASS_ON}
_LARGEST = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class WctpHost:
    """Where messages are submitted, and as whom. The code is also what its replies must carry."""

    url: str
    sender: str
    code: str = field(repr=False)


class Wctp:
    """One host. `timeout`: seconds to connect and for each read. `codes`: what its failures mean."""

    def __init__(self, host: WctpHost, timeout: float, codes: Mapping[str, Refusal]) -> None:
        self._host = host
        self._timeout = timeout
        self._codes = codes

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Submit it with its reference as the message's id."""
        try:
            answer = requests.post(
                self._host.url,
                data=_DOCTYPE + ET.tostring(self._request(message)),
                headers={"Content-Type": "text/xml"},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Rejected(Refusal.UNREACHABLE) if never_left(error) else Ambiguous()
        return self._outcome(message, answer.content)

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """A host cannot be asked: it is sent again, a few times, with the same code."""
        return Ambiguous()

    def _request(self, message: OutboundMessage) -> ET.Element:
        operation = ET.Element("wctp-Operation", {"wctpVersion": _VERSION})
        request = ET.SubElement(operation, "wctp-SubmitRequest")
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        header = ET.SubElement(request, "wctp-SubmitHeader", {"submitTimestamp": now})
        sender = {"senderID": self._host.sender, "securityCode": self._host.code}
        ET.SubElement(header, "wctp-Originator", sender)
        control = {"messageID": str(message.reference), "allowResponse": "true", "deliveryPriority": "HIGH"}
        ET.SubElement(header, "wctp-MessageControl", {**control, "preformatted": "true"})
        ET.SubElement(header, "wctp-Recipient", {"recipientID": message.address})
        choices = ET.SubElement(ET.SubElement(request, "wctp-Payload"), "wctp-MCR")
        ET.SubElement(choices, "wctp-MessageText").text = message.text
        for choice in _CHOICES:
            ET.SubElement(choices, "wctp-Choice").text = choice
        return operation

    def _outcome(self, message: OutboundMessage, document: bytes) -> SendOutcome:
        root = _read(document)
        if root is None:
            return Ambiguous()
        if root.find(".//wctp-Success") is not None:
            return Accepted(str(message.reference))
        failure = root.find(".//wctp-Failure")
        if failure is None:
            return Ambiguous()
        code = failure.get("errorCode", "")
        return Rejected(self._codes.get(code, Refusal.CONTENT), code[:8])


@dataclass(frozen=True, slots=True)
class WctpReplies:
    """Reads what the host posts back. `code`: what it must carry; empty: nothing is believed."""

    code: str = field(repr=False)

    def is_genuine(self, body: bytes) -> bool:
        """Whether the body carries the host's own code."""
        root = _read(body)
        originator = None if root is None else root.find(".//wctp-Originator")
        given = "" if originator is None else originator.get("securityCode", "")
        return bool(self.code) and hmac.compare_digest(given.encode(), self.code.encode())

    def choice(self, body: bytes) -> PagerChoice | None:
        """The choice that somebody pressed; None for whatever else is told, delivered and read included."""
        root = _read(body)
        reply = None if root is None else root.find("wctp-MessageReply")
        header = None if reply is None else reply.find("wctp-ResponseHeader")
        if reply is None or header is None or reply.get("MCRMessageReply") != "true":
            return None
        act = _CHOICES.get((reply.findtext("wctp-Payload/wctp-Alphanumeric") or "").strip())
        control = header.find("wctp-MessageControl")
        reply_id = "" if control is None else control.get("messageID", "")
        try:
            page_id = UUID(header.get("responseToMessageID", ""))
        except ValueError:
            return None
        return None if act is None or not reply_id else PagerChoice(page_id, act, f"wctp {reply_id[:80]}")


def _read(document: bytes) -> ET.Element | None:
    """The document, with its DTD never loaded and its entities refused; None when it cannot be read."""
    if len(document) > _LARGEST:
        return None
    try:
        root: ET.Element = fromstring(document, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ET.ParseError, DefusedXmlException, ValueError):
        return None
    return root
