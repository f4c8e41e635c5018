"""Only pagers work: a two-way one takes the case by its choice, a one-way one only says that it waits."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.control import PagerMessage
from simulator.faults import reject
from simulator.intake import Intake
from simulator.stack import Stack
from tests.stories.conftest import TONIGHT, intake_at

pytestmark = pytest.mark.slow
TWO_WAY, ONE_WAY, TWO_WAY_SNPP = "5551212", "5553434", "5555656"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Intake]]:
    """Osei has a two-way pager by WCTP, Lindqvist a one-way and Moreau a two-way one by SNPP; no text message
    goes out."""
    home = tmp_path_factory.mktemp("house")
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"] = {"name": "Dr Osei", "wctp": TWO_WAY}
    site["clinicians"]["lindqvist"] = {"name": "Dr Lindqvist", "snpp": ONE_WAY}
    site["clinicians"]["moreau"] = {"name": "Dr Moreau", "snpp": TWO_WAY_SNPP}
    (home / "sites").mkdir()
    (home / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    environment = {"GOLDENHOUR_SITES_DIR": str(home / "sites"), "GOLDENHOUR_SNPP_LEVEL": "3"}
    with Stack(home / "var", environment=environment) as stack:
        stack.carrier.phone("*").always(reject(550))
        for pager in (TWO_WAY, ONE_WAY, TWO_WAY_SNPP):
            stack.carrier.phone(pager).always()
        yield stack, intake_at(stack)


def _on(stack: Stack, pager: str, words: str, within: float = 15.0) -> PagerMessage:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for message in stack.carrier.pager_messages:
            if message.pager == pager and words in message.text:
                return message
        time.sleep(0.05)
    raise AssertionError(f"nothing with {words} on {pager}: {stack.carrier.pager_messages}")


def test_a_choice_on_a_two_way_pager_takes_the_case_and_reading_does_not(
    house: tuple[Stack, Intake],
) -> None:
    stack, intake = house
    intake.send("c1", TONIGHT)
    message = _on(stack, TWO_WAY, "waits for you")
    assert message.choices == ["Accept", "Pass"]
    assert stack.carrier.notify_of_pager(message.message_id, "READ") == [200]
    case = intake.case_of("c1")
    assert case is not None
    assert case["state"] == "open"
    assert stack.carrier.answer_pager(message.message_id, "Accept", times=2) == [200, 200]
    taken = intake.case_of("c1")
    assert taken is not None
    assert taken["owner"] == "osei"


def test_a_one_way_pager_says_that_a_case_waits_and_it_is_taken_elsewhere(
    house: tuple[Stack, Intake],
) -> None:
    stack, intake = house
    intake.send("c2", TONIGHT)
    case = intake.case_of("c2")
    assert case is not None
    assert _on(stack, ONE_WAY, case["code"], within=30.0).choices == []
    intake.act(case["case_id"], "acknowledge", clinician="lindqvist")
    taken = intake.case_of("c2")
    assert taken is not None
    assert taken["owner"] == "lindqvist"


def test_a_choice_on_a_two_way_pager_by_snpp_is_fetched_and_takes_the_case(
    house: tuple[Stack, Intake],
) -> None:
    stack, _ = house
    drill = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "clinicians", "check", "moreau", "snpp", "--wait", "30"],
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    message = _on(stack, TWO_WAY_SNPP, "TEST, no case.")
    assert message.choices == ["Accept", "Pass"]
    assert (
        stack.carrier.answer_pager(message.message_id, "Accept") == []
    )  # nothing is posted: it is asked for
    said, _ = drill.communicate(timeout=60)
    assert drill.returncode == 0, said
    assert "by moreau, snpp" in said
