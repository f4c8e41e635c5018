"""The use cases put together on the real ledger, with fakes at the other ports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from service.adapters.postgres.ledger import PostgresLedger
from service.adapters.random_codes import new_code, new_number
from service.adapters.yaml_carriers import load_carrier_policy
from service.adapters.yaml_policy import (
    load_check_policy,
    load_dispositions,
    load_follow_up_policy,
    load_messages,
    load_report_policy,
    load_switch_policy,
)
from service.domain.answers import Answer, FirstContact, TextAnswer
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.course import ContactEvent
from service.domain.escalation import Case, CaseState, EventKind
from service.domain.plan import Plan, Step, Target, TargetKind
from service.domain.roster import Roster
from service.domain.rotation import Rotation
from service.domain.site import Clinician, Pace, Site
from service.domain.urgency import Urgency
from service.settings import REPOSITORY
from service.usecases.advance_cases import AdvanceCases
from service.usecases.answer_page import AnswerPage
from service.usecases.answer_reply import AnswerReply
from service.usecases.audit_cases import AuditCases
from service.usecases.check_address import CheckAddress
from service.usecases.consequences import Consequences
from service.usecases.decide_case import DecideCase, Decisions
from service.usecases.drill import Drill
from service.usecases.due_pages import DuePages
from service.usecases.keep_promises import KeepPromises, Promises, SettleFollowUp
from service.usecases.page_clinician import PageClinician, Patience
from service.usecases.paging import Paging
from service.usecases.ports import TimelineEntry
from service.usecases.read_cases import ReadCases
from service.usecases.read_clinicians import ReadClinicians
from service.usecases.receive_first_contact import Receipt, ReceiveFirstContact
from service.usecases.record_delivery import RecordDelivery
from service.usecases.report_golden_hour import Hours, ReportGoldenHour
from service.usecases.silent_pages import SilentPages
from service.usecases.switch_paging import SwitchPaging
from tests.canary import CANARY
from tests.fakes import FakeCarrier, FakeDeadMan, FakeDoorbell

OSEI, LINDQVIST, MOREAU = "+447700900101", "+447700900102", "+447700900103"
TONIGHT = "I have a plan for tonight."
QUIET = "I would like an appointment on a weekday."
HOPELESS = "I don't see a future for myself."

_ALWAYS = Rotation(("osei",), datetime(2026, 1, 5, 9), timedelta(weeks=1))
FIRST, SECOND = Target(TargetKind.ROSTER, "first"), Target(TargetKind.ROSTER, "second")
PLAN = Plan(
    first_page_after=timedelta(0),
    steps=(Step((FIRST,), timedelta(minutes=3)), Step((SECOND,), timedelta(minutes=5))),
    repeats=1,
    everyone_every=timedelta(minutes=10),
    acknowledgement_lasts=timedelta(hours=1),
    next_channel_after=timedelta(minutes=1),
)


PACE = Pace(
    bundle_after=timedelta(seconds=15),
    most=3,
    within=timedelta(seconds=60),
    same_case_every=timedelta(seconds=60),
)


def a_site(site_id: str = "riverside", plan: Plan = PLAN) -> Site:
    """Three clinicians; Osei is first, Lindqvist second; only what is very urgent is paged at once."""
    zone = ZoneInfo("Europe/London")
    later = replace(plan, first_page_after=timedelta(hours=4))
    numbers = {"osei": OSEI, "lindqvist": LINDQVIST, "moreau": MOREAU}
    return Site(
        site_id=site_id,
        clinicians={
            name: Clinician(name, f"Dr {name.title()}", {Channel.SMS: number})
            for name, number in numbers.items()
        },
        rosters={
            "first": Roster("first", zone, (_ALWAYS,)),
            "second": Roster("second", zone, (replace(_ALWAYS, clinicians=("lindqvist",)),)),
        },
        plans={
            Urgency.EMERGENCY: plan,
            Urgency.VERY_URGENT: plan,
            Urgency.URGENT: later,
            Urgency.SOON: later,
            Urgency.UNREAD: later,
        },
        trouble_plan=plan,
        follow_up_plan=plan,
        pace=PACE,
    )


def said(text: str, answer_id: str = "a1") -> TextAnswer:
    """An answer with these words, and with the canary, which must never be seen again."""
    return TextAnswer(answer_id, f"{text} {CANARY}.")


@dataclass
class ServiceUnderTest:
    """Everything the service does, without HTTP and without processes."""

    ledger: PostgresLedger
    assessor: Assessor
    site: Site = field(default_factory=a_site)
    carrier: FakeCarrier = field(default_factory=FakeCarrier)
    doorbell: FakeDoorbell = field(default_factory=FakeDoorbell)
    carriers: dict[Channel, FakeCarrier] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sites = {self.site.site_id: self.site}
        messages = load_messages(REPOSITORY / "config")
        policy = load_carrier_policy(REPOSITORY / "config")
        self.paging = Paging(sites, policy, new_code)
        consequences, decisions = Consequences(self.paging), Decisions(self.paging)
        reporting = load_report_policy(REPOSITORY / "config")
        hours = Hours(self.assessor, reporting)
        promises = Promises(load_follow_up_policy(REPOSITORY / "config"))
        self.receive = ReceiveFirstContact(
            self.ledger, self.assessor, self.paging, decisions, promises, hours, self.doorbell
        )
        self.switch = SwitchPaging(self.ledger, sites, load_switch_policy(REPOSITORY / "config"))
        self.golden_hour = ReportGoldenHour(self.ledger, sites, reporting)
        self.keep_promises = KeepPromises(self.ledger, self.paging, self.doorbell)
        self.settle_follow_up = SettleFollowUp(self.ledger)
        self.page_clinician = PageClinician(
            self.ledger,
            {Channel.SMS: self.carrier, **self.carriers},
            consequences,
            messages,
            self.doorbell,
            Patience(lease=timedelta(seconds=8)),
            "test",
        )
        self.advance = AdvanceCases(self.ledger, self.paging, self.doorbell)
        self.silent_pages = SilentPages(self.ledger, self.paging, self.doorbell)
        self.due_pages = DuePages(self.ledger, timedelta(seconds=3))
        self.reply = AnswerReply(self.ledger, decisions, messages, self.doorbell)
        self.answer_page = AnswerPage(self.ledger, decisions, self.doorbell)
        dispositions = load_dispositions(REPOSITORY / "config")
        self.decide = DecideCase(self.ledger, decisions, self.doorbell, dispositions)
        self.report = RecordDelivery(self.ledger, consequences, self.doorbell)
        self.read = ReadCases(self.ledger)
        self.drill = Drill(self.ledger, self.paging, self.doorbell)
        self.checks = load_check_policy(REPOSITORY / "config")
        self.check_address = CheckAddress(self.ledger, self.paging, self.doorbell, self.checks, new_number)
        self.clinicians = ReadClinicians(self.ledger, sites, self.checks)
        self.deadman = FakeDeadMan()
        self.audit = AuditCases(
            self.ledger,
            self.paging,
            self.doorbell,
            self.deadman,
            self.checks,
            lambda: datetime.now(UTC),
        )

    def contact(self, *answers: Answer | str, contact_id: str = "c1") -> Receipt:
        """A first contact with these answers."""
        given = [said(a, f"a{n}") if isinstance(a, str) else a for n, a in enumerate(answers, 1)]
        return self.receive.create(self.site.site_id, FirstContact(contact_id, tuple(given)))

    def tell(self, *events: ContactEvent, contact_id: str = "c1") -> Receipt:
        """What happened around a first contact."""
        return self.receive.add(self.site.site_id, FirstContact(contact_id, (), events=events))

    def add(self, *answers: Answer, contact_id: str = "c1") -> Receipt:
        """More answers of a first contact."""
        return self.receive.add(self.site.site_id, FirstContact(contact_id, answers))

    def work(self) -> None:
        """What workers do: answer the doorbell until it is quiet."""
        while self.doorbell.rung:
            self.page_clinician(self.doorbell.rung.pop(0))

    def sweep(self) -> None:
        """What a sweeper does in one round."""
        for page_id in dict.fromkeys(
            [*self.keep_promises(), *self.advance(), *self.silent_pages(), *self.due_pages()]
        ):
            self.page_clinician(page_id)

    def case(self, contact_id: str = "c1") -> Case:
        """The newest case of a first contact."""
        worklist = self.read.worklist(self.site.site_id, tuple(CaseState), 100, 0)
        return max(
            (case for case in worklist.cases if case.contact_id == contact_id), key=lambda c: c.opened_at
        )

    def timeline(self, case_id: UUID) -> tuple[TimelineEntry, ...]:
        found = self.read.case(self.site.site_id, case_id)
        assert found is not None
        return found.timeline

    def kinds(self, contact_id: str = "c1") -> list[EventKind]:
        """What the timeline of a contact's newest case tells, in order."""
        return [entry.event.kind for entry in self.timeline(self.case(contact_id).case_id)]

    def texts_to(self, number: str) -> list[str]:
        """What the carrier took for this phone."""
        return [message.text for message in self.carrier.received if message.address == number]
