"""Mail to a pager gateway, by SMTP. Nobody takes a case by mail: it says only that one waits."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from service.domain.delivery import Accepted, Ambiguous, Lookup, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.usecases.ports import OutboundMessage

_SUBJECT = "Goldenhour"


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `security`: none, starttls or tls."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


class SmtpEmail:
    """Hands messages to one relay. `timeout`: seconds for each step. `codes`: what its reply codes mean."""

    def __init__(self, relay: Relay, timeout: float, codes: Mapping[str, Refusal]) -> None:
        self._relay = relay
        self._timeout = timeout
        self._codes = codes

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Hand it over. Until the relay has the text it certainly has nothing; from there on it may."""
        try:
            session = self._connect()
        except smtplib.SMTPResponseException as refused:
            return self._rejected(refused.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Rejected(Refusal.UNREACHABLE)
        try:
            return self._hand_over(session, message)
        finally:
            session.close()

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """A relay cannot be asked: what it may not have is sent again, a few times, with the same code."""
        return Ambiguous()

    def _connect(self) -> smtplib.SMTP:
        relay, context = self._relay, ssl.create_default_context()
        if relay.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, timeout=self._timeout, context=context
            )
        else:
            session = smtplib.SMTP(relay.host, relay.port, timeout=self._timeout)
        try:
            if relay.security == "starttls":
                session.starttls(context=context)
            if relay.user:
                session.login(relay.user, relay.password)
            else:
                session.ehlo_or_helo_if_needed()
        except BaseException:
            session.close()
            raise
        return session

    def _hand_over(self, session: smtplib.SMTP, message: OutboundMessage) -> SendOutcome:
        try:
            code, _ = session.mail(self._relay.sender)
            if code == 250:
                code, _ = session.rcpt(message.address)
            if code not in {250, 251}:
                return self._rejected(code)
        except (OSError, smtplib.SMTPException):
            return Rejected(Refusal.UNREACHABLE)
        try:
            code, _ = session.data(self._written(message).as_bytes())
        except smtplib.SMTPDataError as refused:
            return self._rejected(refused.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Ambiguous()
        return Accepted(str(message.reference)) if code == 250 else self._rejected(code)

    def _written(self, message: OutboundMessage) -> EmailMessage:
        written = EmailMessage()
        written["From"] = self._relay.sender
        written["To"] = message.address
        written["Subject"] = _SUBJECT
        written["Message-ID"] = f"<{message.reference}@{self._relay.sender.partition('@')[2]}>"
        written["Auto-Submitted"] = "auto-generated"
        written.set_content(message.text)
        return written

    def _rejected(self, code: int) -> Rejected:
        """By its code; else a 4xx is a matter of now, and a 5xx of this message."""
        default = Refusal.THROTTLED if 400 <= code < 500 else Refusal.CONTENT
        return Rejected(self._codes.get(str(code), default), str(code))
