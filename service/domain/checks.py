"""Whether a clinician's addresses were shown to reach them, and how long that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.channel import Channel
from service.domain.refusals import Address

NUMBER_DIGITS = 6


@dataclass(frozen=True, slots=True)
class CheckPolicy:
    """How a clinician's address is checked, as `policy/checks.yaml` says.

    A check is open for so long as it `lasts`, and over after so many wrong `attempts` at its number. One
    person is sent one over the same channel `at_most_every` so often. What was verified is due to be checked
    again after `again_after`.
    """

    lasts: timedelta
    attempts: int
    at_most_every: timedelta
    again_after: timedelta


class Verification(StrEnum):
    """Whether an address was shown to reach its clinician. One that is not is paged all the same."""

    NEVER = "never"
    DUE = "due"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """What is known of a clinician's present address on one channel; None: it never happened.

    `reason`: why it is not good. `arrived_at`: when a page last arrived there for certain.
    """

    channel: Channel
    standing: Address = Address.GOOD
    reason: str = ""
    changed_at: datetime | None = None
    verified_at: datetime | None = None
    arrived_at: datetime | None = None

    def verification(self, policy: CheckPolicy, now: datetime) -> Verification:
        """How its verification stands."""
        if self.verified_at is None:
            return Verification.NEVER
        is_due = self.verified_at + policy.again_after <= now
        return Verification.DUE if is_due else Verification.VERIFIED

    def is_ready(self, policy: CheckPolicy, now: datetime) -> bool:
        """Whether it was shown to work, lately enough, and nothing speaks against it since."""
        verified = self.verification(policy, now) is Verification.VERIFIED
        return verified and self.standing is not Address.DEAD


class ChangeKind(StrEnum):
    """What can become of an address."""

    DOUBTED = "doubted"
    DIED = "died"
    OPTED_IN = "opted_in"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class AddressChange:
    """One line of what became of a clinician's addresses: kept for ever, and never the address itself."""

    at: datetime
    channel: Channel
    kind: ChangeKind
    detail: str
