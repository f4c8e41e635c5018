"""The auditor sees what should never be, pushes what stands still, and is silent only when all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.calendar import CalendarSource
from service.domain.delivery import Rejected
from service.domain.escalation import CaseKind, CaseState
from service.domain.refusals import Refusal
from service.domain.roster import Roster
from service.domain.shift import Shift
from service.usecases.override_roster import OverrideRoster, Wanted
from service.usecases.refresh_calendars import RefreshCalendars
from tests.database import TimeMachine
from tests.fakes import FakeCalendars
from tests.service_under_test import LINDQVIST, OSEI, TONIGHT, ServiceUnderTest, a_site


def whats(service: ServiceUnderTest) -> list[str]:
    """What it found, besides that nobody here has shown that pages reach them."""
    findings, _ = service.audit.audit()
    return [finding.what for finding in findings if "is verified" not in finding.what]


def troubles(service: ServiceUnderTest) -> list[str]:
    listed = service.read.worklist("riverside", tuple(CaseState), 100, 0)
    return [case.subject for case in listed.cases if case.kind is CaseKind.TROUBLE]


def test_when_all_is_well_the_outside_is_told_once_a_minute(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    for _ in range(3):
        assert service.audit() == []
    assert service.deadman.heard == 1
    time_machine.forward(61)
    service.sweep()
    service.work()
    service.audit()
    assert service.deadman.heard == 2


def test_a_case_that_stands_still_is_pushed_reported_and_silences_the_outside(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(180 + 61)
    service.audit()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1
    assert troubles(service) == [f"{service.case().code} stood still"]
    assert service.deadman.heard == 0


def test_a_page_that_is_held_and_carried_by_nobody_is_found(
    service: ServiceUnderTest, engine: Engine, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pages SET state = 'sending', lease_until = now(), attempted_at = now()")
        )
    assert "pages are held and nobody carries them" not in whats(service)
    time_machine.forward(61)
    assert "pages are held and nobody carries them" in whats(service)


def test_a_carrier_that_never_says_what_became_of_pages_is_noted_and_pages_nobody(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(150)
    assert whats(service) == ["1 accepted pages without a word of delivery"]
    assert troubles(service) == []


def test_whoever_is_on_call_and_cannot_be_reached_is_named(
    service: ServiceUnderTest,
) -> None:
    service.carrier.outcomes = [Rejected(Refusal.OPTED_OUT)]
    service.contact(TONIGHT)
    service.work()
    assert "osei is on call and cannot be reached" in whats(service)
    assert service.texts_to(OSEI) == []


def test_a_roster_with_nobody_on_it_is_named(ledger: PostgresLedger, assessor: Assessor) -> None:
    site = a_site()
    first = site.rosters["first"]
    past = Shift("osei", datetime(2020, 1, 1), datetime(2020, 1, 2))
    site = replace(site, rosters={**site.rosters, "first": Roster("first", first.zone, shifts=(past,))})
    service = ServiceUnderTest(ledger, assessor, site)
    assert whats(service) == ["nobody is on call on roster first"]


def test_a_gap_is_named_a_week_before_it(ledger: PostgresLedger, assessor: Assessor) -> None:
    site = a_site()
    ends = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=3)
    first = site.rosters["first"]
    ending = replace(first, layers=tuple(replace(layer, until=ends) for layer in first.layers))
    service = ServiceUnderTest(ledger, assessor, replace(site, rosters={**site.rosters, "first": ending}))
    assert whats(service) == ["roster first leaves a gap within a week"]
    assert troubles(service) == []


def test_a_gap_that_is_accepted_is_nothing_to_be_named(ledger: PostgresLedger, assessor: Assessor) -> None:
    site = a_site()
    daytime = Roster("daytime", site.rosters["first"].zone, gaps_accepted=True)
    service = ServiceUnderTest(ledger, assessor, replace(site, rosters={**site.rosters, "daytime": daytime}))
    assert whats(service) == []


def test_who_stands_in_is_on_call_for_the_auditor_too(
    service: ServiceUnderTest, ledger: PostgresLedger
) -> None:
    overrides = OverrideRoster(ledger, {"riverside": service.site})
    until = datetime.now(UTC) + timedelta(hours=8)
    overrides.add("riverside", "first", Wanted(None, until, None, "osei"), "test")
    assert whats(service) == ["nobody is on call on roster first"]
    overrides.add("riverside", "first", Wanted(None, until, "moreau"), "test")
    assert whats(service) == []


def test_a_calendar_that_is_away_for_a_day_is_noted(
    ledger: PostgresLedger, assessor: Assessor, time_machine: TimeMachine
) -> None:
    site = replace(a_site(), calendars={"first": CalendarSource("https://calendar.example/", {})})
    RefreshCalendars(ledger, {"riverside": site}, FakeCalendars())()
    service = ServiceUnderTest(ledger, assessor, site)
    assert whats(service) == []
    time_machine.forward(86_500)
    assert "the calendar of roster first is away" in whats(service)


def test_when_the_databases_clock_went_back_the_audit_goes_on_and_whoever_runs_the_service_is_told(
    service: ServiceUnderTest, time_machine: TimeMachine, engine: Engine
) -> None:
    service.contact(TONIGHT)
    service.work()
    service.audit()
    assert troubles(service) == []
    time_machine.forward(-3600)  # all that is stored, the next audit too, lies an hour ahead
    with engine.begin() as connection:
        connection.execute(text("UPDATE case_events SET at = at + interval '1 hour'"))
    service.audit()
    assert troubles(service) == ["the database's clock went back: 1 cases may be paged too late"]
    service.contact(TONIGHT, contact_id="c2")  # whatever comes afterwards is on time
    assert service.case("c2").next_action_at < datetime.now(UTC) + timedelta(minutes=4)


def test_a_clock_that_is_wrong_is_noted(service: ServiceUnderTest) -> None:
    service.audit = replace(service.audit, clock=lambda: datetime.now(UTC) + timedelta(minutes=3))
    assert whats(service) == ["a clock of the service is wrong"]


def test_a_case_that_cannot_be_pushed_does_not_hide_the_others(
    service: ServiceUnderTest, engine: Engine, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT, contact_id="c1")
    service.contact(TONIGHT, contact_id="c2")
    broken = service.case("c1")
    with engine.begin() as connection:
        statement = text("UPDATE cases SET site = 'gone' WHERE case_id = :case_id")
        connection.execute(statement, {"case_id": broken.case_id})
    time_machine.forward(180 + 61)
    assert len([what for what in whats(service) if what.endswith("stood still")]) == 2
    with service.ledger.transaction() as tx:
        stalled = tx.stalled_cases(tx.now - timedelta(minutes=1))
    assert [case_id for _, case_id, _ in stalled] == [broken.case_id]
    assert f"{broken.code} stood still" in troubles(service)  # its own site has nobody who could be told
