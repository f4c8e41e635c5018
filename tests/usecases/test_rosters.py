"""Overrides and calendars on a real ledger: who is on call, who is paged, and what is said of a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from service.adapters.aes_gcm import Cipher
from service.adapters.ical_writer import IcalWriter
from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.calendar import CalendarFault, CalendarSource
from service.domain.errors import Invalid, NotFound
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.site import Site
from service.usecases.on_call import on_call
from service.usecases.override_roster import OverrideRoster, Wanted
from service.usecases.read_rosters import ReadRosters, RosterView
from service.usecases.refresh_calendars import RefreshCalendars
from tests.database import TimeMachine
from tests.fakes import FakeCalendars
from tests.service_under_test import LINDQVIST, MOREAU, OSEI, TONIGHT, ServiceUnderTest, a_site

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = CalendarSource("https://calendar.example/rota.ics", {"dr moreau": "moreau", "dr osei": "osei"})


def _followed(source: CalendarSource = SOURCE) -> Site:
    """The site, its first roster following a calendar with Osei's layer beneath."""
    return replace(a_site(), calendars={"first": source})


def _event(summary: str, begin: datetime, end: datetime, more: str = "") -> str:
    times = f"DTSTART:{begin:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\n"
    return f"BEGIN:VEVENT\r\nUID:{uuid4()}\r\n{times}SUMMARY:{summary}\r\n{more}END:VEVENT\r\n"


def _calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


MOREAU_NOW = _calendar(_event("Dr Moreau", NOW - DAY, NOW + 9 * DAY))


class Rosters:
    """The use cases of rosters for one site."""

    def __init__(self, ledger: PostgresLedger, site: Site) -> None:
        self.ledger, self.site = ledger, site
        sites = {site.site_id: site}
        self.calendars = FakeCalendars()
        self.refresh = RefreshCalendars(ledger, sites, self.calendars)
        self.read = ReadRosters(ledger, sites, IcalWriter())
        self.override = OverrideRoster(ledger, sites)

    def now(self, roster: str = "first") -> OnCall | NobodyOnCall:
        with self.ledger.transaction() as tx:
            return on_call(tx, self.site, roster)

    def view(self, days: int = 14) -> RosterView:
        found = self.read.one("riverside", "first", None, None, timedelta(days=days))
        assert found is not None
        return found

    def add(self, clinician: str | None, instead_of: str | None = None, hours: int = 8) -> object:
        wanted = Wanted(None, datetime.now(UTC) + hours * HOUR, clinician, instead_of)
        return self.override.add("riverside", "first", wanted, "ward")


@pytest.fixture
def rosters(ledger: PostgresLedger) -> Rosters:
    return Rosters(ledger, a_site())


@pytest.fixture
def followed(ledger: PostgresLedger) -> Rosters:
    """Rosters whose calendar was read once, and says Moreau."""
    made = Rosters(ledger, _followed())
    made.calendars.body = MOREAU_NOW
    assert made.refresh() == 1
    return made


# overrides


def test_an_override_is_who_is_paged(ledger: PostgresLedger, assessor: Assessor, rosters: Rosters) -> None:
    rosters.add("moreau")
    service = ServiceUnderTest(ledger, assessor)
    service.contact(TONIGHT)
    service.work()
    assert (len(service.texts_to(MOREAU)), len(service.texts_to(OSEI))) == (1, 0)


def test_a_step_whose_only_person_was_taken_off_goes_on_to_the_next_at_once(
    ledger: PostgresLedger, assessor: Assessor, rosters: Rosters
) -> None:
    rosters.add(None, instead_of="osei")
    service = ServiceUnderTest(ledger, assessor)
    service.contact(TONIGHT)
    service.work()
    assert (len(service.texts_to(OSEI)), len(service.texts_to(LINDQVIST))) == (0, 1)


def test_an_override_ends_by_itself_and_begins_when_it_says(
    rosters: Rosters, time_machine: TimeMachine
) -> None:
    begin = datetime.now(UTC) + HOUR
    rosters.override.add("riverside", "first", Wanted(begin, begin + HOUR, "moreau"), "ward")
    assert rosters.now() == OnCall(("osei",))
    time_machine.forward(3_700)
    assert rosters.now() == OnCall(("moreau",))
    time_machine.forward(3_600)
    assert rosters.now() == OnCall(("osei",))


def test_what_has_been_cannot_be_changed(rosters: Rosters) -> None:
    long_ago = datetime.now(UTC) - 30 * DAY
    made = rosters.override.add("riverside", "first", Wanted(long_ago, NOW + DAY, "moreau"), "ward")
    assert made.override.begin > NOW - HOUR
    with pytest.raises(Invalid):
        rosters.override.add("riverside", "first", Wanted(long_ago, NOW - DAY, "moreau"), "ward")


def test_an_override_that_was_ended_stays_on_record_for_the_time_it_held(
    rosters: Rosters, time_machine: TimeMachine
) -> None:
    made = rosters.override.add("riverside", "first", Wanted(None, NOW + DAY, "moreau"), "ward")
    time_machine.forward(3_600)
    rosters.override.end("riverside", "first", made.override.override_id)
    assert rosters.now() == OnCall(("osei",))
    past = rosters.read.one("riverside", "first", datetime.now(UTC) - 2 * HOUR, None, 2 * HOUR)
    assert past is not None
    names = [span.on_call for span in past.spans]
    assert names == [OnCall(("osei",)), OnCall(("moreau",)), OnCall(("osei",))][: len(names)]
    assert OnCall(("moreau",)) in names
    with pytest.raises(NotFound):
        rosters.override.end("riverside", "first", made.override.override_id)


def test_an_override_that_was_ended_before_it_began_never_held(rosters: Rosters) -> None:
    made = rosters.override.add("riverside", "first", Wanted(NOW + DAY, NOW + 2 * DAY, "moreau"), "ward")
    rosters.override.end("riverside", "first", made.override.override_id)
    assert rosters.view().roster.overrides == ()


def test_an_override_that_opens_a_gap_is_made_and_the_gap_is_named(rosters: Rosters) -> None:
    end = datetime.now(UTC) + 8 * HOUR
    told = rosters.override.add("riverside", "first", Wanted(None, end, None, "osei"), "ward")
    assert [(gap.begin, gap.end) for gap in told.gaps] == [(told.override.begin, end)]
    assert told.warnings == ("this leaves nobody on call at 1 times; `gaps` says when",)
    again = rosters.override.add("riverside", "first", Wanted(None, end, None, "osei"), "ward")
    assert again.gaps == ()  # it was there before
    assert again.warnings == ("another override holds at the same time: both stand",)


def test_ending_an_override_that_filled_a_gap_names_the_gap(rosters: Rosters) -> None:
    off = Wanted(None, datetime.now(UTC) + 8 * HOUR, None, "osei")
    rosters.override.add("riverside", "first", off, "ward")
    filled = rosters.override.add(
        "riverside", "first", replace(off, clinician="moreau", instead_of=None), "w"
    )
    told = rosters.override.end("riverside", "first", filled.override.override_id)
    assert [gap.end for gap in told.gaps] == [off.end]


def test_every_fault_of_an_override_is_named(rosters: Rosters) -> None:
    with pytest.raises(Invalid) as refused:
        rosters.override.add("riverside", "first", Wanted(NOW + DAY, NOW, "nobody", "nobody"), "ward")
    assert {fault.pointer for fault in refused.value.faults} == {"/clinician", "/instead_of", "/until"}
    with pytest.raises(Invalid) as refused:
        rosters.override.add("riverside", "first", Wanted(None, NOW + 400 * DAY), "ward")
    assert {fault.pointer for fault in refused.value.faults} == {"/clinician", "/until"}
    with pytest.raises(NotFound):
        rosters.override.add("riverside", "third", Wanted(None, NOW + DAY, "osei"), "ward")


def test_an_override_by_somebody_who_has_left_the_site_leaves_the_layers(ledger: PostgresLedger) -> None:
    before = a_site()
    Rosters(ledger, before).add("moreau")
    people = {name: who for name, who in before.clinicians.items() if name != "moreau"}
    assert Rosters(ledger, replace(before, clinicians=people)).now() == OnCall(("osei",))


def test_an_override_holds_on_its_own_roster_and_site_alone(ledger: PostgresLedger, rosters: Rosters) -> None:
    rosters.add("moreau")
    assert rosters.now("second") == OnCall(("lindqvist",))
    assert Rosters(ledger, a_site("elsewhere")).now() == OnCall(("osei",))


def test_a_roster_that_the_site_does_not_know_has_nobody(rosters: Rosters) -> None:
    assert rosters.now("third") == NobodyOnCall("third")


# calendars


def test_a_calendar_says_who_is_paged_and_beyond_it_the_layers_do(
    ledger: PostgresLedger, assessor: Assessor, followed: Rosters
) -> None:
    service = ServiceUnderTest(ledger, assessor, followed.site)
    service.contact(TONIGHT)
    service.work()
    assert (len(service.texts_to(MOREAU)), len(service.texts_to(OSEI))) == (1, 0)
    assert [span.on_call for span in followed.view().spans] == [OnCall(("moreau",)), OnCall(("osei",))]


def test_a_calendar_is_read_every_ten_minutes_by_one_process(
    followed: Rosters, time_machine: TimeMachine
) -> None:
    assert followed.refresh() == 0
    time_machine.forward(601)
    assert (followed.refresh(), followed.refresh()) == (1, 0)
    assert followed.calendars.fetched == 2


def test_a_calendar_that_is_away_or_breaks_changes_nothing(
    followed: Rosters, time_machine: TimeMachine
) -> None:
    for fault in (CalendarFault.AWAY, b"<html>sign in</html>", _calendar()[:-30]):
        followed.calendars.body = fault
        time_machine.forward(601)
        assert followed.refresh() == 0
        assert followed.now() == OnCall(("moreau",))
    assert followed.view().warnings == ("the calendar is not a calendar",)


def test_a_copy_is_read_further_ahead_while_its_calendar_is_away(
    followed: Rosters, time_machine: TimeMachine
) -> None:
    followed.calendars.body = _calendar(
        _event("Dr Moreau", NOW - 500 * DAY, NOW - 500 * DAY + HOUR, "RRULE:FREQ=DAILY\r\n")
    )
    time_machine.forward(601)
    followed.refresh()
    with followed.ledger.transaction() as tx:
        latest = max(watch.end for watch in tx.calendar_watches("riverside", "first"))
    assert latest > NOW + 399 * DAY
    followed.calendars.body = CalendarFault.AWAY
    time_machine.forward(601)
    followed.refresh()
    with followed.ledger.transaction() as tx:
        assert max(watch.end for watch in tx.calendar_watches("riverside", "first")) == latest
        kept = tx.kept_calendar("riverside", "first")
    assert kept is not None
    assert kept.startswith(b"BEGIN:VCALENDAR")


def test_a_calendar_that_is_away_for_a_day_is_reported(followed: Rosters, time_machine: TimeMachine) -> None:
    followed.calendars.body = CalendarFault.TOO_SLOW
    time_machine.forward(86_000)
    followed.refresh()
    assert followed.view().warnings == ("the calendar takes too long",)
    time_machine.forward(1_000)
    assert "the calendar was last read on" in followed.view().warnings[1]
    (first, second) = followed.read.pulses()
    assert (first.calendar_away, first.follows_a_calendar, first.on_call) == (True, True, 1)
    assert (second.calendar_away, second.follows_a_calendar) == (False, False)


def test_a_calendar_that_was_never_had_is_reported_at_once(ledger: PostgresLedger) -> None:
    rosters = Rosters(ledger, _followed())
    assert rosters.view().warnings == ("the calendar was never read: the roster stands without it",)
    rosters.refresh()
    assert rosters.view().warnings == (
        "the calendar was never read: the roster stands without it",
        "the calendar cannot be reached",
    )
    assert rosters.now() == OnCall(("osei",))


def test_events_that_name_nobody_are_reported_with_the_gap_that_they_leave(ledger: PostgresLedger) -> None:
    site = _followed()
    alone = replace(site, rosters={"first": replace(site.rosters["first"], layers=())})
    rosters = Rosters(ledger, alone)
    rosters.calendars.body = _calendar(
        _event("Dr Osei", NOW - DAY, NOW + DAY), _event("Dr Osie", NOW + DAY, NOW + 2 * DAY)
    )
    rosters.refresh()
    view = rosters.view(days=2)
    assert [(gap.begin) for gap in view.gaps] == [NOW + DAY]
    assert view.warnings == (
        "of the calendar's events, 1 put nobody on call: each names no clinician of this roster's calendar",
        "nobody is on call at 1 times between `from` and `until`",
    )
    assert view.calendar is not None
    assert [event.summary for event in view.calendar.skipped] == ["Dr Osie"]


def test_another_calendar_in_the_sites_file_is_read_soon(
    ledger: PostgresLedger, followed: Rosters, time_machine: TimeMachine
) -> None:
    moved = Rosters(ledger, _followed(replace(SOURCE, people={"dr moreau": "lindqvist"})))
    moved.calendars.body = MOREAU_NOW
    assert moved.refresh() == 0
    time_machine.forward(20)
    assert moved.refresh() == 1
    assert moved.now() == OnCall(("lindqvist",))


def test_no_transaction_is_open_while_a_calendar_is_fetched(ledger: PostgresLedger, engine: Engine) -> None:
    rosters = Rosters(ledger, _followed())
    seen: list[int] = []

    def look() -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        with engine.connect() as connection:
            seen.append(connection.scalar(text(query)) or 0)

    rosters.calendars.before_fetch = look
    rosters.refresh()
    assert seen == [0]


def test_a_spoilt_row_keeps_nobody_from_being_paged(
    followed: Rosters, engine: Engine, time_machine: TimeMachine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE calendars SET watches = '[[1]]'"))
    assert followed.now() == OnCall(("osei",))
    time_machine.forward(601)
    followed.refresh()
    assert followed.now() == OnCall(("moreau",))


def test_one_calendar_that_fails_in_an_unknown_way_holds_up_no_other(ledger: PostgresLedger) -> None:
    rosters = Rosters(ledger, replace(a_site(), calendars={"first": SOURCE, "second": SOURCE}))
    rosters.calendars.body = MOREAU_NOW
    failing = iter([True, False])

    def fail_once() -> None:
        if next(failing):
            raise ArithmeticError

    rosters.calendars.before_fetch = fail_once
    assert rosters.refresh() == 1
    assert rosters.now("second") == OnCall(("moreau",))


def test_what_people_wrote_in_a_calendar_is_sealed_and_gone_with_its_key(
    followed: Rosters, engine: Engine, time_machine: TimeMachine
) -> None:
    with engine.connect() as connection:
        row = connection.execute(text("SELECT row_to_json(c)::text FROM calendars c")).scalar_one()
    assert "Dr Moreau" not in row
    other_keys = Rosters(PostgresLedger(engine, Cipher({"k2": bytes(32)}, "k2")), followed.site)
    assert other_keys.now() == OnCall(("moreau",))
    assert other_keys.view().warnings == ()
    time_machine.forward(601)
    other_keys.refresh()  # away, and its copy cannot be opened: what was read from it stands
    assert other_keys.now() == OnCall(("moreau",))
