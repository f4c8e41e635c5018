"""Every code that the carrier has for not bringing a page: the person's next channel is tried within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy
import yaml

from service.settings import REPOSITORY, sqlalchemy_url
from simulator.faults import Fault, Kind, failed, reject, undelivered
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT, intake_at, the_site, written

pytestmark = pytest.mark.slow
HOME = "+441632960001"
WITHIN = 5.0  # seconds
CODES = sorted(
    yaml.safe_load((REPOSITORY / "config/policy/carriers.yaml").read_text(encoding="utf-8"))["codes"][
        "twilio"
    ]
)
STATUS = {"20003": 401, "20429": 429}


@dataclass(frozen=True, slots=True)
class House:
    """The house and its ledger: asked there, and not over the API, whose worklist grows with every code."""

    stack: Stack
    intake: Intake
    ledger: sqlalchemy.Engine


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Osei has a mobile, which is tried first, and a telephone; nobody else is asked for a long time."""
    home = tmp_path_factory.mktemp("house")
    site = the_site("1h")
    site["clinicians"]["osei"]["voice"] = HOME
    site["pace"] = {"bundle_after": "0s", "most": 20, "within": "1s", "same_case_every": "0s"}
    for plan in site["plans"].values():
        plan["next_channel_after"] = "1h"
    # Pages about the carrier itself would use up what is to go wrong.
    site["plans"]["trouble"]["first_page_after"] = "1d"
    environment = {"GOLDENHOUR_SITES_DIR": str(written(home / "sites", site))}
    with Stack(home / "var", environment=environment) as stack:
        stack.carrier.phone(HOME).answers_calls(*"4" * 500)
        ledger = sqlalchemy.create_engine(sqlalchemy_url(stack.database_url))
        yield House(stack, intake_at(stack), ledger)
        ledger.dispose()


def _forget(ledger: sqlalchemy.Engine) -> None:
    """What one code taught of addresses and channels must not decide what the next one does."""
    with ledger.begin() as connection:
        for table in ("addresses", "channel_troubles"):
            connection.execute(sqlalchemy.text(f"DELETE FROM {table}"))


def _soon(ledger: sqlalchemy.Engine, query: str, within: float, **values: str) -> Any:
    """What the query finds, as soon as that is anything; None when the time is over."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with ledger.connect() as connection:
            found = connection.execute(sqlalchemy.text(query), values).scalar()
        if found:
            return found
        time.sleep(0.03)
    return None


def _taken_over(ledger: sqlalchemy.Engine, contact: str) -> str:
    """Over which channel the case was taken in time; empty when it was not."""
    taken = "SELECT detail FROM case_events JOIN cases USING (case_id) WHERE contact_id = :contact"
    return str(_soon(ledger, f"{taken} AND case_events.kind = 'acknowledged'", WITHIN, contact=contact) or "")


def _not_in_time(house: House, faults: Mapping[str, tuple[Fault, ...]]) -> list[str]:
    late = []
    for name, script in faults.items():
        _forget(house.ledger)
        house.stack.carrier.phone(OSEI).fail_next(*script)
        house.intake.send(name, TONIGHT)
        if not _taken_over(house.ledger, name).startswith("voice"):
            late.append(name)
        _wait_for_notices(house.ledger)
    return late


def _wait_for_notices(ledger: sqlalchemy.Engine) -> None:
    """Until every message is out: the one that says whose the case is must not use up what goes wrong next."""
    _soon(ledger, "SELECT count(*) = 0 FROM pages WHERE state IN ('queued', 'sending')", 10.0)


def test_a_refusal_with_any_code_goes_to_the_next_channel_in_time(house: House) -> None:
    faults = {f"r{code}": (reject(int(code), STATUS.get(code, 400)),) for code in CODES}
    assert _not_in_time(house, faults) == []


def test_so_does_a_later_report_with_any_code(house: House) -> None:
    faults = {f"u{code}": (undelivered(int(code)),) for code in CODES}
    assert _not_in_time(house, {**faults, "failed": (failed(30008),)}) == []


def test_so_does_an_answer_that_says_nothing(house: House) -> None:
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
