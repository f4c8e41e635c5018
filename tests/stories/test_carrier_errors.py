"""Every code that the carrier has for not bringing a page: the person's next channel is tried within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy
import yaml

from service.settings import REPOSITORY, sqlalchemy_url
from simulator.faults import Fault, Kind, failed, reject, undelivered
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT, intake_at

HOME = "+441632960001"
WITHIN = 5.0  # seconds
CODES = sorted(
    yaml.safe_load((REPOSITORY / "config/policy/carriers.yaml").read_text(encoding="utf-8"))["codes"][
        "twilio"
    ]
)
STATUS = {"20003": 401, "20429": 429}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Intake]]:
    """Osei has a mobile, which is tried first, and a telephone; nobody else is asked for a long time."""
    home = tmp_path_factory.mktemp("house")
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"]["voice"] = HOME
    site["pace"] = {"bundle_after": "0s", "most": 20, "within": "1s", "same_case_every": "0s"}
    site["plans"] = {
        name: {
            **plan,
            "steps": [{**step, "wait": "1h"} for step in plan["steps"]],
            "next_channel_after": "1h",
            # Pages about the carrier itself would use up what is to go wrong.
            "first_page_after": "1d" if name == "trouble" else plan["first_page_after"],
        }
        for name, plan in site["plans"].items()
    }
    (home / "sites").mkdir()
    (home / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with ExitStack() as running:
        environment = {"GOLDENHOUR_SITES_DIR": str(home / "sites")}
        stack = running.enter_context(Stack(home / "var", environment=environment))
        stack.carrier.phone(HOME).answers_calls(*"4" * 500)
        yield stack, intake_at(stack)


def _forget(stack: Stack) -> None:
    """What one code taught of addresses and channels must not decide what the next one does."""
    engine = sqlalchemy.create_engine(sqlalchemy_url(stack.environment["DATABASE_URL"]))
    with engine.begin() as connection:
        for table in ("addresses", "channel_troubles"):
            connection.execute(sqlalchemy.text(f"DELETE FROM {table}"))
    engine.dispose()


def _taken_over(intake: Intake, contact: str) -> str:
    """Over which channel the case was taken in time; empty when it was not."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        case = intake.case_of(contact)
        if case is not None and case["owner"] is not None:
            events = intake.timeline(case["case_id"])
            return str(next(e["detail"] for e in events if e["kind"] == "acknowledged"))
        time.sleep(0.05)
    return ""


def _not_in_time(house: tuple[Stack, Intake], faults: Mapping[str, tuple[Fault, ...]]) -> list[str]:
    stack, intake = house
    late = []
    for name, script in faults.items():
        _forget(stack)
        stack.carrier.phone(OSEI).fail_next(*script)
        intake.send(name, TONIGHT)
        if not _taken_over(intake, name).startswith("voice"):
            late.append(name)
        _wait_for_notices(stack)
    return late


def _wait_for_notices(stack: Stack) -> None:
    """Until every message is out: the one that says whose the case is must not use up what goes wrong next."""
    engine = sqlalchemy.create_engine(sqlalchemy_url(stack.environment["DATABASE_URL"]))
    waiting = sqlalchemy.text("SELECT count(*) FROM pages WHERE state IN ('queued', 'sending')")
    deadline = time.monotonic() + 10
    with engine.connect() as connection:
        while connection.execute(waiting).scalar_one() and time.monotonic() < deadline:
            connection.rollback()
            time.sleep(0.05)
    engine.dispose()


def test_a_refusal_with_any_code_goes_to_the_next_channel_in_time(house: tuple[Stack, Intake]) -> None:
    faults = {f"r{code}": (reject(int(code), STATUS.get(code, 400)),) for code in CODES}
    assert _not_in_time(house, faults) == []


def test_so_does_a_later_report_with_any_code(house: tuple[Stack, Intake]) -> None:
    faults = {f"u{code}": (undelivered(int(code)),) for code in CODES}
    assert _not_in_time(house, {**faults, "failed": (failed(30008),)}) == []


def test_so_does_an_answer_that_says_nothing(house: tuple[Stack, Intake]) -> None:
    """Accepted or not: nobody here can tell, unless a report comes and proves it."""
    silent = Fault(Kind.NO_CALLBACK)
    scripts = {
        kind.value: (Fault(kind), silent)
        for kind in (
            Kind.ERROR_500_BEFORE_ACCEPTING,
            Kind.ERROR_500_AFTER_ACCEPTING,
            Kind.ACCEPT_THEN_DROP,
            Kind.RATE_LIMIT_429,
        )
    }
    assert _not_in_time(house, scripts) == []
