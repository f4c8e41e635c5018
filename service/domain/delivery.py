"""What became of a page. Delivered is not acknowledged, and a state never goes backwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.refusals import Refusal


class PageState(StrEnum):
    """Each state says what it commits us to."""

    QUEUED = "queued"
    """Nobody has it yet: whoever claims it must send it."""
    SENDING = "sending"
    """Claimed under a lease: only the lease's holder may call the carrier. Past the lease: unknown."""
    UNKNOWN = "unknown"
    """The carrier may or may not have it: ask the carrier, then send again."""
    PRESUMED_LOST = "presumed_lost"
    """The carrier did not show that it has it: a new attempt stands in its place."""
    ACCEPTED = "accepted"
    """The carrier has it: the step's time runs on."""
    SENT = "sent"
    """The network has it: the step's time runs on."""
    DELIVERED = "delivered"
    """The phone has it, in a hand or in a drawer: the step's time runs on."""
    UNDELIVERED = "undelivered"
    """The carrier gave up: the next step is due now unless another page of this step still stands."""
    FAILED = "failed"
    """It was refused or could not be sent: as undelivered."""
    CANCELLED = "cancelled"
    """It was no longer needed when its turn came, and the carrier was never called."""


_RANK = {state: rank for rank, state in enumerate(PageState)}
FINAL = frozenset({PageState.DELIVERED, PageState.UNDELIVERED, PageState.FAILED, PageState.CANCELLED})
CAME_TO_NOTHING = frozenset({PageState.UNDELIVERED, PageState.FAILED})
ARRIVED_FOR_ALL_WE_KNOW = frozenset(
    {PageState.PRESUMED_LOST, PageState.ACCEPTED, PageState.SENT, PageState.DELIVERED}
)
MAY_HAVE_ARRIVED = ARRIVED_FOR_ALL_WE_KNOW | {PageState.SENDING, PageState.UNKNOWN}
"""An answer may be quicker than the carrier's own to whoever asked it to send."""


def later(current: PageState, reported: PageState) -> PageState:
    """The state after the carrier reports one: early, repeated and reordered reports change nothing."""
    if current in FINAL or _RANK[reported] <= _RANK[current]:
        return current
    return reported


class PageKind(StrEnum):
    """What a message to a clinician is for."""

    PAGE = "page"
    YOURS = "yours"
    TAKEN = "taken"
    RISEN = "risen"
    EXPIRED = "expired"
    CLOSED = "closed"
    OFFERED = "offered"
    FIRST_OF_TWO = "first_of_two"
    DRILL_DONE = "drill_done"


SETTLES = frozenset({PageKind.YOURS, PageKind.TAKEN, PageKind.CLOSED, PageKind.DRILL_DONE})
"""Those after which nobody need be asked any more."""
ASKS = frozenset({PageKind.PAGE, PageKind.RISEN, PageKind.EXPIRED, PageKind.OFFERED})
"""Those that ask for a reply; the others tell how a case stands."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it, under its own id."""

    provider_id: str
    state: PageState = PageState.ACCEPTED


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier certainly does not have it. `code`: the carrier's own word for why."""

    refusal: Refusal
    code: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The carrier may have it: the answer was lost or made no sense."""


@dataclass(frozen=True, slots=True)
class NotThere:
    """The carrier answered and has no such message."""


SendOutcome = Accepted | Rejected | Ambiguous
Lookup = Accepted | NotThere | Ambiguous
