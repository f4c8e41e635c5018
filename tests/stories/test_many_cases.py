"""Twenty cases at once for one person, on real processes: the first page at once, the rest in few messages."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import REPOSITORY
from simulator.stack import Stack
from tests.stories.conftest import OSEI, TONIGHT, intake_at

pytestmark = pytest.mark.slow
CASES = 20
FIRST_WITHIN = 2.0  # seconds
A_MINUTE = 60.0


def test_twenty_cases_at_once_page_soon_and_seldom_and_each_keeps_its_clock(tmp_path: Path) -> None:
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["pace"] = {"bundle_after": "15s", "most": 3, "within": "60s", "same_case_every": "60s"}
    for plan in site["plans"].values():
        plan["steps"] = [{**step, "wait": "1h"} for step in plan["steps"]]
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with Stack(tmp_path / "var", environment={"GOLDENHOUR_SITES_DIR": str(tmp_path / "sites")}) as stack:
        intake = intake_at(stack)
        began = time.monotonic()
        with ThreadPoolExecutor(CASES) as senders:
            sent = [senders.submit(intake.send, f"c{number}", TONIGHT) for number in range(CASES)]
            first = stack.carrier.phone(OSEI).expect_sms("waits for you", within=FIRST_WITHIN + 8)
            waited = time.monotonic() - began
            for each in sent:
                each.result()
        bundle = stack.carrier.phone(OSEI).expect_sms("cases wait for you", within=40.0)
        time.sleep(max(0.0, began + A_MINUTE - time.monotonic()))  # that nothing more comes needs its minute
        assert len(stack.carrier.received) <= 3
        assert waited <= FIRST_WITHIN
        cases = [intake.case_of(f"c{number}") for number in range(CASES)]
        assert all(case is not None and case["state"] == "open" for case in cases)
        assert len({case["next_action_at"] for case in cases if case is not None}) == CASES
        assert first.body != bundle.body
        stack.carrier.phone(OSEI).reply(bundle.body.split(": ")[2][:4])
        taken = [intake.case_of(f"c{number}") for number in range(CASES)]
        assert [case["owner"] for case in taken if case is not None and case["owner"]] == ["osei"]
