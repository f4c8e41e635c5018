"""Why a carrier does not bring a page, in our own words, and what follows, as `policy/carriers.yaml` says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.channel import Channel


class Refusal(StrEnum):
    """Why a page did not, or will not, arrive."""

    BAD_ADDRESS = "bad_address"
    OPTED_OUT = "opted_out"
    OUT_OF_REACH = "out_of_reach"
    FILTERED = "filtered"
    CONTENT = "content"
    SENDER = "sender"
    PROVIDER = "provider"
    THROTTLED = "throttled"
    OVERFLOW = "overflow"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNEXPLAINED = "unexplained"
    WITHHELD = "withheld"


class SameChannel(StrEnum):
    """Whether the same channel is tried again, beside the next one."""

    NEVER = "never"
    ONCE = "once"
    AGAIN = "again"


class Address(StrEnum):
    """What a refusal says of the address itself. A dead one is used no more, until it is put right."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    DEAD = "dead"


class Weight(StrEnum):
    """Whether a refusal tells of the whole channel: enough that count make it broken, one that trips does."""

    NONE = "none"
    COUNTS = "counts"
    TRIPS = "trips"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from a refusal. The person's next channel is always tried at once."""

    same_channel: SameChannel
    address: Address
    channel: Weight


@dataclass(frozen=True, slots=True)
class Trouble:
    """A refusal that tells of its whole channel."""

    channel: Channel
    at: datetime
    trips: bool


@dataclass(frozen=True, slots=True)
class CarrierPolicy:
    """`consequences` of each refusal; `codes` of each provider, to refusals. `again_after`: before the same
    channel is tried once more. A channel is broken from `failures` that count `within` a time, or one that
    trips, for as long as that time; it is then tried last instead of first."""

    consequences: Mapping[Refusal, Consequence]
    codes: Mapping[str, Mapping[str, Refusal]]
    again_after: timedelta
    failures: int
    within: timedelta

    def broken(self, troubles: Collection[Trouble], now: datetime) -> frozenset[Channel]:
        """The channels that are broken now."""
        lately = [trouble for trouble in troubles if trouble.at > now - self.within]
        return frozenset(
            channel
            for channel in {trouble.channel for trouble in lately}
            if any(trouble.trips for trouble in lately if trouble.channel is channel)
            or sum(trouble.channel is channel for trouble in lately) >= self.failures
        )
