"""The three ledgers: what the API accepted, what is stored, what phones received; and the faults between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request of the intake that was answered with 2xx. `named`: the contact that the answer spoke of;
    `answer_ids`: of the answers and events in it. `at`: when it was, or when somebody was to be paged for
    it."""

    contact_id: str
    named: str
    answer_ids: tuple[str, ...]
    must_page: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that a phone sent and that was answered with 2xx."""

    phone: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What reached a phone: a text, or the words of a call that was picked up."""

    sid: str
    phone: str
    channel: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A first contact in the database, with the ids of its answers and events; `assessed`: how many
    assessments."""

    contact_id: str
    answer_ids: frozenset[str]
    assessed: int


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case in the database."""

    case_id: str
    code: str
    kind: str
    contact_id: str | None
    state: str
    owner: str | None
    next_action_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an escalation somebody is paged, over what."""

    case_id: str
    episode: int
    round: int
    step: int
    clinician: str
    channel: str


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One attempt of a page that asks, as stored. Several of one message have its `provider_id` alike."""

    place: Place
    attempt: int
    state: str
    provider_id: str | None
    attempted_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A line of a case's timeline."""

    case_id: str
    kind: str
    clinician: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault as it was done. `until`: when it was undone, or could no longer do anything."""

    number: int
    what: str
    at: datetime
    until: datetime
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Ledgers:
    """All that is compared. `people`: who has a phone, by its number. `refusals`: requests to the API that it
    answered in a way that no fault explains. `now`: when the database was read, by its own clock."""

    accepted: tuple[Accepted, ...]
    replies: tuple[Reply, ...]
    received: tuple[Received, ...]
    contacts: tuple[StoredContact, ...]
    cases: tuple[StoredCase, ...]
    pages: tuple[StoredPage, ...]
    events: tuple[StoredEvent, ...]
    injected: tuple[Injected, ...]
    people: dict[str, str]
    now: datetime
    refusals: tuple[str, ...] = field(default=())
