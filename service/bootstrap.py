"""The only file that knows every room: it chooses the adapters and puts the use cases together."""

from __future__ import annotations

import gc
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from opentelemetry.trace import SpanKind
from rq import Queue
from sqlalchemy import Engine

from service.adapters.aes_gcm import Cipher
from service.adapters.http_deadman import HttpDeadMan
from service.adapters.ical_calendars import IcalCalendars
from service.adapters.ical_writer import IcalWriter
from service.adapters.language_id import FastTextLanguages
from service.adapters.page_only import PageOnly
from service.adapters.pagerduty import PagerDuty, PagerDutyWebhooks
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.adapters.random_codes import new_code, new_number
from service.adapters.rq_doorbell import RqDoorbell, queue
from service.adapters.rules_version import rules_version
from service.adapters.smtp_email import Relay, SmtpEmail
from service.adapters.snpp import TWO_WAY, Snpp, SnppGateway
from service.adapters.timed_assessor import TimedAssessor
from service.adapters.tls import postgres_fault, redis_fault
from service.adapters.traces import TracedCarrier, TracedRequests, flush_traces, span, start_traces
from service.adapters.twilio_client import TwilioClient
from service.adapters.twilio_sms import TwilioSms
from service.adapters.twilio_voice import TwilioVoice
from service.adapters.twilio_webhooks import TwilioWebhooks
from service.adapters.wctp import Wctp, WctpHost, WctpReplies
from service.adapters.yaml_carriers import load_carrier_policy
from service.adapters.yaml_instruments import load_instruments
from service.adapters.yaml_lexicon import load_lexicon
from service.adapters.yaml_policy import (
    load_check_policy,
    load_dispositions,
    load_follow_up_policy,
    load_habit_policy,
    load_messages,
    load_policy,
    load_report_policy,
    load_switch_policy,
)
from service.adapters.yaml_sites import load_sites
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.checks import CheckPolicy
from service.domain.errors import ConfigurationFaults
from service.domain.follow_up import FollowUpPolicy
from service.domain.heard import ReportPolicy
from service.domain.policy import Policy
from service.domain.reading import Reader
from service.domain.refusals import CarrierPolicy
from service.domain.site import Site
from service.settings import Settings, sqlalchemy_url
from service.usecases.advance_cases import AdvanceCases
from service.usecases.answer_page import AnswerPage
from service.usecases.answer_reply import AnswerReply
from service.usecases.api_keys import ApiKeys
from service.usecases.ask_pagers import AskPagers
from service.usecases.audit_cases import AuditCases
from service.usecases.check_address import CheckAddress
from service.usecases.consequences import Consequences
from service.usecases.decide_case import DecideCase, Decisions
from service.usecases.drill import Drill, SyntheticPage
from service.usecases.due_pages import DuePages
from service.usecases.erase_contact import EraseContact, PurgeContacts
from service.usecases.export_contact import ExportContact
from service.usecases.keep_promises import KeepPromises, Promises, SettleFollowUp
from service.usecases.override_roster import OverrideRoster
from service.usecases.page_clinician import PageClinician, Patience
from service.usecases.paging import Paging
from service.usecases.ports import Carrier
from service.usecases.read_cases import ReadCases
from service.usecases.read_clinicians import ReadClinicians
from service.usecases.read_contacts import ReadContacts
from service.usecases.read_health import ReadHealth
from service.usecases.read_plans import ReadPlans
from service.usecases.read_rosters import ReadRosters
from service.usecases.read_trail import ReadTrail
from service.usecases.receive_first_contact import ReceiveFirstContact
from service.usecases.record_delivery import RecordDelivery
from service.usecases.refresh_calendars import RefreshCalendars
from service.usecases.report_golden_hour import Hours, ReportGoldenHour
from service.usecases.report_rules import ReportRules
from service.usecases.rotate_data_keys import RotateDataKeys
from service.usecases.seal_trail import SealTrail
from service.usecases.silent_pages import SilentPages
from service.usecases.speak_page import SpeakPage
from service.usecases.switch_paging import SwitchPaging
from service.usecases.watch_service import WatchService

if TYPE_CHECKING:
    from flask import Flask

T = TypeVar("T")

LANGUAGE = "en"
"""The language that answers are taken to be in."""


def load_assessor(config: Path) -> Assessor:
    """Everything that decides, from the rule files. Raises `ConfigurationFaults` naming every fault."""
    with _no_garbage():
        return _load_assessor(config)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing that is loaded is garbage, and looking for it again and again takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _load_assessor(config: Path) -> Assessor:
    faults: list[str] = []
    folders = sorted(path for path in (config / "lexicon").iterdir() if path.is_dir())
    lexicons = {path.name: _loaded(partial(load_lexicon, path), faults) for path in folders}
    instruments = _loaded(lambda: load_instruments(config / "instruments"), faults)
    policy = _loaded(lambda: load_policy(config), faults)
    habit = _loaded(lambda: load_habit_policy(config), faults)
    if faults or instruments is None or policy is None or habit is None:
        raise ConfigurationFaults(faults)
    known = {code: lexicon for code, lexicon in lexicons.items() if lexicon is not None}
    reader = Reader(known.pop(LANGUAGE), FastTextLanguages(), known)
    return Assessor(reader, instruments, policy, rules_version(config), habit)


def _loaded(load: Callable[[], T], faults: list[str]) -> T | None:
    try:
        return load()
    except ConfigurationFaults as found:
        faults += found.faults
        return None


@dataclass
class Service:
    """One process's parts, each made when it is first needed and then kept."""

    settings: Settings

    @cached_property
    def process(self) -> str:
        """A name for this process among all others."""
        return f"{socket.gethostname()}/{os.getpid()}"

    @cached_property
    def ledger(self) -> PostgresLedger:
        """The ledger on the configured database."""
        cipher = Cipher(self.settings.data_keys, self.settings.active_key)
        return PostgresLedger(self._engine, cipher, f"process {self.process}")

    @cached_property
    def _engine(self) -> Engine:
        return connect(sqlalchemy_url(self.settings.database_url), pool_size=self.settings.api_threads)

    def close(self) -> None:
        """Close the connections to the database. They open again when they are needed."""
        self._engine.dispose()

    def check_connections(self) -> None:
        """`ConfigurationFaults` when PostgreSQL or Redis is not to be trusted as the settings ask for it."""
        found = {
            "DATABASE_URL": postgres_fault(sqlalchemy_url(self.settings.database_url)),
            "REDIS_URL": redis_fault(self.settings.redis_url),
        }
        if any(found.values()):
            raise ConfigurationFaults(f"{name}: {fault}" for name, fault in found.items() if fault)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Every site by id. A gap that comes near in a roster does not keep a process from starting again:
        its steps go to the next, and the auditor tells of it."""
        return self._load_sites(None)

    def check_sites(self) -> None:
        """As for a start, and every gap of the next 90 days is a fault."""
        self._load_sites(datetime.now(UTC))

    def _load_sites(self, now: datetime | None) -> dict[str, Site]:
        schema = self.settings.config_dir / "schema" / "site.schema.json"
        sites = load_sites(self.settings.sites_dir, schema, now)
        there = {Channel.SMS, Channel.VOICE}
        there |= {Channel.EMAIL} if self.settings.mail else set()
        there |= {Channel.SNPP} if self.settings.snpp else set()
        there |= {Channel.WCTP} if self.settings.wctp else set()
        there |= {Channel.PAGERDUTY} if self.settings.pagerduty_secrets else set()
        faults = [
            f"site {site.site_id}: {person.clinician_id} has {channel}, for which nothing is configured"
            for site in sites.values()
            for person in site.clinicians.values()
            for channel in person.addresses
            if channel not in there
        ]
        if faults:
            raise ConfigurationFaults(faults)
        return sites

    @cached_property
    def doorbell(self) -> RqDoorbell:
        """The doorbell on the configured Redis."""
        return RqDoorbell(self.settings.redis_url, job_timeout=round(self._lease.total_seconds()))

    def worker_queue(self) -> Queue:
        """The one queue that an rq worker listens to."""
        return queue(self.settings.redis_url, socket_timeout=None)

    @property
    def _lease(self) -> timedelta:
        """Longer than the longest carrier call, which may connect and then read."""
        return timedelta(seconds=2 * self.settings.carrier_timeout + 2)

    @cached_property
    def carrier_policy(self) -> CarrierPolicy:
        """What follows when a carrier does not bring a page."""
        return load_carrier_policy(self.settings.config_dir)

    @cached_property
    def paging(self) -> Paging:
        """Whom a case tells next, and how."""
        return Paging(self.sites, self.carrier_policy, new_code)

    @cached_property
    def consequences(self) -> Consequences:
        """What follows from what became of a page."""
        return Consequences(self.paging)

    @cached_property
    def silent_pages(self) -> SilentPages:
        """Tries the next channel where nobody answers."""
        return SilentPages(self.ledger, self.paging, self.doorbell)

    @cached_property
    def page_clinician(self) -> PageClinician:
        """Carries pages over the configured carriers."""
        return PageClinician(
            ledger=self.ledger,
            carriers=self._withheld(self._carriers()),
            consequences=self.consequences,
            messages=load_messages(self.settings.config_dir),
            doorbell=self.doorbell,
            patience=Patience(lease=self._lease),
            process=self.process,
        )

    def _carriers(self) -> Mapping[Channel, Carrier]:
        twilio, url = self.settings.twilio, self.settings.public_url
        client = TwilioClient(
            twilio.account_sid,
            twilio.auth_token,
            twilio.api_url,
            self.settings.carrier_timeout,
            self.carrier_policy.codes["twilio"],
        )
        carriers: dict[Channel, Carrier] = {
            Channel.SMS: TwilioSms(client, twilio.sender, url),
            Channel.VOICE: TwilioVoice(client, twilio.sender, url),
        }
        if self.settings.pagerduty_secrets:
            carriers[Channel.PAGERDUTY] = PagerDuty(
                self.settings.pagerduty_url,
                self.settings.carrier_timeout,
                self.carrier_policy.codes["pagerduty"],
            )
        carriers |= self._pagers()
        if self.settings.mail is not None:
            codes = self.carrier_policy.codes["smtp"]
            mail = self.settings.mail
            relay = Relay(mail.host, mail.port, mail.security, mail.sender, mail.user, mail.password)
            carriers[Channel.EMAIL] = SmtpEmail(relay, self.settings.carrier_timeout, codes)
        return carriers

    def _pagers(self) -> Mapping[Channel, Carrier]:
        settings, codes = self.settings, self.carrier_policy.codes
        pagers: dict[Channel, Carrier] = {}
        if self._snpp is not None:
            pagers[Channel.SNPP] = self._snpp
        if settings.wctp is not None:
            account = WctpHost(settings.wctp.url, settings.wctp.sender, settings.wctp.code)
            pagers[Channel.WCTP] = Wctp(account, settings.carrier_timeout, codes["wctp"])
        return pagers

    @cached_property
    def _snpp(self) -> Snpp | None:
        account, codes = self.settings.snpp, self.carrier_policy.codes["snpp"]
        if account is None:
            return None
        gateway = SnppGateway(account.host, account.port, account.level, account.user, account.password)
        return Snpp(gateway, self.settings.carrier_timeout, codes)

    @cached_property
    def ask_pagers(self) -> AskPagers | None:
        """Fetches what was chosen on two-way pagers; None where there are none that have to be asked."""
        account = self.settings.snpp
        if self._snpp is None or account is None or account.level < TWO_WAY:
            return None
        return AskPagers(self.ledger, self._snpp, self.answer_page, self.record_delivery)

    @cached_property
    def answer_page(self) -> AnswerPage:
        """What a clinician does with one page."""
        return AnswerPage(self.ledger, Decisions(self.paging), self.doorbell)

    @cached_property
    def record_delivery(self) -> RecordDelivery:
        """What carriers report."""
        return RecordDelivery(self.ledger, self.consequences, self.doorbell)

    def start_traces(self, role: str) -> None:
        """Record what this process does, where there is somebody to tell."""
        if self.settings.collector_url:
            start_traces(role, self.settings.collector_url)

    def carry_page(self, page_id: UUID, trace: str = "") -> None:
        """Carry a page, in the trace that rang for it."""
        try:
            with span("page", SpanKind.CONSUMER, trace, page_id=str(page_id)):
                self.page_clinician(page_id)
        finally:
            if trace:
                flush_traces()  # whom a doorbell has called may end with its job

    def _withheld(self, carriers: Mapping[Channel, Carrier]) -> Mapping[Channel, Carrier]:
        """The carriers, which in a rehearsal reach only the addresses on its list."""
        carriers = {channel: TracedCarrier(carrier, channel) for channel, carrier in carriers.items()}
        allowed = self.settings.page_only
        return {c: PageOnly(carrier, allowed) for c, carrier in carriers.items()} if allowed else carriers

    @cached_property
    def drill(self) -> Drill:
        """Test pages through real plans."""
        return Drill(self.ledger, self.paging, self.doorbell)

    @cached_property
    def follow_up_policy(self) -> FollowUpPolicy:
        """By when a human must have spoken to the person, where a site does not say otherwise."""
        return load_follow_up_policy(self.settings.config_dir)

    @cached_property
    def dispositions(self) -> tuple[str, ...]:
        """What a case may be closed with."""
        return load_dispositions(self.settings.config_dir)

    @cached_property
    def switch_paging(self) -> SwitchPaging:
        """Whether clinicians are paged, and the switch that stops it for a time."""
        return SwitchPaging(self.ledger, self.sites, load_switch_policy(self.settings.config_dir))

    @cached_property
    def report_policy(self) -> ReportPolicy:
        """How reports count."""
        return load_report_policy(self.settings.config_dir)

    @cached_property
    def report_golden_hour(self) -> ReportGoldenHour:
        """What first hours were like."""
        return ReportGoldenHour(self.ledger, self.sites, self.report_policy)

    def report_rules(self, policy: Policy) -> ReportRules:
        """What became of the cases that each rule raised."""
        return ReportRules(self.ledger, policy, self.report_policy)

    @cached_property
    def keep_promises(self) -> KeepPromises:
        """Pages for the follow-ups whose time comes."""
        return KeepPromises(self.ledger, self.paging, self.doorbell)

    @cached_property
    def settle_follow_up(self) -> SettleFollowUp:
        """The follow-ups that are due, and how a human ends one."""
        return SettleFollowUp(self.ledger)

    @cached_property
    def check_policy(self) -> CheckPolicy:
        """How clinicians' addresses are checked."""
        return load_check_policy(self.settings.config_dir)

    @cached_property
    def check_address(self) -> CheckAddress:
        """Test pages to one address."""
        return CheckAddress(self.ledger, self.paging, self.doorbell, self.check_policy, new_number)

    @cached_property
    def clinicians(self) -> ReadClinicians:
        """Clinicians as they stand."""
        return ReadClinicians(self.ledger, self.sites, self.check_policy)

    @cached_property
    def plans(self) -> ReadPlans:
        """Plans as they stand."""
        return ReadPlans(self.ledger, self.sites)

    @cached_property
    def synthetic_page(self) -> SyntheticPage:
        """A test page now and then. `ConfigurationFaults` when it names nobody that there is."""
        faults = [
            f"GOLDENHOUR_SYNTHETIC: there is no {person} at a site {site}"
            for site, person in self.settings.synthetic.items()
            if site not in self.sites or person not in self.sites[site].clinicians
        ]
        if faults:
            raise ConfigurationFaults(faults)
        return SyntheticPage(
            self.ledger,
            self.drill,
            self.doorbell,
            persons=self.settings.synthetic,
            every=timedelta(seconds=self.settings.synthetic_every),
            within=timedelta(seconds=self.settings.synthetic_within),
        )

    @cached_property
    def audit_cases(self) -> AuditCases:
        """Looks for what should never be."""
        deadman = HttpDeadMan(self.settings.deadman_url)
        return AuditCases(
            self.ledger, self.paging, self.doorbell, deadman, self.check_policy, lambda: datetime.now(UTC)
        )

    @cached_property
    def advance_cases(self) -> AdvanceCases:
        """Takes every step that is due."""
        return AdvanceCases(self.ledger, self.paging, self.doorbell)

    @cached_property
    def due_pages(self) -> DuePages:
        """Finds what the doorbell did not bring about."""
        return DuePages(self.ledger, timedelta(seconds=self.settings.doorbell_grace))

    @cached_property
    def watch(self) -> WatchService:
        """Says whether the service is well."""
        return WatchService(self.ledger)

    @cached_property
    def refresh_calendars(self) -> RefreshCalendars:
        """Reads the calendars that rosters follow."""
        return RefreshCalendars(self.ledger, self.sites, IcalCalendars())

    @cached_property
    def health(self) -> ReadHealth:
        """Whether the service is ready and well."""
        return ReadHealth(
            self.watch, self.rosters, self.switch_paging, self.schema_is_current, self.doorbell.is_there
        )

    @cached_property
    def rosters(self) -> ReadRosters:
        """Rosters as they stand."""
        return ReadRosters(self.ledger, self.sites, IcalWriter())

    @cached_property
    def override_roster(self) -> OverrideRoster:
        """Adds and ends overrides of rosters."""
        return OverrideRoster(self.ledger, self.sites)

    @cached_property
    def seal_trail(self) -> SealTrail:
        """Seals the audit trail."""
        return SealTrail(self.ledger)

    @cached_property
    def read_trail(self) -> ReadTrail:
        """The audit trail, proved and read."""
        return ReadTrail(self.ledger)

    @cached_property
    def purge_contacts(self) -> PurgeContacts:
        """Erases what a site keeps no longer."""
        return PurgeContacts(self.ledger, self.sites)

    @cached_property
    def erase_contact(self) -> EraseContact:
        """Erases one person's words."""
        return EraseContact(self.ledger)

    @cached_property
    def export_contact(self) -> ExportContact:
        """All that is held about one person."""
        return ExportContact(self.ledger)

    @cached_property
    def rotate_data_keys(self) -> RotateDataKeys:
        """Seals everything anew with the active data key."""
        return RotateDataKeys(self.ledger)

    @property
    def read_contacts(self) -> ReadContacts:
        """First contacts, for the command line."""
        return ReadContacts(self.ledger)

    @cached_property
    def keys(self) -> ApiKeys:
        """Keys of the API."""
        return ApiKeys(self.ledger, time.monotonic)

    @cached_property
    def _schema(self) -> ModuleType:
        """The migrations, which few processes look at."""
        return import_module("service.adapters.postgres.migrate")

    def upgrade_schema(self) -> None:
        """Bring the database to the schema of this version."""
        self._schema.upgrade(self._engine)

    def downgrade_schema(self, revision: str) -> None:
        """Take the database back to an older schema."""
        self._schema.downgrade(self._engine, revision)

    def schema_is_current(self) -> bool:
        """Whether the database has the schema that this version needs, or a newer one."""
        return bool(self._schema.serves(self._engine))

    def web(self) -> Flask:
        """The web application. What it is made of is loaded by whoever serves it alone."""
        from service.adapters.redis_limits import RedisLimits  # noqa: PLC0415
        from service.web.app import create_app  # noqa: PLC0415
        from service.web.tallies import Tallies  # noqa: PLC0415
        from service.web.turnstile import Turnstile  # noqa: PLC0415
        from service.web.wiring import Wiring  # noqa: PLC0415

        tallies = Tallies()
        assessor = TimedAssessor.of(load_assessor(self.settings.config_dir), tallies.scored)
        messages = load_messages(self.settings.config_dir)
        decisions = Decisions(self.paging)
        twilio = self.settings.twilio
        app = create_app(
            Wiring(
                assessor=assessor,
                receive=ReceiveFirstContact(
                    self.ledger,
                    assessor,
                    self.paging,
                    Decisions(self.paging),
                    Promises(self.follow_up_policy),
                    Hours(assessor, self.report_policy),
                    self.doorbell,
                ),
                read=ReadCases(self.ledger),
                read_contacts=self.read_contacts,
                follow_ups=self.settle_follow_up,
                switch=self.switch_paging,
                golden_hour=self.report_golden_hour,
                rules=self.report_rules(assessor.policy),
                trail=self.read_trail,
                decide=DecideCase(self.ledger, decisions, self.doorbell, self.dispositions),
                drill=self.drill,
                check_address=self.check_address,
                clinicians=self.clinicians,
                plans=self.plans,
                keys=self.keys,
                answer_reply=AnswerReply(self.ledger, decisions, messages, self.doorbell),
                answer_page=self.answer_page,
                speak_page=SpeakPage(self.ledger, self.answer_page, messages),
                pager_replies=WctpReplies(self.settings.wctp.code if self.settings.wctp else ""),
                incidents=PagerDutyWebhooks(self.settings.pagerduty_secrets),
                record_delivery=self.record_delivery,
                watch=self.watch,
                rosters=self.rosters,
                override_roster=self.override_roster,
                webhooks=TwilioWebhooks(
                    tuple(filter(None, (twilio.auth_token, twilio.secondary_token))),
                    self.settings.public_url,
                    self.carrier_policy.codes["twilio"],
                ),
                sites=self.sites,
                text_limit=self.settings.text_limit,
                limits=RedisLimits(self.settings.redis_url),
                rate_limit=self.settings.rate_limit,
                turnstile=Turnstile(self.settings.api_threads, self.settings.api_waiting),
                trusted_proxies=self.settings.trusted_proxies,
                health=self.health,
                doorbell=self.doorbell.look,
                tallies=tallies,
            )
        )
        app.wsgi_app = TracedRequests(app.wsgi_app)  # type: ignore[method-assign]
        return app
