"""Rosters of a site's file: read as written, and refused when they would leave nobody on call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.adapters.yaml_sites import load_sites
from service.domain.errors import ConfigurationFaults
from service.domain.roster import OnCall
from service.domain.site import Site
from service.settings import REPOSITORY

SCHEMA = REPOSITORY / "config" / "schema" / "site.schema.json"
GOOD = REPOSITORY / "simulator" / "sites" / "riverside.yaml"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OSEI_ALWAYS = {"clinicians": ["osei"], "starting": "2026-01-05 09:00", "each": "1w"}


def _loaded(folder: Path, first: dict[str, Any], now: datetime = NOW) -> Site:
    document = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    document["rosters"]["first"] = first
    (folder / "site.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_sites(folder, SCHEMA, now)["riverside"]


def _faults(folder: Path, first: dict[str, Any], now: datetime = NOW) -> list[str]:
    with pytest.raises(ConfigurationFaults) as raised:
        _loaded(folder, first, now)
    return [fault.removeprefix("site.yaml: roster first: ") for fault in raised.value.faults]


def test_layers_are_read_with_their_hand_offs_hours_and_ends(tmp_path: Path) -> None:
    nights = {
        "clinicians": ["moreau", "lindqvist"],
        "starting": "2026-05-27 00:00",
        "hand_off": "monday 09:00",
        "each": "1w",
        "until": "2026-06-20 00:00",
        "hours": [{"days": ["monday"], "from": "20:00", "until": "08:00"}],
    }
    first = _loaded(tmp_path, {"layers": [nights, OSEI_ALWAYS]}).rosters["first"]
    names = [span.on_call for span in first.schedule(NOW, NOW + timedelta(days=22))]
    osei, lindqvist, moreau = OnCall(("osei",)), OnCall(("lindqvist",)), OnCall(("moreau",))
    assert names == [osei, lindqvist, osei, moreau, osei, lindqvist, osei]


def test_a_roster_may_have_a_zone_of_its_own(tmp_path: Path) -> None:
    site = _loaded(tmp_path, {"rotation": OSEI_ALWAYS, "time_zone": "America/New_York"})
    assert [roster.zone.key for roster in site.rosters.values()] == ["America/New_York", "Europe/London"]
    elsewhere = _faults(tmp_path, {"rotation": OSEI_ALWAYS, "time_zone": "Mars/Olympus"})
    assert elsewhere == ["time_zone is not a zone of the IANA database"]


def test_every_gap_of_the_next_ninety_days_is_named_by_the_rosters_clock(tmp_path: Path) -> None:
    two_ends = {**OSEI_ALWAYS, "until": "2026-07-01 09:00"}
    shift = {"clinician": "moreau", "from": "2026-07-02 09:00", "until": "2026-07-03 09:00"}
    assert _faults(tmp_path, {"layers": [two_ends], "shifts": [shift]}) == [
        "nobody is on call from 2026-07-01 09:00 until 2026-07-02 09:00",
        "nobody is on call from 2026-07-03 09:00 until 2026-08-30 01:00",
        "it leaves gaps: add a layer beneath, or say `gaps_accepted: true`",
    ]


def test_many_gaps_are_counted_after_the_first(tmp_path: Path) -> None:
    days = {**OSEI_ALWAYS, "hours": [{"from": "09:00", "until": "17:00"}]}
    faults = _faults(tmp_path, {"layers": [days]})
    assert len(faults) == 22
    assert "nobody is on call at 71 more times" in faults


def test_a_gap_that_is_accepted_and_one_that_is_further_ahead_stop_nothing(tmp_path: Path) -> None:
    soon = {**OSEI_ALWAYS, "until": "2026-06-02 00:00"}
    assert _loaded(tmp_path, {"rotation": soon, "gaps_accepted": True}).rosters["first"].gaps_accepted
    late = {**OSEI_ALWAYS, "until": "2026-09-02 00:00"}
    assert not _loaded(tmp_path, {"rotation": late}).rosters["first"].gaps_accepted


def test_a_gap_that_time_has_brought_near_does_not_keep_a_process_from_starting(tmp_path: Path) -> None:
    soon = {**OSEI_ALWAYS, "until": "2026-06-02 00:00"}
    assert _faults(tmp_path, {"rotation": soon})
    assert load_sites(tmp_path, SCHEMA)["riverside"].rosters["first"].layers


def test_faults_of_layers_and_calendars_are_named_together(tmp_path: Path) -> None:
    layers = [
        {**OSEI_ALWAYS, "each": "0d"},
        {**OSEI_ALWAYS, "each": "3d", "hand_off": "monday 09:00"},
        {**OSEI_ALWAYS, "until": "2025-01-01 00:00"},
    ]
    calendar = {"url": "https://calendar.example/x.ics", "people": {"osei": ["Dr O"], "ghost": ["dr  o"]}}
    assert _faults(tmp_path, {"layers": layers, "calendar": calendar}) == [
        "ghost is not among the clinicians",
        "`each` is zero",
        "the hand-off is on monday 09:00, and `each` is not of whole weeks",
        "the shift from 2026-01-05 09:00 ends before it starts",
        "dr o stands twice in the calendar's people",
    ]


@pytest.mark.parametrize(
    "first",
    [
        {"layers": [OSEI_ALWAYS], "rotation": OSEI_ALWAYS},
        {"calendar": {"url": "http://calendar.example/x.ics", "people": {"osei": ["Dr Osei"]}}},
        {"calendar": {"url": "https://a.example/", "file": "x.ics", "people": {"osei": ["Dr Osei"]}}},
        {"calendar": {"file": "x.ics", "people": {}}},
        {"layers": [{**OSEI_ALWAYS, "hand_off": "moonday 09:00"}]},
        {"layers": [{**OSEI_ALWAYS, "hours": [{"from": "9:00", "until": "17:00"}]}]},
        {"layers": []},
        {"gaps_accepted": True},
    ],
)
def test_what_the_schema_does_not_know_is_refused(tmp_path: Path, first: dict[str, Any]) -> None:
    assert _faults(tmp_path, first)


def _calendar(folder: Path, begin: str, end: str) -> dict[str, Any]:
    (folder / "rota.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART:{begin}\r\nDTEND:{end}\r\nSUMMARY:Dr Osei\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    return {"calendar": {"file": "rota.ics", "people": {"osei": ["Dr Osei"]}}}


def test_a_calendars_file_counts_for_the_gaps(tmp_path: Path) -> None:
    site = _loaded(tmp_path, _calendar(tmp_path, "20260101T000000Z", "20270101T000000Z"))
    assert site.calendars["first"].address == str(tmp_path / "rota.ics")
    assert site.calendars["first"].called(" DR  osei") == "osei"
    short = _calendar(tmp_path, "20260101T000000Z", "20260801T000000Z")
    assert "nobody is on call from 2026-08-01 01:00 until 2026-08-30 01:00" in _faults(tmp_path, short)


def test_a_calendars_file_that_is_missing_or_something_else_stops_the_start(tmp_path: Path) -> None:
    roster = _calendar(tmp_path, "20260101T000000Z", "20270101T000000Z")
    (tmp_path / "rota.ics").write_text("<html>", encoding="utf-8")
    assert _faults(tmp_path, roster) == ["its calendar is not a calendar"]
    (tmp_path / "rota.ics").unlink()
    assert _faults(tmp_path, roster) == ["its calendar cannot be reached"]


def test_a_feed_does_not_count_so_that_somebody_must_stand_beneath_it(tmp_path: Path) -> None:
    feed = {"calendar": {"url": "https://calendar.example/x.ics", "people": {"osei": ["Dr Osei"]}}}
    assert "nobody is on call from 2026-06-01 01:00 until 2026-08-30 01:00" in _faults(tmp_path, feed)
    assert _loaded(tmp_path, {**feed, "layers": [OSEI_ALWAYS]}).calendars["first"].address.startswith("https")
    assert _loaded(tmp_path, {**feed, "gaps_accepted": True}).rosters["first"].layers == ()


def test_the_example_of_the_reference_is_a_roster_that_loads(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "reference" / "rosters.md").read_text(encoding="utf-8")
    example = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    document = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    document["rosters"] = example["rosters"]
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    site = load_sites(tmp_path, SCHEMA, datetime(2026, 11, 1, tzinfo=UTC))["riverside"]
    friday_evening, monday_noon = datetime(2026, 11, 6, 20, tzinfo=UTC), datetime(2026, 11, 9, 12, tzinfo=UTC)
    first = site.rosters["first"]
    assert first.on_call(friday_evening) == OnCall(("moreau",))
    assert first.on_call(monday_noon) != first.on_call(monday_noon + timedelta(weeks=1))
    assert [name for name, roster in site.rosters.items() if roster.gaps_accepted] == ["daytime"]
