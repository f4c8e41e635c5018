"""Sites from YAML, one file each: who can be reached and how, who is on call, and the plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.adapters.durations import duration
from service.adapters.yaml_documents import Documents
from service.adapters.yaml_policy import read_follow_up
from service.adapters.yaml_rosters import coverage_faults, read_roster, read_source, roster_faults
from service.domain.calendar import CalendarSource
from service.domain.channel import Channel
from service.domain.errors import ConfigurationFaults
from service.domain.plan import Plan, Step, Target, TargetKind
from service.domain.site import Clinician, Pace, Site
from service.domain.urgency import Urgency

_TROUBLE = "trouble"
_FOLLOW_UP = "follow_up"
_KEPT_FOR = "365d"
"""Words are forgotten after a year where a site does not say otherwise; to keep them has to be said."""


def load_sites(sites_dir: Path, schema: Path, now: datetime | None = None) -> dict[str, Site]:
    """Every site by id. Raises `ConfigurationFaults` naming every fault of every file, and, given `now`
    (aware), every gap that a roster leaves in the days after it."""
    documents = Documents(schema)
    sites: dict[str, Site] = {}
    paths = sorted(sites_dir.glob("*.yaml"))
    if not paths:
        documents.faults.append("the sites directory holds no .yaml file")
    for path in paths:
        raw = documents.read(path)
        faults = (
            []
            if raw is None
            else [f"{path.name}: {fault}" for fault in _faults(raw, sites, path.parent, now)]
        )
        documents.faults += faults
        if raw is not None and not faults:
            sites[raw["site"]] = _site(raw, path.parent)
    if documents.faults:
        raise ConfigurationFaults(documents.faults)
    return sites


def _faults(
    raw: Mapping[str, Any], known: Mapping[str, Site], folder: Path, now: datetime | None
) -> Iterator[str]:
    """What a schema cannot say: names that must be known, times that must exist and be in order."""
    if raw["site"] in known:
        yield f"the site {raw['site']} stands in another file too"
    if _zone(raw["time_zone"]) is None:
        yield "time_zone is not a zone of the IANA database"
    yield from _shared_numbers(raw["clinicians"].values())
    yield from _faults_of_rosters(raw, folder, now)
    for name, people in raw.get("teams", {}).items():
        yield from (
            f"team {name}: {p} is not among the clinicians" for p in people if p not in raw["clinicians"]
        )
    for urgency, plan in raw["plans"].items():
        yield from (
            f"plan {urgency}: {fault}" for fault in (*_unknown_targets(raw, plan), *_zero_waits(plan))
        )


def _shared_numbers(clinicians: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    numbers = [clinician["sms"] for clinician in clinicians if "sms" in clinician]
    if len(set(numbers)) < len(numbers):
        yield "two clinicians have the same number: a reply could not be told apart"


def _unknown_targets(raw: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[str]:
    known = {
        TargetKind.ROSTER: raw["rosters"],
        TargetKind.PERSON: raw["clinicians"],
        TargetKind.TEAM: raw.get("teams", {}),
    }
    names = {TargetKind.ROSTER: "rosters", TargetKind.PERSON: "clinicians", TargetKind.TEAM: "teams"}
    for step in plan["steps"]:
        for target in _targets(step):
            if target.name not in known[target.kind]:
                yield f"{target.name} is not among the {names[target.kind]}"


def _targets(step: Mapping[str, Any]) -> tuple[Target, ...]:
    return (
        *(Target(TargetKind.ROSTER, name) for name in _one_or_more(step.get("page", ()))),
        *(Target(TargetKind.PERSON, name) for name in _one_or_more(step.get("person", ()))),
        *(Target(TargetKind.TEAM, name) for name in _one_or_more(step.get("team", ()))),
    )


def _one_or_more(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _faults_of_rosters(raw: Mapping[str, Any], folder: Path, now: datetime | None) -> Iterator[str]:
    for name, roster in raw["rosters"].items():
        zone = _zone(roster.get("time_zone", raw["time_zone"]))
        faults = list(roster_faults(roster, raw["clinicians"]))
        if zone is None and "time_zone" in roster:
            faults.append("time_zone is not a zone of the IANA database")
        if not faults and zone is not None and now is not None:
            faults += coverage_faults(read_roster(name, zone, roster), _source(roster, folder), now)
        yield from (f"roster {name}: {fault}" for fault in faults)


def _source(roster: Mapping[str, Any], folder: Path) -> CalendarSource | None:
    return read_source(roster["calendar"], folder) if "calendar" in roster else None


def _zero_waits(plan: Mapping[str, Any]) -> Iterator[str]:
    names = ("then_everyone_every", "acknowledgement_lasts", "next_channel_after")
    waits = {name: plan[name] for name in names}
    waits |= {f"step {number}": step["wait"] for number, step in enumerate(plan["steps"], start=1)}
    yield from (f"{name} is zero" for name, wait in waits.items() if not duration(wait))


def _site(raw: Mapping[str, Any], folder: Path) -> Site:
    sources = {name: _source(roster, folder) for name, roster in raw["rosters"].items()}
    return Site(
        site_id=raw["site"],
        clinicians={
            clinician_id: Clinician(clinician_id, clinician["name"], _addresses(clinician))
            for clinician_id, clinician in raw["clinicians"].items()
        },
        rosters={
            name: read_roster(name, ZoneInfo(roster.get("time_zone", raw["time_zone"])), roster)
            for name, roster in raw["rosters"].items()
        },
        calendars={name: source for name, source in sources.items() if source is not None},
        plans={
            Urgency(name): _plan(plan)
            for name, plan in raw["plans"].items()
            if name not in {_TROUBLE, _FOLLOW_UP}
        },
        trouble_plan=_plan(raw["plans"][_TROUBLE]),
        follow_up_plan=_plan(raw["plans"].get(_FOLLOW_UP, raw["plans"]["urgent"])),
        pace=_pace(raw["pace"]),
        teams={name: tuple(people) for name, people in raw.get("teams", {}).items()},
        respond_within_minutes={Urgency(k): v for k, v in raw.get("respond_within_minutes", {}).items()},
        follow_up=read_follow_up(raw["follow_up"]) if "follow_up" in raw else None,
        time_zone=ZoneInfo(raw["time_zone"]),
        retention=_retention(raw.get("retention", _KEPT_FOR)),
    )


def _retention(written: str) -> timedelta | None:
    return None if written == "never" else duration(written)


def _addresses(clinician: Mapping[str, str]) -> dict[Channel, str]:
    """In the order in which they are written: the first is tried first."""
    known = {channel.value for channel in Channel}
    return {Channel(name): address for name, address in clinician.items() if name in known}


def _pace(raw: Mapping[str, Any]) -> Pace:
    return Pace(
        bundle_after=duration(raw["bundle_after"]),
        most=raw["most"],
        within=duration(raw["within"]),
        same_case_every=duration(raw["same_case_every"]),
    )


def _plan(raw: Mapping[str, Any]) -> Plan:
    return Plan(
        first_page_after=duration(raw["first_page_after"]),
        steps=tuple(
            Step(_targets(step), duration(step["wait"]), tuple(Channel(c) for c in step.get("channels", ())))
            for step in raw["steps"]
        ),
        repeats=raw["repeats"],
        everyone_every=duration(raw["then_everyone_every"]),
        acknowledgement_lasts=duration(raw["acknowledgement_lasts"]),
        next_channel_after=duration(raw["next_channel_after"]),
        confirmations=2 if raw.get("two_people_must_confirm", False) else 1,
    )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
