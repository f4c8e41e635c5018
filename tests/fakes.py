"""Fakes at the ports. Each passes the same contract test as the real adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from service.adapters.ical_reader import IcalReader
from service.domain.calendar import CalendarFault, CalendarSource
from service.domain.delivery import Accepted, Ambiguous, Lookup, NotThere, SendOutcome
from service.usecases.ports import OutboundMessage


@dataclass
class FakeCarrier:
    """Takes every message, unless told what comes of the next ones: `outcomes` are used up in order.

    `loses_answers`: takes the next so many messages, but its answer never arrives. `away`: does not answer.
    """

    outcomes: list[SendOutcome] = field(default_factory=list)
    loses_answers: int = 0
    away: bool = False
    received: list[OutboundMessage] = field(default_factory=list)
    taken: dict[str, tuple[OutboundMessage, datetime]] = field(default_factory=dict)
    before_send: Callable[[OutboundMessage], None] = lambda _: None

    def send(self, message: OutboundMessage) -> SendOutcome:
        self.before_send(message)
        if self.away:
            return Ambiguous()
        if self.outcomes:
            return self.outcomes.pop(0)
        accepted = self._take(message)
        if self.loses_answers:
            self.loses_answers -= 1
            return Ambiguous()
        return accepted

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        if self.away:
            return Ambiguous()
        for provider_id, (taken, at) in self.taken.items():
            same = (taken.address, taken.text) == (message.address, message.text)
            if same and provider_id not in besides and at >= since:
                return Accepted(provider_id)
        return NotThere()

    def _take(self, message: OutboundMessage) -> Accepted:
        provider_id = f"SM{len(self.taken):032x}"
        self.taken[provider_id] = (message, datetime.now(UTC))
        self.received.append(message)
        return Accepted(provider_id)


@dataclass
class FakeDoorbell:
    """Remembers what it rang for; `silent` as when Redis is away."""

    silent: bool = False
    rung: list[UUID] = field(default_factory=list)

    def ring(self, page_ids: Iterable[UUID]) -> bool:
        waiting = list(page_ids)
        if self.silent:
            return not waiting
        self.rung += waiting
        return True


@dataclass
class FakeDeadMan:
    """Counts how often it was told that all is well; `away` as when nothing answers."""

    away: bool = False
    heard: int = 0

    def ping(self) -> bool:
        self.heard += not self.away
        return not self.away


class FakeCalendars(IcalReader):
    """Gives what it was told to for every address, and reads it as the real one does."""

    def __init__(self, body: bytes | CalendarFault = CalendarFault.AWAY) -> None:
        self.body = body
        self.fetched = 0
        self.before_fetch: Callable[[], None] = lambda: None

    def fetch(self, source: CalendarSource) -> bytes | CalendarFault:
        self.before_fetch()
        self.fetched += 1
        return self.body
