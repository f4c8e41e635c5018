"""An SMTP server in front of a pager gateway: it takes mail, or does with it what it was told to."""

from __future__ import annotations

import socketserver
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from threading import Lock

from simulator.faults import FaultBook, Kind, Script

_LONGEST_LINE = 4096
_LARGEST = 100_000  # bytes of one message


@dataclass(frozen=True, slots=True)
class Mail:
    """One message that was taken."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: datetime


@dataclass(slots=True)
class Mails:
    """All that were taken, in order."""

    _lock: Lock = field(default_factory=Lock)
    _taken: list[Mail] = field(default_factory=list)

    def take(self, sender: str, recipient: str, body: bytes) -> None:
        """Take one as it was sent."""
        parsed = message_from_bytes(body, policy=default)
        text = parsed.get_content().strip() if parsed.get_content_maintype() == "text" else ""
        mail = Mail(
            message_id=str(parsed["Message-ID"] or ""),
            sender=sender,
            recipient=recipient,
            subject=str(parsed["Subject"] or ""),
            text=text,
            at=datetime.now(UTC),
        )
        with self._lock:
            self._taken.append(mail)

    def all(self) -> tuple[Mail, ...]:
        """Every message, oldest first."""
        with self._lock:
            return tuple(self._taken)

    def reset(self) -> None:
        """Forget them."""
        with self._lock:
            self._taken.clear()


class MailServer(socketserver.ThreadingTCPServer):
    """Serves SMTP (RFC 5321) without extensions. What goes wrong is scripted by the recipient's address:
    `reject` answers with its code, `rate_limit_429` with 451, `accept_then_drop` takes it and hangs up."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host: str, port: int, mails: Mails, faults: FaultBook) -> None:
        self.mails = mails
        self.faults = faults
        super().__init__((host, port), _Session)


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._sender, self._recipient, self._script = "", "", Script()
        self._reply(220, "mail simulator")
        verbs: dict[str, Callable[[str], bool]] = {
            "EHLO": self._hello,
            "HELO": self._hello,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._well,
            "NOOP": self._well,
            "QUIT": self._quit,
        }
        going = True
        while going:
            line = self.rfile.readline(_LONGEST_LINE).decode("latin-1").strip()
            if not line:
                return
            verb = verbs.get(line[:4].upper())
            going = self._unknown() if verb is None else verb(line)

    def _reply(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())

    def _hello(self, _line: str) -> bool:
        self._reply(250, "well met")
        return True

    def _well(self, _line: str) -> bool:
        self._reply(250, "OK")
        return True

    def _unknown(self) -> bool:
        self._reply(500, "unknown command")
        return True

    def _quit(self, _line: str) -> bool:
        self._reply(221, "goodbye")
        return False

    def _mail(self, line: str) -> bool:
        self._sender = _address(line)
        return self._well(line)

    def _rcpt(self, line: str) -> bool:
        self._recipient = _address(line)
        self._script = self.server.faults.take(self._recipient)
        refused = self._script.find([Kind.REJECT])
        if refused is not None and refused.code is not None:
            self._reply(refused.code, "refused")
        elif self._script.has(Kind.RATE_LIMIT_429):
            self._reply(451, "try again later")
        else:
            self._reply(250, "OK")
        return True

    def _data(self, _line: str) -> bool:
        self._reply(354, "go on")
        body = bytearray()
        while len(body) < _LARGEST:
            line = self.rfile.readline(_LONGEST_LINE)
            if line in {b".\r\n", b""}:
                break
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        if self._script.has(Kind.ERROR_500_BEFORE_ACCEPTING):
            return False
        self.server.mails.take(self._sender, self._recipient, bytes(body))
        if self._script.has(Kind.ACCEPT_THEN_DROP):
            return False
        self._reply(250, "queued")
        return True


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
