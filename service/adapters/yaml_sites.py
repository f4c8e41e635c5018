"""Sites from YAML, one file each: who can be reached and how, who is on call, and the plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.adapters.yaml_documents import Documents
from service.domain.errors import ConfigurationFaults
from service.domain.plan import Plan, Step
from service.domain.roster import Roster, Rotation, Shift
from service.domain.site import Channel, Clinician, Site
from service.domain.urgency import Urgency

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def load_sites(sites_dir: Path, schema: Path) -> dict[str, Site]:
    """Every site by id. Raises `ConfigurationFaults` naming every fault of every file."""
    documents = Documents(schema)
    sites: dict[str, Site] = {}
    paths = sorted(sites_dir.glob("*.yaml"))
    if not paths:
        documents.faults.append("the sites directory holds no .yaml file")
    for path in paths:
        raw = documents.read(path)
        faults = [] if raw is None else [f"{path.name}: {fault}" for fault in _faults(raw, sites)]
        documents.faults += faults
        if raw is not None and not faults:
            sites[raw["site"]] = _site(raw)
    if documents.faults:
        raise ConfigurationFaults(documents.faults)
    return sites


def _faults(raw: Mapping[str, Any], known: Mapping[str, Site]) -> Iterator[str]:
    """What a schema cannot say: names that must be known, times that must exist and be in order."""
    if raw["site"] in known:
        yield f"the site {raw['site']} stands in another file too"
    if _zone(raw["time_zone"]) is None:
        yield "time_zone is not a zone of the IANA database"
    numbers = [clinician["sms"] for clinician in raw["clinicians"].values()]
    if len(set(numbers)) < len(numbers):
        yield "two clinicians have the same number: a reply could not be told apart"
    for name, roster in raw["rosters"].items():
        for clinician in _clinicians_of(roster):
            if clinician not in raw["clinicians"]:
                yield f"roster {name}: {clinician} is not among the clinicians"
        yield from (f"roster {name}: {fault}" for fault in _faulty_times(roster))
    for urgency, plan in raw["plans"].items():
        for step in plan["steps"]:
            if step["page"] not in raw["rosters"]:
                yield f"plan {urgency}: {step['page']} is not among the rosters"
        yield from (f"plan {urgency}: {fault}" for fault in _zero_waits(plan))


def _faulty_times(roster: Mapping[str, Any]) -> Iterator[str]:
    times = [(shift["from"], shift["until"]) for shift in roster.get("shifts", ())]
    if "rotation" in roster:
        times.append((roster["rotation"]["starting"], None))
        if not _duration(roster["rotation"]["each"]):
            yield "`each` is zero"
    for start, end in times:
        moments = [_wall_clock(time) for time in (start, end) if time is not None]
        if None in moments:
            yield f"the shift from {start} names a time that does not exist"
        elif len(moments) == 2 and not moments[0] < moments[1]:  # type: ignore[operator]  # no None here
            yield f"the shift from {start} ends before it starts"


def _zero_waits(plan: Mapping[str, Any]) -> Iterator[str]:
    waits = {"then_everyone_every": plan["then_everyone_every"]}
    waits["acknowledgement_lasts"] = plan["acknowledgement_lasts"]
    waits |= {f"step {number}": step["wait"] for number, step in enumerate(plan["steps"], start=1)}
    yield from (f"{name} is zero" for name, wait in waits.items() if not _duration(wait))


def _clinicians_of(roster: Mapping[str, Any]) -> list[str]:
    rotation = roster.get("rotation", {"clinicians": []})
    return [*rotation["clinicians"], *(shift["clinician"] for shift in roster.get("shifts", ()))]


def _site(raw: Mapping[str, Any]) -> Site:
    zone = ZoneInfo(raw["time_zone"])
    return Site(
        site_id=raw["site"],
        clinicians={
            clinician_id: Clinician(clinician_id, clinician["name"], {Channel.SMS: clinician["sms"]})
            for clinician_id, clinician in raw["clinicians"].items()
        },
        rosters={name: _roster(name, zone, roster) for name, roster in raw["rosters"].items()},
        plans={Urgency(urgency): _plan(plan) for urgency, plan in raw["plans"].items()},
        respond_within_minutes={Urgency(k): v for k, v in raw.get("respond_within_minutes", {}).items()},
    )


def _roster(name: str, zone: ZoneInfo, raw: Mapping[str, Any]) -> Roster:
    rotation = raw.get("rotation")
    return Roster(
        name=name,
        zone=zone,
        rotation=None
        if rotation is None
        else Rotation(
            tuple(rotation["clinicians"]), _existing(rotation["starting"]), _duration(rotation["each"])
        ),
        shifts=tuple(
            Shift(shift["clinician"], _existing(shift["from"]), _existing(shift["until"]))
            for shift in raw.get("shifts", ())
        ),
    )


def _plan(raw: Mapping[str, Any]) -> Plan:
    return Plan(
        first_page_after=_duration(raw["first_page_after"]),
        steps=tuple(Step(step["page"], _duration(step["wait"])) for step in raw["steps"]),
        repeats=raw["repeats"],
        everyone_every=_duration(raw["then_everyone_every"]),
        acknowledgement_lasts=_duration(raw["acknowledgement_lasts"]),
    )


def _duration(text: str) -> timedelta:
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def _wall_clock(text: str) -> datetime | None:
    try:
        return _existing(text)
    except ValueError:
        return None


def _existing(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall clock: its zone is the site's


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
