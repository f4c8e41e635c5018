"""Hard cases of escalation that are about processes, carriers and clocks, in one house with a site for each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from service.settings import REPOSITORY, sqlalchemy_url
from simulator.control import Phone
from simulator.faults import reject
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import TONIGHT, intake_at, the_site, until, written

pytestmark = pytest.mark.slow
PEOPLE = ("osei", "lindqvist", "moreau")
SITES = ("taken", "nobody", "clocks", "backlog", "poison")
SWEEPERS = ("sweeper-1", "sweeper-2")
CARRYING = ("worker-1", *SWEEPERS)
WITHIN = 10.0  # seconds, as promised for every page
OF_EACH = 6
URGENT, SOON = "It really is hopeless. Even therapy couldn't help.", "I don't see a future for myself."
OF_BACKLOG = "WHERE site = 'backlog'"
HOURS = timedelta(hours=5)


def _number(site: str, person: str) -> str:
    """Everybody has a phone of their own at each site, so that no story rings in another."""
    return f"+4477009002{SITES.index(site)}{PEOPLE.index(person)}"


def _site(name: str, wait: str = "1h") -> dict[str, Any]:
    site = the_site(wait)
    site |= {
        "site": name,
        "pace": {"bundle_after": "0s", "most": 20, "within": "1s", "same_case_every": "0s"},
        "clinicians": {who: {"name": f"Dr {who.title()}", "sms": _number(name, who)} for who in PEOPLE},
    }
    return site


def _nobody() -> dict[str, Any]:
    """First a roster with nobody on it, then Osei, then Lindqvist; an hour for each."""
    site = _site("nobody")
    site["rosters"]["empty"] = {"gaps_accepted": True, "shifts": []}
    steps = [{"page": name, "wait": "1h"} for name in ("empty", "first", "second")]
    site["plans"]["emergency"]["steps"] = steps
    return site


def _backlog() -> dict[str, Any]:
    """Whatever the urgency, the first page is due at once; over PagerDuty, where each is a message of its own."""
    site = _site("backlog")
    site["clinicians"] = {who: {"name": f"Dr {who.title()}", "pagerduty": who[0] * 32} for who in PEOPLE}
    for plan in site["plans"].values():
        plan["first_page_after"] = "0s"
    return site


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("house")
    sites = (_site("taken", "2s"), _nobody(), _site("clocks", "3s"), _backlog(), _site("poison", "1s"))
    environment = {"GOLDENHOUR_SITES_DIR": str(written(home / "sites", *sites))}
    with Stack(home / "var", environment=environment) as stack:
        yield stack


@contextmanager
def _paused(stack: Stack, *names: str) -> Iterator[None]:
    """These processes stand still."""
    for name in names:
        stack.kill(name, signal.SIGSTOP)
    try:
        yield
    finally:
        for name in names:
            stack.kill(name, signal.SIGCONT)


@contextmanager
def _killed(stack: Stack, *names: str) -> Iterator[None]:
    """These processes are gone; those that are still gone at the end are started again."""
    for name in names:
        stack.kill(name)
    try:
        yield
    finally:
        for name in stack.ended():
            stack.start(name)


def _phone(stack: Stack, site: str, person: str) -> Phone:
    return stack.carrier.phone(_number(site, person))


def _case(intake: Intake, contact: str) -> dict[str, Any]:
    case = intake.case_of(contact)
    assert case is not None
    return case


def _kinds(intake: Intake, contact: str, person: str | None = None) -> list[str]:
    """What the timeline tells of a contact's case, or of one person in it."""
    events = intake.timeline(_case(intake, contact)["case_id"])
    return [event["kind"] for event in events if person in {None, event["clinician"]}]


def _sql(stack: Stack, statement: str) -> list[tuple[Any, ...]]:
    engine = sqlalchemy.create_engine(sqlalchemy_url(stack.database_url))
    try:
        with engine.begin() as connection:
            done = connection.execute(sqlalchemy.text(statement))
            return [tuple(row) for row in done] if done.returns_rows else []
    finally:
        engine.dispose()


# 18. It is taken while the next page is on its way.


@pytest.mark.parametrize("held", ["hold_before_accept", "accept_then_hold"])
def test_who_is_being_paged_while_another_takes_the_case_is_told_by_whom(stack: Stack, held: str) -> None:
    intake, osei, lindqvist = intake_at(stack, "taken"), *_both(stack, "taken")
    lindqvist.fail_next(held)
    intake.send(held, TONIGHT)
    code = _case(intake, held)["code"]
    osei.expect_sms(code, "waits for you")
    lindqvist.wait_until_holding()
    osei.reply(code)
    lindqvist.release()
    osei.expect_sms(code, "the case is yours")
    lindqvist.expect_sms(code, "waits for you")
    lindqvist.expect_sms(code, "Dr Osei has taken the case")
    assert [sms for sms in _phone(stack, "taken", "moreau").received if code in sms.body] == []


def _both(stack: Stack, site: str) -> tuple[Phone, Phone]:
    return _phone(stack, site, "osei"), _phone(stack, site, "lindqvist")


def test_what_was_not_sent_when_the_case_was_taken_is_never_sent(stack: Stack) -> None:
    intake, osei = intake_at(stack, "taken"), _phone(stack, "taken", "osei")
    with _paused(stack, *CARRYING):
        intake.send("taken-first", TONIGHT)
        case = _case(intake, "taken-first")
        intake.act(case["case_id"], "acknowledge", clinician="lindqvist")
    intake.send("afterwards", TONIGHT)
    osei.expect_sms(_case(intake, "afterwards")["code"])
    until(lambda: _states(stack, case) == {"cancelled"}, WITHIN, "the page that nobody needs is cancelled")
    assert [sms for sms in osei.received if case["code"] in sms.body] == []
    intake.act(_case(intake, "afterwards")["case_id"], "acknowledge", clinician="osei")


def _states(stack: Stack, case: dict[str, Any]) -> set[str]:
    return {
        state
        for (state,) in _sql(
            stack, f"SELECT state FROM pages WHERE kind = 'page' AND case_id = '{case['case_id']}'"
        )
    }


# 26. Nobody is on call, or nobody who can be reached.


def test_nobody_on_call_and_nobody_who_can_be_reached_are_passed_over_within_seconds(stack: Stack) -> None:
    intake, osei, lindqvist = intake_at(stack, "nobody"), *_both(stack, "nobody")
    osei.always(reject(21610))  # has opted out
    intake.send("c1", TONIGHT)
    lindqvist.expect_sms(_case(intake, "c1")["code"], within=WITHIN)
    assert "nobody_on_call" in _kinds(intake, "c1")
    intake.send("c2", TONIGHT)
    lindqvist.expect_sms(_case(intake, "c2")["code"], within=WITHIN)
    assert _kinds(intake, "c2", "osei") == ["no_channel"]  # it is known by now: no page is wasted on it
    lindqvist.expect_sms("the service itself needs help", within=WITHIN)


# 31. Clocks that are wrong.


def _clock(stack: Stack, off_by: timedelta) -> Path:
    """Where it stands by how much a clock is wrong, from now on."""
    file = stack.home / "clock"
    written = file.with_suffix(".new")
    written.write_text(str(off_by.total_seconds()), encoding="ascii")
    return written.replace(file)


@contextmanager
def _with_wrong_clock(stack: Stack, role: str, off_by: timedelta) -> Iterator[Path]:
    """One more process of the house, its own clock wrong; its log."""
    log = stack.home / "log" / f"{role}-off-by-{off_by.total_seconds():.0f}.log"
    folders = (str(REPOSITORY / "tests/stories/wrong_clock"), stack.environment.get("PYTHONPATH", ""))
    environment = {
        **stack.environment,
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        "CLOCK_IS_OFF_BY": str(_clock(stack, off_by)),
    }
    command = [sys.executable, "-m", "service.cli", role]
    with (
        log.open("w", encoding="utf-8") as lines,
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=lines, stderr=lines) as process,
    ):
        try:
            until(lambda: '"at work"' in log.read_text(encoding="utf-8"), 30.0, f"the {role} is at work")
            yield log
        finally:
            process.terminate()


@pytest.mark.parametrize("off_by", [HOURS, -HOURS], ids=["ahead", "behind"])
def test_pages_leave_on_time_by_processes_whose_own_clocks_are_hours_off(
    stack: Stack, off_by: timedelta
) -> None:
    intake, osei, lindqvist = intake_at(stack, "clocks"), *_both(stack, "clocks")
    soon, tonight = (f"{urgency}-off-by-{off_by.total_seconds():.0f}" for urgency in ("soon", "tonight"))
    # The worker is killed, and not paused: Redis would still give it the next job.
    with _killed(stack, "worker-1"), _paused(stack, *SWEEPERS), _with_wrong_clock(stack, "worker", off_by):
        # Due now, and not before they stand still: else one of them takes it, and the next is a minute away.
        _sql(stack, "DELETE FROM chores WHERE name = 'audit'")
        intake.send(soon, SOON)  # its first page is due in two days, and no clock of ours may bring it on
        intake.send(tonight, TONIGHT)
        case = _case(intake, tonight)
        code, opened = case["code"], datetime.fromisoformat(case["opened_at"])
        osei.expect_sms(code, within=WITHIN)  # by the worker: there is no sweeper yet
        with _with_wrong_clock(stack, "sweeper", off_by) as log:
            second = lindqvist.expect_sms(code, within=WITHIN + 3)
            until(lambda: "a clock of the service is wrong" in log.read_text(), WITHIN, "the clock is named")
    assert 3 <= (second.at - opened).total_seconds() < 3 + WITHIN
    assert _kinds(intake, soon) == ["opened"]
    assert abs(_written_at(log) - (datetime.now(UTC) + off_by)) < timedelta(minutes=2)  # it was wrong indeed
    intake.act(_case(intake, tonight)["case_id"], "acknowledge", clinician="osei")


def test_a_clock_that_jumps_by_hours_while_it_runs_neither_loses_nor_doubles_a_page(stack: Stack) -> None:
    intake, osei, lindqvist = intake_at(stack, "clocks"), *_both(stack, "clocks")
    right = timedelta(0)
    with (
        _killed(stack, "worker-1"),
        _paused(stack, *SWEEPERS),
        _with_wrong_clock(stack, "worker", right),
        _with_wrong_clock(stack, "sweeper", right) as log,
    ):
        for number, jump in enumerate((HOURS, -HOURS, right), start=1):
            _clock(stack, jump)
            _sql(stack, "DELETE FROM chores WHERE name = 'audit'")
            contact = f"jump-{number}"
            intake.send(contact, TONIGHT)
            case = _case(intake, contact)
            osei.expect_sms(case["code"], within=WITHIN)
            second = lindqvist.expect_sms(case["code"], within=WITHIN + 3)
            assert (second.at - datetime.fromisoformat(case["opened_at"])).total_seconds() >= 3
            intake.act(case["case_id"], "acknowledge", clinician="osei")
            lindqvist.expect_sms(f"{case['code']}: Dr Osei has taken", within=WITHIN)
            pages = f"FROM pages WHERE kind = 'page' AND case_id = '{case['case_id']}'"
            [(count, attempts)] = _sql(stack, f"SELECT count(*), max(attempt) {pages}")
            received = [sms for sms in (*osei.received, *lindqvist.received) if "waits for you" in sms.body]
            assert (attempts, count) == (1, sum(case["code"] in sms.body for sms in received))
            said = log.read_text(encoding="utf-8").count("a clock of the service is wrong")
            assert said >= min(number, 2)  # it jumped indeed, and back again


def _written_at(log: Path) -> datetime:
    """The time of the last line, by the clock of whoever wrote it."""
    line: dict[str, str] = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return datetime.fromisoformat(line["at"])


# 32. A backlog after an outage.


def test_after_an_outage_the_most_pressing_go_first_and_each_case_takes_one_step(stack: Stack) -> None:
    intake = intake_at(stack, "backlog")
    texts = {"soon": SOON, "urgent": URGENT, "emergency": TONIGHT}  # the least pressing come first
    with _killed(stack, *CARRYING):
        for urgency, text in texts.items():
            for number in range(OF_EACH):
                assert intake.send(f"{urgency}-{number}", text)["urgency"] == urgency
        urgencies = {case["code"]: case["urgency"] for case in intake.worklist()}
        _sql(stack, f"UPDATE cases SET next_action_at = next_action_at - interval '5 hours' {OF_BACKLOG}")
        pages = f"case_id IN (SELECT case_id FROM cases {OF_BACKLOG})"
        _sql(stack, f"UPDATE pages SET not_before = not_before - interval '5 hours' WHERE {pages}")
        stack.start("sweeper-1")
        until(lambda: len(_paged(stack, "lindqvist")) == len(urgencies), 2 * WITHIN, "a step of every case")
    for person in ("osei", "lindqvist"):  # the step from before the outage, and one of those that were missed
        assert Counter(urgencies[code] for code in _paged(stack, person)) == Counter(urgencies.values())
        paged = _begun(stack, person)
        assert "soon" not in paged[: 2 * OF_EACH - 3]  # four go at once, so that neighbours may change places
        assert "emergency" not in paged[OF_EACH + 3 :]
    assert _paged(stack, "moreau") == []
    steps = f"SELECT case_id, count(*) FROM cases JOIN pages USING (case_id) {OF_BACKLOG} GROUP BY 1"
    assert {count for _, count in _sql(stack, steps)} == {2}
    waits = f"SELECT bool_and(next_action_at > now() + interval '50 minutes') FROM cases {OF_BACKLOG}"
    assert _sql(stack, waits) == [(True,)]


def _paged(stack: Stack, person: str) -> list[str]:
    """The codes of one person's incidents, in the order in which they were triggered."""
    mine = [incident for incident in stack.carrier.incidents if incident.routing_key == person[0] * 32]
    return [incident.summary.split()[1].rstrip(":") for incident in mine]


def _begun(stack: Stack, person: str) -> list[str]:
    """The urgencies of one person's pages in the order in which they were begun: one that has been begun may be
    overtaken on its way, by as many as the machine likes."""
    pages = f"SELECT urgency FROM cases JOIN pages USING (case_id) {OF_BACKLOG} AND clinician = '{person}'"
    return [urgency for (urgency,) in _sql(stack, f"{pages} ORDER BY attempted_at")]


# 34. A row that always fails.


def _damaged(stack: Stack, intake: Intake, contact: str, damage: str) -> dict[str, Any]:
    """The case of a contact whose row is spoiled, and which is due before all others from now on."""
    intake.send(contact, TONIGHT)
    case = _case(intake, contact)
    _phone(stack, "poison", "osei").expect_sms(case["code"])
    due = f"next_action_at = now(), urgency_rank = 9 WHERE case_id = '{case['case_id']}'"
    _sql(stack, f"UPDATE cases SET {damage}, {due}")
    return case


def _others_are_paged_in_time(stack: Stack, intake: Intake, contact: str) -> None:
    intake.send(contact, TONIGHT)
    case = _case(intake, contact)
    for phone in _both(stack, "poison"):
        phone.expect_sms(case["code"], within=WITHIN)
    intake.act(case["case_id"], "acknowledge", clinician="lindqvist")


def test_a_case_that_always_fails_holds_up_no_other_and_somebody_is_told(stack: Stack) -> None:
    intake = intake_at(stack, "poison")
    case = _damaged(stack, intake, "failing", "step = 7")
    _others_are_paged_in_time(stack, intake, "sound")
    trouble = until(lambda: _trouble_about(intake, case), WITHIN, "a case for whoever runs the service")
    _phone(stack, "poison", "osei").expect_sms(trouble["code"], "the service itself needs help")
    failing = _case(intake, "failing")
    assert (failing["state"], failing["alarm"]) == ("open", True)
    assert "alarm" in _kinds(intake, "failing")
    for each in (case, trouble):
        intake.act(each["case_id"], "acknowledge", clinician="osei")


def test_a_case_whose_plan_is_spoiled_pages_everyone_and_hides_no_other(stack: Stack) -> None:
    intake = intake_at(stack, "poison")
    case = _damaged(stack, intake, "spoiled", "plan = plan - 'repeats'")
    for person in PEOPLE:
        _phone(stack, "poison", person).expect_sms(case["code"], within=WITHIN)
    _others_are_paged_in_time(stack, intake, "sound-too")
    spoiled = _case(intake, "spoiled")
    assert (spoiled["state"], spoiled["alarm"]) == ("open", True)
    _phone(stack, "poison", "moreau").reply(case["code"])
    assert _case(intake, "spoiled")["owner"] == "moreau"


def _trouble_about(intake: Intake, case: dict[str, Any]) -> dict[str, Any] | None:
    return next((each for each in intake.worklist() if case["code"] in each["subject"]), None)
