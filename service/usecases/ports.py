"""What the use cases need from the world. Adapters implement these; only bootstrap chooses them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from service.domain.answers import Answer, FirstContact
from service.domain.assessment import Assessment
from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource, SkippedEvent
from service.domain.channel import Channel
from service.domain.checks import AddressChange, AddressRecord
from service.domain.course import ContactEvent
from service.domain.delivery import Lookup, PageKind, PageState, SendOutcome
from service.domain.escalation import Case, CaseKind, CaseState, Event, Position
from service.domain.follow_up import Promise
from service.domain.golden_hour import Promised, Sent
from service.domain.heard import Hour
from service.domain.override import Override
from service.domain.refusals import Address, Refusal, Trouble
from service.domain.replies import Act
from service.domain.roster import Span
from service.domain.rule_use import Outcome
from service.domain.shift import Watch
from service.domain.site import Clinician
from service.domain.trail import Deed, Head, Link, TrailEntry
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A first contact as stored: `answers` in order of arrival, without those whose key is gone.

    `received_at`: when each of them came. `events`: what happened around it, in the order in which it was
    told. `erased_at`: when its words were erased; None when they were not, or more was sent since.
    """

    row: int
    contact_id: str
    age: int | None
    answers: tuple[Answer, ...]
    unreadable: tuple[str, ...]
    erased_at: datetime | None = None
    events: tuple[ContactEvent, ...] = ()
    received_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def whole(self) -> FirstContact:
        """The first contact as far as it can be read."""
        return FirstContact(
            self.contact_id, self.answers, self.age, self.unreadable, self.events, self.received_at
        )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was promised to one person: that a human speaks to them. `promise` is None when none is due.

    `is_waiting`: nobody is paged for it yet. `settled_at`, `settled_by`, `settled_how`: when a human last
    ended one, who, and with which disposition.
    """

    site: str
    contact_id: str
    promise: Promise | None
    is_waiting: bool
    settled_at: datetime | None = None
    settled_by: str = ""
    settled_how: str = ""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """One page of the follow-ups that are due, the earliest first, and how many there are in all."""

    follow_ups: tuple[FollowUp, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """One attempt to reach one clinician over one channel, for one step of a case.

    A claimed page carries the state it was found in, the lease's token, and in `attempted_at` when the
    carrier was first called for this very attempt (now, for one found queued).
    """

    page_id: UUID
    case_id: UUID
    site: str
    code: str
    kind: PageKind
    position: Position
    clinician: str
    channel: Channel
    attempt: int
    state: PageState
    lease_token: int
    attempted_at: datetime
    provider_id: str | None
    valid_for: timedelta
    about: str | None
    """Who took the case, for a page that tells so."""
    case_kind: CaseKind = CaseKind.CONTACT
    bundle: UUID | None = None
    """The page whose message carries this one, too."""


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page to be sent: written before anybody is told to send it.

    `next_channel_at`: when nobody has answered by then, the person's next channel is tried, too.
    """

    case_id: UUID
    kind: PageKind
    position: Position
    clinician: str
    channel: Channel
    valid_for: timedelta
    attempt: int = 1
    about: str | None = None
    not_before: datetime | None = None
    next_channel_at: datetime | None = None

    @staticmethod
    def again(page: Page, not_before: datetime | None = None) -> NewPage:
        """The next attempt at the same page over the same channel."""
        return NewPage(
            case_id=page.case_id,
            kind=page.kind,
            position=page.position,
            clinician=page.clinician,
            channel=page.channel,
            valid_for=page.valid_for,
            attempt=page.attempt + 1,
            about=page.about,
            not_before=not_before,
        )


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a case as stored."""

    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of cases, most pressing first, and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PutAside:
    """What can be known of a case that cannot be advanced, and perhaps not even be read."""

    site: str
    code: str
    is_trouble: bool
    was_in_alarm: bool


class Scope(StrEnum):
    """What an API key may do."""

    CONTACTS_WRITE = "contacts:write"
    ASSESSMENTS_READ = "assessments:read"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CLINICIANS_READ = "clinicians:read"
    CLINICIANS_WRITE = "clinicians:write"
    ROSTERS_READ = "rosters:read"
    ROSTERS_WRITE = "rosters:write"
    AUDIT_READ = "audit:read"
    REPORTS_READ = "reports:read"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One caller of the API: a site, what it may do there, and whether it still may."""

    key_id: str
    name: str
    site: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one clinician's address: the number that the message carries, how often somebody named a
    wrong one, and until when it is good."""

    case_id: UUID
    site: str
    clinician: str
    channel: Channel
    number: str = field(repr=False)
    wrong: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Off:
    """Paging is off at a site: since and until when, who switched it, and why."""

    site: str
    since: datetime
    until: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class CalendarStanding:
    """How the reading of a roster's calendar stands. `read_at` is None as long as no copy was ever had."""

    read_at: datetime | None
    first_tried_at: datetime
    fault: str
    skipped: tuple[SkippedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether the service is well, told as fast with a million cases as with none. Ages are in seconds;
    `sweep_age` is None before the first sweep."""

    alarms: int
    overdue: int
    oldest_overdue: float
    sweep_age: float | None


# How long is told in these steps, in seconds. Until a carrier is asked, 10 s are promised.
PAGED_IN = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 300.0)
ACKNOWLEDGED_IN = (60.0, 180.0, 300.0, 600.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0)
OPEN_FOR = (300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 259_200.0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How many took how long: `counts[i]` up to `bounds[i]` seconds and longer than the bound before, the
    last count longer than all; `total` is the sum of all, in seconds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    @classmethod
    def empty(cls, bounds: tuple[float, ...]) -> Spread:
        """Of nothing."""
        return cls(bounds, (0,) * (len(bounds) + 1), 0.0)


@dataclass(frozen=True, slots=True)
class Overview(Pulse):
    """The service at a glance. Times are in seconds; tests are left out.

    `contacts`: all first contacts. `cases`: those not closed; `late`: those that nobody has taken though the
    time to respond is over; `open_for`: since when the others that nobody has taken are open. `paged_in`:
    from the commit to the first call of a carrier, of the cases first paged in the last day, those that still
    wait included; `acknowledged_in`: from the same commit until a clinician took them. `pages`: messages of
    the last day. `overdue_pages` are due and in nobody's hands. `troubles`: of carriers, in the last hour.
    `follow_ups`: due.
    """

    sweepers: int
    contacts: int
    cases: Mapping[tuple[Urgency, CaseState], int]
    late: Mapping[Urgency, int]
    open_for: Spread
    paged_in: Spread
    acknowledged_in: Mapping[Urgency, Spread]
    pages: Mapping[tuple[PageKind, Channel, PageState], int]
    overdue_pages: int
    oldest_overdue_page: float
    troubles: Mapping[Channel, int]
    follow_ups: int
    late_follow_ups: int


@dataclass(frozen=True, slots=True)
class Legs:
    """When the first page of a case was tried, accepted by its carrier, and delivered; None: not yet."""

    attempted_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """One message to a clinician and what became of it, for whoever reads about a case."""

    kind: PageKind
    clinician: str
    channel: Channel
    state: PageState
    provider_id: str | None
    created_at: datetime
    attempted_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldAssessment:
    """An assessment that was made; None in place of what it says when its key is gone."""

    made_at: datetime
    urgency: Urgency
    assessment: Assessment | None


@dataclass(frozen=True, slots=True)
class HeldContact:
    """All that is held of what a person said: when each answer came, and every assessment, oldest first."""

    contact: StoredContact
    created_at: datetime
    received_at: Mapping[str, datetime]
    assessments: tuple[HeldAssessment, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a person's words was erased."""

    answers: int
    assessments: int

    def __str__(self) -> str:
        return f"{self.answers} answers, {self.assessments} assessments"


@dataclass(frozen=True, slots=True)
class Resealed:
    """One batch of values: how many were sealed anew, how many cannot be opened, and the place of the last
    in its table, None when there was none left."""

    count: int
    unreadable: int
    last: tuple[Any, ...] | None


SERVICE = ""
"""In place of a site in the audit trail: what is of the service itself."""


class Transaction(Protocol):
    """One database transaction: all of it is stored, or none. `now` is the database's clock."""

    @property
    def now(self) -> datetime: ...

    def savepoint(self) -> AbstractContextManager[object]:
        """A part of the transaction that may fail without the rest."""
        ...

    # first contacts
    def lock_contact(self, site: str, contact_id: str) -> StoredContact | None: ...
    def create_contact(self, site: str, contact_id: str, age: int | None) -> StoredContact | None:
        """A new one, locked; None when it is there already."""
        ...

    def find_contact(self, site: str, contact_id: str) -> StoredContact | None: ...
    def fill_age(self, contact: StoredContact, age: int) -> None: ...
    def answers_since(self, contact: StoredContact, at: datetime) -> frozenset[str]: ...
    def store_answers(self, contact: StoredContact, answers: Sequence[Answer]) -> None: ...
    def store_assessment(self, contact: StoredContact, assessment: Assessment) -> None: ...
    def latest_assessment(self, contact: StoredContact) -> Assessment | None:
        """The newest one. Raises `KeyGone` when the key that encrypted it no longer exists."""
        ...

    def lock_to_erase(self, site: str, contact_id: str) -> StoredContact | None:
        """A first contact without its answers, locked: what cannot be opened can be erased."""
        ...

    def erase_words(self, contact: StoredContact) -> Erased: ...
    def outdated_contacts(self, site: str, before: datetime, limit: int) -> tuple[str, ...]: ...
    def is_outdated(self, contact: StoredContact, before: datetime) -> bool: ...
    def held_contact(self, site: str, contact_id: str) -> HeldContact | None: ...

    # what happened around them, and follow-ups
    def store_events(self, contact: StoredContact, events: Sequence[ContactEvent]) -> None: ...
    def follow_up(self, contact: StoredContact) -> FollowUp | None: ...
    def save_follow_up(self, contact: StoredContact, follow_up: FollowUp) -> None: ...
    def settle_follow_up(self, case: Case, by: str, how: str) -> bool: ...
    def due_follow_up(self, besides: Collection[tuple[str, str]]) -> tuple[str, str] | None: ...
    def open_follow_ups(self, site: str, limit: int, offset: int) -> FollowUps: ...

    # the switch
    def paging_off(self, site: str) -> Off | None: ...
    def switch_off(self, off: Off) -> None: ...
    def switch_on(self, site: str) -> None: ...

    # reports
    def save_hour(self, site: str, contact: StoredContact, hour: Hour) -> None: ...
    def hours(self, site: str, since: datetime) -> Iterable[Hour]: ...
    def contacts_by_week(self, site: str, since: datetime, zone: ZoneInfo) -> Mapping[str, int]: ...
    def sent_by_week(
        self, site: str, since: datetime, zone: ZoneInfo, clinicians: Collection[str]
    ) -> Mapping[str, Sent]: ...
    def promised(self, site: str, since: datetime) -> Promised: ...
    def outcomes(self, site: str, since: datetime) -> Sequence[Outcome]: ...

    # cases
    def code_is_taken(self, code: str, since: datetime) -> bool: ...
    def open_case(self, contact: StoredContact | None, case: Case) -> None: ...
    def live_trouble(self, site: str, subject: str) -> bool: ...
    def live_case(self, contact: StoredContact) -> Case | None: ...
    def closed_at(self, contact: StoredContact) -> datetime | None: ...
    def pressed_at(self, case_id: UUID) -> datetime | None:
        """When a case was opened, or its urgency last rose."""
        ...

    def lock_case(self, site: str, case_id: UUID) -> Case | None: ...
    def lock_case_by_code(self, sites: Collection[str], code: str) -> Case | None: ...
    def cases_meant_by(self, site: str, clinician: str, since: datetime) -> tuple[Case, ...]: ...
    def lock_due_case(self, besides: Collection[UUID]) -> UUID | None: ...
    def due_case(self, case_id: UUID) -> Case: ...
    def save_case(self, case: Case) -> None: ...
    def stalled_cases(self, before: datetime) -> tuple[tuple[str, UUID, str], ...]: ...
    def cases_ahead(self, after: datetime) -> int: ...
    def live_drills(self, subject: str, before: datetime) -> tuple[tuple[str, UUID], ...]: ...
    def set_case_aside(self, case_id: UUID, until: datetime) -> PutAside | None: ...
    def worklist(
        self,
        site: str,
        states: Collection[CaseState],
        kinds: Collection[CaseKind],
        limit: int,
        offset: int,
    ) -> Worklist: ...
    def case(self, site: str, case_id: UUID) -> Case | None: ...
    def cases_of_contact(self, site: str, contact_id: str) -> tuple[Case, ...]: ...
    def case_by_code(self, site: str, code: str) -> Case | None: ...
    def record(self, case_id: UUID, event: Event) -> None:
        """One line of a case's timeline, and the same in the audit trail."""
        ...

    def timeline(self, case_id: UUID) -> tuple[TimelineEntry, ...]: ...

    # pages
    def queue_page(self, page: NewPage) -> UUID | None: ...
    def claim_page(
        self, page_id: UUID, owner: str, lease: timedelta, *, early: bool = False
    ) -> Page | None: ...
    def due_pages(self, rung_before: datetime, limit: int) -> tuple[UUID, ...]: ...
    def write_page(
        self,
        page: Page,
        state: PageState,
        *,
        provider_id: str | None = None,
        detail: str = "",
        not_before: datetime | None = None,
    ) -> bool: ...
    def page(self, page_id: UUID) -> Page | None: ...
    def report_page(self, page: Page, state: PageState, provider_id: str, detail: str) -> bool: ...
    def step_pages(self, case_id: UUID, position: Position) -> tuple[PageState, ...]: ...
    def superseded(self, page: Page) -> bool: ...
    def told(self, case_id: UUID) -> tuple[str, ...]: ...
    def may_have_reached(self, case_id: UUID, clinician: str) -> bool: ...
    def waited_for(self, case_id: UUID, episode: int) -> frozenset[str]: ...
    def cancel_queued(self, case_id: UUID) -> None: ...

    def provider_ids(self, page: Page) -> tuple[str, ...]: ...
    def channels_tried(self, case_id: UUID, position: Position, clinician: str) -> frozenset[Channel]: ...
    def silent_page(self, besides: Collection[UUID]) -> UUID | None: ...
    def hear_no_more(self, page_id: UUID) -> None: ...
    def lock_way_to(self, page: Page) -> None: ...
    def sent_lately(self, page: Page, since: datetime) -> tuple[datetime, ...]: ...
    def case_paged_at(self, page: Page) -> datetime | None: ...
    def hold_page(self, page: Page, until: datetime) -> None: ...
    def held_beside(self, page: Page) -> tuple[UUID, ...]: ...
    def bundle_pages(self, leader: Page, page_ids: Collection[UUID]) -> None: ...
    def bundled(self, leader: UUID) -> tuple[Page, ...]: ...
    def legs(self, case_id: UUID) -> Legs: ...
    def pages_to_ask_about(self, channel: Channel, since: datetime, limit: int) -> tuple[Page, ...]: ...
    def page_lines(self, case_id: UUID) -> tuple[PageLine, ...]: ...
    def pages_over(self, case_id: UUID, clinician: str, channel: Channel) -> tuple[UUID, ...]: ...
    def forgotten_pages(self, lease_over: datetime, accepted_before: datetime) -> tuple[int, int]: ...

    # addresses and channels
    def dead_channels(self, site: str, person: Clinician) -> frozenset[Channel]: ...
    def address_records(self, site: str, person: Clinician) -> Mapping[Channel, AddressRecord]: ...
    def address_changes(self, site: str, clinician: str) -> tuple[AddressChange, ...]: ...
    def mark_address(
        self, site: str, person: Clinician, channel: Channel, standing: Address, refusal: Refusal
    ) -> bool: ...
    def revive_address(self, site: str, person: Clinician, channel: Channel, refusal: Refusal) -> bool:
        """Make an address good again that is dead because of this refusal; False when it is not."""
        ...

    def open_check(
        self, case: Case, person: Clinician, channel: Channel, number: str, expires_at: datetime
    ) -> None: ...
    def check(self, case_id: UUID) -> Check | None:
        """A check. Raises `KeyGone` when the key that encrypted its number no longer exists."""
        ...

    def live_check(self, site: str, clinician: str, channel: Channel) -> UUID | None:
        """The case of the check that is open for an address."""
        ...

    def expired_checks(self) -> tuple[tuple[str, UUID], ...]: ...
    def count_wrong_number(self, case_id: UUID) -> None: ...
    def verify_address(self, case_id: UUID, how: str) -> None:
        """The address that a check was sent to has reached its clinician: it is good again, and verified."""
        ...

    def hear_sooner(self, site: str, clinician: str, channel: Channel) -> None: ...
    def record_trouble(self, channel: Channel, *, trips: bool) -> None: ...
    def troubles(self, since: datetime) -> tuple[Trouble, ...]: ...
    def clear_troubles(self, channel: Channel) -> None: ...

    # replies
    def remember_reply(self, provider_id: str) -> bool: ...
    def prompts_since(self, clinician: str, since: datetime) -> int: ...
    def remember_prompt(self, clinician: str) -> None: ...

    # rosters
    def add_override(self, site: str, roster: str, override: Override) -> None: ...
    def overrides(self, site: str, roster: str, begin: datetime, end: datetime) -> tuple[Override, ...]: ...
    def end_override(self, site: str, roster: str, override_id: UUID) -> Override | None:
        """End it now and return it as it held until then; None when none holds or will hold."""
        ...

    def calendar_watches(self, site: str, roster: str) -> tuple[Watch, ...]: ...
    def calendar_standing(
        self, site: str, roster: str, *, with_skipped: bool = False
    ) -> CalendarStanding | None:
        """How its reading stands; None before the first try. What was skipped has to be opened for it."""
        ...

    def claim_calendar(
        self, site: str, roster: str, source: CalendarSource, every: timedelta, changed: timedelta
    ) -> bool:
        """Whether it is this caller's turn to read it: `every` so often, `changed` when its source has."""
        ...

    def kept_calendar(self, site: str, roster: str) -> bytes | None:
        """The last good copy; None when there is none that can be opened."""
        ...

    def keep_calendar(self, site: str, roster: str, body: bytes, shifts: CalendarShifts) -> None: ...
    def calendar_failed(
        self, site: str, roster: str, fault: CalendarFault, shifts: CalendarShifts | None
    ) -> None: ...

    # keys of the API
    def store_key(self, key: ApiKey, secret_hash: bytes) -> None: ...
    def key(self, key_id: str) -> tuple[ApiKey, bytes] | None: ...
    def keys(self) -> tuple[ApiKey, ...]: ...
    def revoke_key(self, key_id: str) -> bool: ...

    # the audit trail
    def note(
        self,
        act: Deed,
        site: str,
        *,
        contact_id: str | None = None,
        case_id: UUID | None = None,
        clinician: str | None = None,
        detail: str = "",
        rules: str = "",
    ) -> None:
        """Tell the trail of what is done, or read, in this transaction. Never any words of a person's."""
        ...

    def sites_to_seal(self) -> tuple[str, ...]: ...
    def seal_entries(self, site: str, limit: int) -> int:
        """Give waiting entries their place in the site's chain; how many got one. One process at a time."""
        ...

    def unsealed_entries(self, before: datetime) -> Mapping[str, int]: ...
    def trail_heads(self) -> tuple[Head, ...]: ...
    def trail_links(self, site: str, after: int, limit: int) -> tuple[Link, ...]: ...
    def case_trail(self, site: str, case_id: UUID, contact_id: str | None) -> tuple[TrailEntry, ...]: ...
    def contact_trail(self, site: str, contact_id: str) -> tuple[TrailEntry, ...]: ...

    def retire_trail_keys(self) -> None:
        """Keep what proves the entries of every data key but the active one, sealed with that."""
        ...

    # sealed values
    def sealed_kinds(self) -> tuple[str, ...]: ...
    def reseal(self, kind: str, after: tuple[Any, ...] | None, limit: int) -> Resealed: ...
    def sealed_by_others(self) -> Mapping[str, int]: ...

    # the service itself
    def beat(self, process: str) -> None: ...
    def claim_chore(self, name: str, every: timedelta) -> bool: ...
    def pulse(self) -> Pulse: ...
    def overview(self) -> Overview: ...


class Ledger(Protocol):
    """The truth. Raises `LedgerAway` when the database cannot be reached."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...


class KeyGone(Exception):
    """What is stored can no longer be read: the key that encrypted it does not exist any more."""


class LedgerAway(Exception):
    """The database cannot be reached now; nothing was stored."""


class Doorbell(Protocol):
    """Tells a worker to look. It may be silent at any time: the sweeper looks anyway."""

    def ring(self, page_ids: Iterable[UUID]) -> bool:
        """Ring once for each page; False when it certainly did not ring for all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Bell:
    """How the doorbell is: how many rings nobody has answered yet, and how many answer."""

    waiting: int
    workers: int


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What leaves for a clinician. `reference` comes back with the carrier's reports.

    `ends`: the pages that this calls off, where a carrier keeps what it was told open until it is ended.
    """

    reference: UUID
    address: str
    text: str
    valid_for: timedelta
    ends: tuple[UUID, ...] = ()


class RateLimits(Protocol):
    """Counts how often somebody calls."""

    def seconds_to_wait(self, who: str, most: int, seconds: int) -> int:
        """Count one call; 0 when it may be made, else how long to wait: at most `most` in `seconds`."""
        ...


class DeadMan(Protocol):
    """Somebody outside who raises the alarm when we stop telling that all is well."""

    def ping(self) -> bool:
        """Tell; False when it was not heard."""
        ...


class Carrier(Protocol):
    """One channel's provider. Neither method raises: what went wrong is in the answer."""

    def send(self, message: OutboundMessage) -> SendOutcome:
        """Hand over one message, within the adapter's own time limit."""
        ...

    def find(self, message: OutboundMessage, since: datetime, besides: Collection[str]) -> Lookup:
        """Ask whether the carrier took this message at or after `since`, under an id not in `besides`."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a carrier's webhook says became of a message."""

    state: PageState
    provider_id: str
    detail: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message that somebody sent to our number."""

    provider_id: str
    number: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key that somebody pressed in a call."""

    call_id: str
    key: str


@dataclass(frozen=True, slots=True)
class IncidentTaken:
    """Somebody has taken a page's incident; `event_id` is the carrier's own name of that act."""

    page_id: UUID
    event_id: str


@dataclass(frozen=True, slots=True)
class PagerChoice:
    """A choice that somebody pressed on a two-way pager; `reply_id` is the host's own name of that act."""

    page_id: UUID
    act: Act
    reply_id: str


@dataclass(frozen=True, slots=True)
class PagerNews:
    """What a gateway of two-way pagers tells when it is asked: nothing new, a state, or what was chosen.
    `reply_id` is our own name of that very choice."""

    state: PageState | None = None
    act: Act | None = None
    reply_id: str = ""
    refusal: Refusal | None = None


class PagerGateway(Protocol):
    """Two-way pagers whose answers have to be fetched."""

    def ask(self, provider_id: str) -> PagerNews | None:
        """What became of a message; None when the gateway does not answer. It does not raise."""
        ...


class PagerReplies(Protocol):
    """Reads what a host of two-way pagers posts to us."""

    def is_genuine(self, body: bytes) -> bool:
        """Whether the body carries the host's own code."""
        ...

    def choice(self, body: bytes) -> PagerChoice | None:
        """The choice in it, or None when it tells of anything else."""
        ...


class IncidentWebhooks(Protocol):
    """Reads what a carrier of incidents posts to us."""

    def is_genuine(self, body: bytes, signatures: str) -> bool:
        """Whether the carrier itself signed this body."""
        ...

    def taken(self, body: bytes) -> IncidentTaken | None:
        """Which page a person has taken there, or None when it tells of anything else."""
        ...


class Webhooks(Protocol):
    """Reads what a carrier posts to us. `form` is the body as posted, repeated fields and all."""

    def is_genuine(self, path: str, form: Mapping[str, str], signature: str) -> bool:
        """Whether the carrier itself signed this, for our public URL with this path and query."""
        ...

    def report(self, form: Mapping[str, str]) -> DeliveryReport | None:
        """The delivery report in it, or None when it tells nothing that we act on."""
        ...

    def call_report(self, form: Mapping[str, str]) -> DeliveryReport | None:
        """The report on a call in it, or None when it tells nothing that we act on."""
        ...

    def key(self, form: Mapping[str, str]) -> KeyPress | None:
        """The key pressed in a call, or None when there is none."""
        ...

    def speak(self, words: str, keys_path: str | None, goodbye: str) -> str:
        """The body, in the carrier's own XML, that says the words in a call, and asks for a key when there
        is a path of ours to send it to."""
        ...

    def message(self, form: Mapping[str, str]) -> InboundMessage | None:
        """The message in it, or None when it is not one."""
        ...

    def answer(self, text: str | None) -> str:
        """The body, in the carrier's own XML, that answers with a text or with silence."""
        ...


class Calendars(Protocol):
    """Where people keep calendars. Neither method raises: what went wrong is in the answer."""

    def fetch(self, source: CalendarSource) -> bytes | CalendarFault:
        """The calendar as it is now, within the adapter's own limits of size and time."""
        ...

    def read(
        self, body: bytes, source: CalendarSource, zone: ZoneInfo, begin: datetime, end: datetime
    ) -> CalendarShifts | CalendarFault:
        """Who is on call from `begin` to `end`. Times without a zone are in `zone`."""
        ...


class CalendarWriter(Protocol):
    """Writes who is on call in the form that calendars read."""

    def write(
        self, name: str, spans: Iterable[Span], clinicians: Mapping[str, Clinician], now: datetime
    ) -> bytes: ...
