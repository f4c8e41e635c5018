"""No channel of any clinician works: the case ends in the alarm, and whoever runs the service is paged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.control import Mail
from simulator.faults import Fault, Kind, reject, wait_in_queue
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import LINDQVIST, OSEI, TONIGHT, intake_at, the_site, until, written

pytestmark = pytest.mark.slow
OSEIS_TELEPHONE, MOREAUS_TELEPHONE = "+441632960001", "+441632960003"
TWO_WAY, ONE_WAY = "5551212", "5553434"
OPERATOR = "operator@example.org"
CLINICIANS = {"osei", "lindqvist", "moreau"}


def _site() -> dict[str, Any]:
    """Four channels, none of which brings anybody; only the mail to the operator does."""
    site = the_site("2s")
    site["pace"] = {"bundle_after": "0s", "most": 20, "within": "1s", "same_case_every": "1s"}
    site["clinicians"] = {
        "osei": {"name": "Dr Osei", "sms": OSEI, "voice": OSEIS_TELEPHONE},
        "lindqvist": {"name": "Dr Lindqvist", "sms": LINDQVIST, "wctp": TWO_WAY},
        "moreau": {"name": "Dr Moreau", "voice": MOREAUS_TELEPHONE, "snpp": ONE_WAY},
        "park": {"name": "Park", "email": OPERATOR},
    }
    for plan in site["plans"].values():
        plan |= {"repeats": 0, "next_channel_after": "1s", "then_everyone_every": "2s"}
    site["plans"]["trouble"] |= {"first_page_after": "0s", "steps": [{"person": "park", "wait": "1h"}]}
    return site


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Stack, Intake]]:
    sites = str(written(tmp_path / "sites", _site()))
    with Stack(tmp_path / "var", environment={"GOLDENHOUR_SITES_DIR": sites}) as stack:
        carrier = stack.carrier
        swallowed = (wait_in_queue(3600.0), Fault(Kind.NO_CALLBACK))
        carrier.phone(OSEI).always(*swallowed)
        carrier.phone(OSEIS_TELEPHONE).answers_calls(who="voicemail")
        carrier.phone(LINDQVIST).always(reject(30007))
        carrier.phone(TWO_WAY).always(reject(403))
        carrier.phone(MOREAUS_TELEPHONE).answers_calls(who="nobody")
        carrier.phone(ONE_WAY).always(reject(550))
        yield stack, intake_at(stack)


def test_when_nothing_works_the_alarm_is_raised_everyone_is_paged_on_and_the_operator_is_told(
    house: tuple[Stack, Intake],
) -> None:
    stack, intake = house
    intake.send("c1", TONIGHT)
    case = until(lambda: _in_alarm(intake), 40.0, "the alarm")
    mail = until(lambda: _trouble_mail(stack), 20.0, "a mail about the service to whoever runs it")
    assert case["code"] not in mail.text
    assert mail.recipient == OPERATOR
    until(lambda: _paged_since_the_alarm(intake, case) >= {*CLINICIANS}, 20.0, "everyone paged, again")
    for trouble in _troubles(intake):
        intake.act(trouble["case_id"], "acknowledge", clinician="park")
    before = _pages(intake, case)
    until(lambda: all(_pages(intake, case)[who] > before[who] for who in CLINICIANS), 20.0, "and again")
    now = intake.case_of("c1")
    assert now is not None
    assert (now["state"], now["owner"], now["alarm"]) == ("open", None, True)
    assert requests.get(f"{stack.api_url}/readyz", timeout=5).json()["checks"]["escalations"] == "alarm"
    assert (stack.carrier.received, stack.carrier.pager_messages) == ([], [])


def _in_alarm(intake: Intake) -> dict[str, Any] | None:
    case = intake.case_of("c1")
    return case if case is not None and case["alarm"] else None


def _troubles(intake: Intake) -> list[dict[str, Any]]:
    return [case for case in intake.worklist() if case["kind"] == "trouble" and case["state"] == "open"]


def _trouble_mail(stack: Stack) -> Mail | None:
    return next((mail for mail in stack.carrier.mails if "the service itself needs help" in mail.text), None)


def _pages(intake: Intake, case: dict[str, Any]) -> Counter[str]:
    """How often each person was paged for the case."""
    return Counter(e["clinician"] for e in intake.timeline(case["case_id"]) if e["kind"] == "paged")


def _paged_since_the_alarm(intake: Intake, case: dict[str, Any]) -> set[str]:
    events = intake.timeline(case["case_id"])
    alarm = next(at for at, event in enumerate(events) if event["kind"] == "alarm")
    return {event["clinician"] for event in events[alarm:] if event["kind"] == "paged"}
