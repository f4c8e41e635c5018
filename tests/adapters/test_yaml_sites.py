"""A site that cannot work stops the start, with every fault named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_sites import load_sites
from service.domain.channel import Channel
from service.domain.errors import ConfigurationFaults
from service.domain.roster import OnCall
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

SCHEMA = REPOSITORY / "config" / "schema" / "site.schema.json"
GOOD = REPOSITORY / "simulator" / "sites" / "riverside.yaml"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _good() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    return document


def _faults(directory: Path, *documents: Any) -> list[str]:
    for number, document in enumerate(documents):
        written = document if isinstance(document, str) else yaml.safe_dump(document)
        (directory / f"site{number}.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ConfigurationFaults) as raised:
        load_sites(directory, SCHEMA, NOW)
    return list(raised.value.faults)


def test_a_site_is_read_with_its_people_rosters_and_plans() -> None:
    site = load_sites(GOOD.parent, SCHEMA, NOW)["riverside"]
    assert site.clinicians["osei"].addresses == {Channel.SMS: "+447700900101"}
    assert site.rosters["first"].on_call(datetime(2026, 6, 1, tzinfo=UTC)) == OnCall(("osei",))
    assert site.plans[Urgency.SOON].first_page_after == timedelta(days=2)


def test_every_fault_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    bad = _good()
    bad["time_zone"] = "Mars/Olympus"
    bad["clinicians"]["moreau"]["sms"] = bad["clinicians"]["osei"]["sms"]
    bad["rosters"]["first"]["rotation"]["clinicians"] = ["nobody"]
    bad["rosters"]["second"]["shifts"] = [
        {"clinician": "osei", "from": "2026-01-02 09:00", "until": "2026-01-01 09:00"},
        {"clinician": "osei", "from": "2026-02-30 09:00", "until": "2026-03-01 09:00"},
    ]
    bad["plans"]["soon"] = {**bad["plans"]["soon"], "steps": [{"page": "third", "wait": "0s"}]}
    malformed = {**_good(), "plans": {}, "colour": "blue"}
    faults = "\n".join(_faults(tmp_path, bad, malformed))
    for expected in (
        "site0.yaml: time_zone is not a zone",
        "two clinicians have the same number",
        "roster first: nobody is not among the clinicians",
        "ends before it starts",
        "names a time that does not exist",
        "plan soon: third is not among the rosters",
        "plan soon: step 1 is zero",
        "site1.yaml: plans: 'emergency' is a required property",
        "site1.yaml: the file: Additional properties are not allowed",
    ):
        assert expected in faults


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, "site: a\nsite: b\n")
    assert "the key site stands twice" in fault


def test_yaml_that_would_run_code_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, "site: !!python/object/apply:os.system [id]\n")
    assert "is not YAML" in fault


def test_an_empty_directory_is_a_fault(tmp_path: Path) -> None:
    assert _faults(tmp_path) == ["the sites directory holds no .yaml file"]


def test_the_same_site_in_two_files_is_a_fault(tmp_path: Path) -> None:
    assert any("stands in another file too" in fault for fault in _faults(tmp_path, _good(), _good()))


def test_times_that_no_calendar_can_hold_are_faults(tmp_path: Path) -> None:
    bad = _good()
    bad["plans"]["soon"] = {**bad["plans"]["soon"], "acknowledgement_lasts": "99999999999d"}
    bad["rosters"]["first"] = {
        "shifts": [{"clinician": "osei", "from": "2026-01-01 09:00", "until": "9999-12-31 23:59"}]
    }
    bad["clinicians"]["moreau"]["sms"] += "\n"
    faults = "\n".join(_faults(tmp_path, bad))
    for place in (
        "plans/soon/acknowledgement_lasts",
        "rosters/first/shifts/0/until",
        "clinicians/moreau/sms",
    ):
        assert place in faults
