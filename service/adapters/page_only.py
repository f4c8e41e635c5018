"""A carrier that may reach only the addresses on a list: a rehearsal never pages anybody else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.delivery import Lookup, Rejected, SendOutcome
from service.domain.refusals import Refusal
from service.usecases.ports import Carrier, OutboundMessage

MARK = "TEST "


@dataclass(frozen=True, slots=True)
class PageOnly:
    """Whatever passes is marked as a test; whatever does not never reaches the carrier."""

    carrier: Carrier
    allowed: frozenset[str]

    def send(self, message: OutboundMessage) -> SendOutcome:
        if message.address not in self.allowed:
            return Rejected(Refusal.WITHHELD)
        return self.carrier.send(_marked(message))

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        return self.carrier.find(_marked(message), since, besides)


def _marked(message: OutboundMessage) -> OutboundMessage:
    return replace(message, text=MARK + message.text)
