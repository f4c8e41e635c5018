"""The way of an accepted message to the phone, and the reports of it to the customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, Thread

from simulator.account import Account
from simulator.callbacks import Parameters, Signing, post
from simulator.faults import Fault, Kind, Script
from simulator.messages import Message, Messages, Status
from simulator.resource import API_VERSION

_FATES = {Kind.FAILED, Kind.UNDELIVERED, Kind.WAIT_IN_QUEUE}
_VALIDITY_EXPIRED = 30036  # "stays in the queue longer than the ValidityPeriod ... is not sent": failed


@dataclass(frozen=True, slots=True)
class Report:
    """One status callback as it was made: which status of which message, and what our customer answered."""

    sid: str
    status: Status
    http_status: int | None
    attempts: int


@dataclass(slots=True)
class Network:
    """Carries messages, and keeps a record of the callbacks."""

    account: Account
    messages: Messages
    _reports: list[Report] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def transmit(self, message: Message, fate: Fault | None) -> tuple[Message, ...]:
        """Bring a queued message to its end; what it was at each change of status, in order."""
        return tuple(filter(None, self._stages(message, fate)))

    def _stages(self, message: Message, fate: Fault | None) -> Iterator[Message | None]:
        kind = None if fate is None else fate.kind
        if fate is not None and fate.seconds is not None:
            yield self._queue(message, fate.seconds)
        if fate is not None and kind is Kind.FAILED:
            yield self._fail(message, Status.QUEUED, Status.FAILED, fate.code)
        sent = self.messages.change(message.sid, Status.QUEUED, status=Status.SENT, sent=datetime.now(UTC))
        if sent is None:
            return
        yield sent
        if fate is not None and kind is Kind.UNDELIVERED:
            yield self._fail(message, Status.SENT, Status.UNDELIVERED, fate.code)
        else:
            yield self.messages.change(
                message.sid, Status.SENT, status=Status.DELIVERED, reached=datetime.now(UTC)
            )

    def _queue(self, message: Message, seconds: float) -> Message | None:
        """Stay queued; a message only when it left the queue other than by being sent."""
        left = self.messages.wait_while_queued(message.sid, min(seconds, message.validity))
        if left is None or left.status is not Status.QUEUED:
            return left
        if seconds <= message.validity:
            return None
        return self._fail(message, Status.QUEUED, Status.FAILED, _VALIDITY_EXPIRED)

    def _fail(self, message: Message, before: Status, after: Status, code: int | None) -> Message | None:
        return self.messages.change(message.sid, before, status=after, error_code=code)

    def report(self, stages: tuple[Message, ...], script: Script) -> None:
        """Make the callbacks for these stages, one after the other, as the script spoils them."""
        if script.has(Kind.NO_CALLBACK):
            return
        ordered = stages[::-1] if script.has(Kind.REORDERED_CALLBACKS) else stages
        times = 2 if script.has(Kind.DUPLICATE_CALLBACKS) else 1
        for stage in ordered:
            for _ in range(times):
                self._call_back(stage, script)

    def _call_back(self, stage: Message, script: Script) -> None:
        if stage.callback is None or not self.messages.knows(stage.sid):
            return
        posted = post(stage.callback, self._parameters(stage, script), self.account.token, signing_of(script))
        with self._lock:
            self._reports.append(Report(stage.sid, stage.status, posted.http_status, posted.attempts))

    def _parameters(self, stage: Message, script: Script) -> Parameters:
        parameters = [
            ("MessageSid", stage.sid),
            ("SmsSid", stage.sid),
            ("AccountSid", self.account.sid),
            ("MessageStatus", stage.status.value),
            ("SmsStatus", stage.status.value),
            ("To", stage.recipient),
            ("From", stage.sender),
            ("ApiVersion", API_VERSION),
        ]
        if stage.error_code is not None:
            parameters.append(("ErrorCode", str(stage.error_code)))
        if script.has(Kind.EXTRA_PARAMETERS):
            parameters += [("RawDlrDoneDate", f"{stage.updated:%y%m%d%H%M}"), ("NotYetDocumented", "1")]
        if script.has(Kind.REPEATED_PARAMETERS):
            parameters += [("Tag", "second"), ("Tag", "first"), ("Tag", "first")]
        return parameters

    def reports(self) -> tuple[Report, ...]:
        """Every status callback made since the last reset."""
        with self._lock:
            return tuple(self._reports)

    def reset(self) -> None:
        """Forget the callbacks."""
        with self._lock:
            self._reports.clear()


@dataclass(frozen=True, slots=True)
class Journey:
    """One accepted message under way with what goes wrong on it."""

    network: Network
    message: Message
    script: Script
    _stages: list[Message] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """Whose it is."""
        return self.message.phone

    def begin(self) -> None:
        """Transmit now, unless it has to wait in the queue first: then there is nothing to report yet."""
        if not self.script.has(Kind.WAIT_IN_QUEUE):
            self._stages.extend(self._transmit())

    def finish(self) -> None:
        """Report what `begin` did, after doing what it left."""
        self.network.report(tuple(self._stages) or self._transmit(), self.script)

    def finish_in_background(self) -> None:
        """As `finish`, while the request is being answered."""
        Thread(target=self.finish, daemon=True).start()

    def _transmit(self) -> tuple[Message, ...]:
        return self.network.transmit(self.message, self.script.find(_FATES))


def signing_of(script: Script) -> Signing:
    """How the webhooks of a script are signed."""
    if script.has(Kind.UNSIGNED_CALLBACK):
        return Signing.NONE
    return Signing.WRONG if script.has(Kind.BAD_SIGNATURE) else Signing.RIGHT
