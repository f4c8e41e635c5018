"""The audit trail: what was done and what was read, in a chain that shows whatever becomes of it later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.errors import Fault, Invalid

NOTHING_YET = bytes(32)
"""What the first link of a chain follows."""
_SHORTEST_DIGEST = 12  # hexadecimal digits; a metric carries so many


class Deed(StrEnum):
    """What an entry tells of when it is no event of a case's timeline."""

    ASSESSED = "assessed"
    SENT_AGAIN = "sent_again"
    FOLLOW_UP = "follow_up_promised"
    FOLLOW_UP_SETTLED = "follow_up_settled"
    ASSESSMENT_READ = "assessment_read"
    REPORT_READ = "report_read"
    TRAJECTORY_READ = "trajectory_read"
    CASE_READ = "case_read"
    HISTORY_READ = "history_read"
    EXPLAINED = "explained"
    EXPORTED = "exported"
    ERASED = "erased"
    PURGED = "purged"
    DATA_KEYS_ROTATED = "data_keys_rotated"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    OVERRIDE_ADDED = "override_added"
    OVERRIDE_ENDED = "override_ended"
    PAGING_OFF = "paging_off"
    PAGING_ON = "paging_on"
    ADDRESS_CHANGED = "address_changed"


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One line of the trail, never any of the person's words. `number` is None until it is sealed.

    `actor`: a key of the API, the command line, a clinician over a channel, a carrier, or a process.
    `clinician`: whom it concerns, or whom a caller of the API names as the one who acts.
    """

    number: int | None
    at: datetime
    actor: str
    act: str
    contact_id: str | None
    case_id: UUID | None
    clinician: str | None
    detail: str
    channel: str
    provider_id: str
    rules: str


class Soundness(StrEnum):
    """Whether an entry is what was written, where it was sealed."""

    HOLDS = "holds"
    CHANGED = "was changed after it was written"
    MOVED = "is not the one that was sealed in this place"
    KEY_GONE = "cannot be proved: the key that it was written under is gone"


@dataclass(frozen=True, slots=True)
class Link:
    """One sealed entry as a link of its site's chain. Digests are 32 bytes."""

    number: int
    previous: bytes
    digest: bytes
    soundness: Soundness


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a site's chain: its number is the count of all. Kept elsewhere, it shows when a
    chain was cut short. `digest` is hexadecimal, and may be shortened; the site "" is the service itself."""

    site: str
    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.site}:{self.number}:{self.digest}"

    @classmethod
    def read(cls, written: str) -> Head:
        """The head that was printed as `site:number:digest`. Raises `Invalid` when it is none."""
        site, _, rest = written.strip().rpartition(":")[0].rpartition(":")
        digest = written.strip().rpartition(":")[2].lower()
        whole = len(digest) >= _SHORTEST_DIGEST and set(digest) <= set("0123456789abcdef")
        if written.count(":") != 2 or not (rest.isascii() and rest.isdigit()) or not whole:
            raise Invalid("A head does not make sense.", [Fault("/head", "must be `site:number:digest`")])
        return cls(site, int(rest), digest)

    def is_of(self, link: Link) -> bool:
        """Whether this was the head when the link was the newest."""
        return link.number == self.number and link.digest.hex().startswith(self.digest)


def broken_links(links: Sequence[Link], number: int, digest: bytes) -> Iterator[str]:
    """What is wrong with links in order of their numbers, after the one of this number and digest."""
    for link in links:
        following = link.number == number + 1
        if not following:
            yield _missing(number + 1, link.number - 1)
        if link.soundness is not Soundness.HOLDS:
            yield f"entry {link.number} {link.soundness}"
        elif following and link.previous != digest:
            yield f"entry {link.number} does not follow the one before it"
        number, digest = link.number, link.digest


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
