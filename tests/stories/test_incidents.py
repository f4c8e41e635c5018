"""Only PagerDuty works: a case is taken there, and incidents that are settled page nobody any longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from service.settings import REPOSITORY
from simulator.control import Incident
from simulator.faults import reject
from simulator.stack import Stack
from tests.stories.conftest import TONIGHT, intake_at

OSEI_KEY, LINDQVIST_KEY = "a" * 32, "b" * 32


def _until(look: Callable[[], list[Incident]], within: float = 15.0) -> list[Incident]:
    deadline = time.monotonic() + within
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_a_case_is_taken_in_pagerduty_and_the_other_incident_is_resolved(tmp_path: Path) -> None:
    site: dict[str, Any] = yaml.safe_load(
        (REPOSITORY / "simulator/sites/riverside.yaml").read_text(encoding="utf-8")
    )
    site["clinicians"]["osei"] = {"name": "Dr Osei", "pagerduty": OSEI_KEY}
    site["clinicians"]["lindqvist"] = {"name": "Dr Lindqvist", "pagerduty": LINDQVIST_KEY}
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites/riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    with Stack(tmp_path / "var", environment={"GOLDENHOUR_SITES_DIR": str(tmp_path / "sites")}) as stack:
        intake, carrier = intake_at(stack), stack.carrier
        carrier.phone("*").always(reject(30007))
        for key in (OSEI_KEY, LINDQVIST_KEY):
            carrier.phone(key).always()
        carrier.phone(OSEI_KEY).fail_next("accept_then_drop")  # asked again under the same key
        intake.send("c1", TONIGHT)
        (second,) = _until(lambda: [i for i in carrier.incidents if i.routing_key == LINDQVIST_KEY])
        case = intake.case_of("c1")
        assert case is not None
        assert case["code"] in second.summary
        assert case["state"] == "open"
        assert carrier.act_on_incident(second.number, "incident.escalated") == [204]
        assert carrier.act_on_incident(second.number, "incident.acknowledged", times=2) == [204, 204]
        taken = intake.case_of("c1")
        assert taken is not None
        assert (taken["state"], taken["owner"]) == ("acknowledged", "lindqvist")

        def all_of_osei_resolved() -> list[Incident]:
            of_osei = [incident for incident in carrier.incidents if incident.routing_key == OSEI_KEY]
            return of_osei if all(incident.status == "resolved" for incident in of_osei) else []

        assert _until(all_of_osei_resolved)
