"""Only calls get through: a key takes a case, and nothing else that a telephone does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.faults import reject
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import LINDQVIST, OSEI, TONIGHT, intake_at

HOME = "+441632960001"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Stack, Intake]]:
    """Osei has a telephone, too, and no text message goes out; Lindqvist is next after a while."""
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"]["voice"] = HOME
    site["clinicians"]["lindqvist"]["voice"] = "+441632960002"
    for plan in site["plans"].values():
        plan["steps"] = [{**step, "wait": "8s"} for step in plan["steps"]]
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with ExitStack() as running:
        environment = {"GOLDENHOUR_SITES_DIR": str(tmp_path / "sites")}
        stack = running.enter_context(Stack(tmp_path / "var", environment=environment))
        stack.carrier.phone("*").always(reject(30007))
        stack.carrier.phone(HOME).always()
        yield stack, intake_at(stack)


def _taken(intake: Intake, contact: str) -> bool:
    case = intake.case_of(contact)
    return case is not None and case["state"] == "acknowledged"


def test_a_key_takes_the_case_and_the_voice_says_so_only_then(house: tuple[Stack, Intake]) -> None:
    stack, intake = house
    phone = stack.carrier.phone(HOME)
    phone.answers_calls("7", "4")
    intake.send("c1", TONIGHT)
    call = phone.expect_call("completed", within=20.0)
    assert call.keys == ("7", "4")
    assert [word.count("Press 4 to take it") for word in call.words] == [1, 1, 0]
    assert "is yours" in call.words[-1]
    assert _taken(intake, "c1")


def test_no_machine_takes_a_case_and_the_next_step_follows(house: tuple[Stack, Intake]) -> None:
    stack, intake = house
    phone, second = stack.carrier.phone(HOME), stack.carrier.phone("+441632960002")
    second.always()
    for who in ("voicemail", "screening", "hangs_up", "busy"):
        phone.answers_calls(who=who)
        second.answers_calls(*"4444")  # they are called about the texts that do not go out, too
        intake.send(who, TONIGHT)
        assert _owner(intake, who, within=40.0) == "lindqvist", who
    assert {sms.phone for sms in stack.carrier.received} & {OSEI, LINDQVIST} == set()


def _owner(intake: Intake, contact: str, within: float) -> str | None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        case = intake.case_of(contact)
        if case is not None and case["owner"] is not None:
            return str(case["owner"])
        time.sleep(0.2)
    return None
