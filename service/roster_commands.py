"""`goldenhour roster ...`: who is on call, when nobody is, and changes for a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from service.desk import MADE_BY, Desk, reached
from service.domain.roster import OnCall, Span
from service.domain.wall_clock import first_reading, last_reading
from service.usecases.override_roster import Overridden, Wanted
from service.usecases.read_rosters import RosterView

_WALL_CLOCK = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


def _view_of(desk: Desk, name: str, days: int) -> RosterView:
    """A roster for some days from now on."""
    rosters = desk.service.rosters
    found = reached(lambda: rosters.one(desk.site, name, None, None, timedelta(days=days)))
    if found is None:
        raise _no_such_roster(desk, name)
    return found


def _zone_of(desk: Desk, name: str) -> ZoneInfo:
    """The zone in whose wall clock a roster is written."""
    roster = desk.service.sites[desk.site].rosters.get(name)
    if roster is None:
        raise _no_such_roster(desk, name)
    return roster.zone


def _no_such_roster(desk: Desk, name: str) -> click.ClickException:
    names = ", ".join(desk.service.sites[desk.site].rosters)
    return click.ClickException(f"site {desk.site} has no roster {name}; there are {names}")


@click.command("list")
@click.pass_obj
def list_rosters(desk: Desk) -> None:
    """List the rosters: who is on call now, and what comes next."""
    for view in reached(lambda: desk.service.rosters.all(desk.site)):
        after = (
            "" if view.next is None else f", then {_people(view.next)} from {_wall(view.next.begin, view)}"
        )
        click.echo(f"{view.roster.name}: {_people(view.now)}{after}")
        _warn(view.warnings)


@click.command("show")
@click.argument("name")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 366), help="How far ahead.")
@click.pass_obj
def show_roster(desk: Desk, name: str, days: int) -> None:
    """Show who is on call on the roster NAME, its overrides, and events of its calendar that name nobody."""
    view = _view_of(desk, name, days)
    click.echo(f"{name}, by the clock of {view.roster.zone.key}")
    _lines(view.spans, view)
    for override in view.roster.overrides:
        change = f"{override.clinician or 'nobody'} for {override.instead_of or 'all'}"
        times = f"{_wall(override.begin, view)}  {_wall(override.end, view)}"
        click.echo(f"override {override.override_id}  {times}  {change}, by {override.made_by}")
    for event in () if view.calendar is None else view.calendar.skipped:
        click.echo(f"calendar: {event.summary!r} {event.reason}")
    _warn(view.warnings)


@click.command("gaps")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How far ahead.")
@click.pass_obj
def show_gaps(desk: Desk, names: tuple[str, ...], days: int) -> None:
    """Show when nobody is on call; status 1 when there is such a time. Without a NAME, of every roster."""
    found = False
    for name in names or tuple(desk.service.sites[desk.site].rosters):
        view = _view_of(desk, name, days)
        found = found or bool(view.gaps)
        click.echo(f"{name}: {len(view.gaps) or 'no'} gaps")
        _lines(view.gaps, view)
    sys.exit(1 if found else 0)


@click.command("export")
@click.argument("name")
@click.pass_obj
def export_roster(desk: Desk, name: str) -> None:
    """Write the roster NAME as an iCalendar text, for the next 90 days."""
    _zone_of(desk, name)
    rosters = desk.service.rosters
    body = reached(lambda: rosters.written(desk.site, name))
    click.echo(body or b"", nl=False)


@click.command("override")
@click.argument("name")
@click.option("--clinician", help="Who comes. Without it, nobody comes in the place of --instead-of.")
@click.option("--instead-of", help="Only for this person; without it, for whomever the roster names.")
@click.option("--from", "begin", type=_WALL_CLOCK, help="By the roster's clock; without it, now.")
@click.option("--until", "end", type=_WALL_CLOCK, help="By the roster's clock.")
@click.option("--remove", type=click.UUID, help="End this override instead.")
@click.pass_obj
def override_roster(
    desk: Desk,
    name: str,
    clinician: str | None,
    instead_of: str | None,
    begin: datetime | None,
    end: datetime | None,
    remove: UUID | None,
) -> None:
    """Change who is on call on the roster NAME for a time, or end such a change.

    What opens a gap is done all the same, and said; status 0 either way.
    """
    zone = _zone_of(desk, name)
    use = desk.service.override_roster
    if remove is not None:
        told = reached(lambda: use.end(desk.site, name, remove))
    elif end is None:
        raise click.UsageError("say until when with --until, or which override to --remove")
    else:
        first = None if begin is None else first_reading(begin, zone)
        wanted = Wanted(first, last_reading(end, zone), clinician, instead_of)
        told = reached(lambda: use.add(desk.site, name, wanted, MADE_BY))
    _tell(told, zone)


COMMANDS: tuple[click.Command, ...] = (list_rosters, show_roster, show_gaps, export_roster, override_roster)


def _tell(told: Overridden, zone: ZoneInfo) -> None:
    click.echo(told.override.override_id)
    for gap in told.gaps:
        click.echo(f"nobody is on call {_time(gap.begin, zone)}  {_time(gap.end, zone)}", err=True)
    _warn(told.warnings)


def _lines(spans: Iterable[Span], view: RosterView) -> None:
    for span in spans:
        click.echo(f"  {_wall(span.begin, view)}  {_wall(span.end, view)}  {_people(span)}")


def _people(span: Span) -> str:
    return " and ".join(span.on_call.clinicians) if isinstance(span.on_call, OnCall) else "NOBODY"


def _wall(instant: datetime, view: RosterView) -> str:
    return _time(instant, view.roster.zone)


def _time(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
