"""Only mail gets through: it says that a case waits, and nobody takes a case by it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import yaml

from service.settings import REPOSITORY
from simulator.faults import reject
from simulator.stack import Stack
from tests.stories.conftest import TONIGHT, intake_at

PAGER = "4411@pager.example.org"


def test_a_pager_behind_a_mail_gateway_is_told_and_the_case_is_taken_elsewhere(tmp_path: Path) -> None:
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"]["email"] = PAGER
    site["plans"] = {
        name: {**plan, "steps": [{**step, "wait": "1h"} for step in plan["steps"]]}
        for name, plan in site["plans"].items()
    }
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with Stack(tmp_path / "var", environment={"GOLDENHOUR_SITES_DIR": str(tmp_path / "sites")}) as stack:
        intake = intake_at(stack)
        stack.carrier.phone("*").always(reject(30007))
        stack.carrier.phone(PAGER).always()
        intake.send("c1", TONIGHT)
        case = intake.case_of("c1")
        assert case is not None
        deadline = time.monotonic() + 10
        while not stack.carrier.mails and time.monotonic() < deadline:
            time.sleep(0.05)
        mail = stack.carrier.mails[0]
        assert mail.recipient == PAGER
        assert case["code"] in mail.text
        assert case["state"] == "open"
        intake.act(case["case_id"], "acknowledge", clinician="osei")
        taken = intake.case_of("c1")
        assert taken is not None
        assert taken["owner"] == "osei"
