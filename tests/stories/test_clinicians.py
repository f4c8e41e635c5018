"""A clinician shows that their phone works, gives it up, and is reached by the next channel: real processes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT, intake_at

pytestmark = pytest.mark.slow
pytestmark = pytest.mark.slow
HOME = "+441632960001"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Stack, Intake]]:
    """Osei has a mobile and, after it, a telephone at home; Lindqvist is told of the service's troubles."""
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"]["voice"] = HOME
    for plan in site["plans"].values():
        plan |= {"steps": [{**step, "wait": "60s"} for step in plan["steps"]], "next_channel_after": "60s"}
    steps = [{"page": "second", "wait": "60s"}]
    site["plans"]["trouble"] = {**site["plans"]["trouble"], "steps": steps}
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with ExitStack() as running:
        environment = {"GOLDENHOUR_SITES_DIR": str(tmp_path / "sites")}
        stack = running.enter_context(Stack(tmp_path / "var", environment=environment))
        yield stack, intake_at(stack)


def _owner(intake: Intake, contact: str, within: float) -> str | None:
    """Who has the case, as soon as somebody has."""
    deadline = time.monotonic() + within
    owner = None
    while owner is None and time.monotonic() < deadline:
        owner = (intake.case_of(contact) or {}).get("owner")
        time.sleep(0.1)
    return owner


def test_a_phone_is_verified_given_up_and_passed_over_for_the_next_channel(
    house: tuple[Stack, Intake],
) -> None:
    stack, intake = house
    unready = stack.cli("clinicians", "unready")
    assert unready.returncode == 1
    assert "osei: on call on first" in unready.stdout

    assert stack.cli("clinicians", "check", "osei", "sms", "--wait", "0").returncode == 1
    number = re.search(r"number ([0-9]{6})", stack.carrier.phone(OSEI).expect_sms("TEST, no case.").body)
    assert number is not None
    assert stack.cli("clinicians", "confirm", "osei", "sms", "12").returncode == 1
    confirmed = stack.cli("clinicians", "confirm", "osei", "sms", number[1])
    assert confirmed.stdout.strip() == "sms of osei is verified"
    assert "osei" not in stack.cli("clinicians", "unready").stdout

    phone = stack.carrier.phone(OSEI)
    intake.send("c1", TONIGHT)
    phone.expect_sms("a case waits for you")
    stack.carrier.phone(HOME).answers_calls("4")
    phone.reply("STOP")
    assert _owner(intake, "c1", within=20.0) == "osei"  # by the call: no text reached them any more

    shown = stack.cli("clinicians", "show", "osei").stdout
    assert "dead (opted_out)" in shown
    assert "sms verified by its number" in shown
    log = "".join(path.read_text(encoding="utf-8") for path in (stack.home / "log").glob("*.log"))
    assert number[1] not in log
    assert json.dumps(OSEI) not in log
