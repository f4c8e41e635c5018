"""`goldenhour clinicians ...`: how each can be reached, and checks of whether they are."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from uuid import UUID

import click

from service import terminal
from service.desk import MADE_BY, Desk, reached
from service.domain.channel import Channel
from service.usecases.check_address import Confirmation
from service.usecases.drill import DrillReport
from service.usecases.read_clinicians import AddressView, ClinicianView

_LOOK_EVERY = 0.5  # seconds
_CHANNELS = click.Choice([channel.value for channel in Channel])


@click.command("list")
@click.pass_obj
def list_clinicians(desk: Desk) -> None:
    """List the clinicians and their addresses, first choice first."""
    for view in _all(desk):
        click.echo(
            f"{view.clinician.clinician_id}: " + (", ".join(view.on_call) or "not on call within a day")
        )
        for address in view.addresses:
            click.echo(f"  {_line(address)}")


@click.command("show")
@click.argument("clinician")
@click.pass_obj
def show_clinician(desk: Desk, clinician: str) -> None:
    """Show a CLINICIAN's addresses, and all that became of them."""
    view = reached(lambda: desk.service.clinicians.one(desk.site, clinician))
    if view is None:
        raise click.ClickException(f"site {desk.site} has no clinician {clinician}")
    click.echo(f"{clinician}, {view.clinician.name}")
    for address in view.addresses:
        click.echo(f"  {_line(address)}")
    for change in view.history:
        click.echo(f"{_utc(change.at)}  {change.channel} {change.kind} {change.detail}".rstrip())


@click.command("check")
@click.argument("clinician")
@click.argument("channel", type=_CHANNELS)
@click.option("--wait", default=120.0, show_default=True, help="Seconds in which to wait for the reply.")
@click.pass_obj
def check_address(desk: Desk, clinician: str, channel: str, wait: float) -> None:
    """Send a test page to a CLINICIAN over one CHANNEL, and time each leg.

    A reply verifies the address. Status 1 when none came in time; the number in the message can still be
    confirmed for a while.
    """
    case = reached(lambda: desk.service.check_address.start(desk.site, clinician, Channel(channel)))
    click.echo(f"check {case.code}: {channel} of {clinician}")
    deadline = time.monotonic() + wait
    while (report := _report(desk, case.site, case.case_id)).acknowledged_at is None:
        if time.monotonic() >= deadline or report.case.disposition:
            break
        time.sleep(_LOOK_EVERY)
    for line in terminal.legs(report):
        click.echo(line)
    sys.exit(0 if report.acknowledged_at is not None else 1)


@click.command("confirm")
@click.argument("clinician")
@click.argument("channel", type=_CHANNELS)
@click.argument("number")
@click.pass_obj
def confirm_number(desk: Desk, clinician: str, channel: str, number: str) -> None:
    """Confirm a CLINICIAN's address by the NUMBER that its check carries."""
    use = desk.service.check_address
    what = reached(lambda: use.confirm(desk.site, clinician, Channel(channel), number, MADE_BY))
    if what is not Confirmation.VERIFIED:
        over = "; the check is over, send another" if what is Confirmation.TOO_MANY else ""
        raise click.ClickException(f"the number is not the one that was sent{over}")
    click.echo(f"{channel} of {clinician} is verified")


@click.command("unready")
@click.pass_obj
def unready_clinicians(desk: Desk) -> None:
    """Name who is on call within a day without a verified address that works. Status 1 if anybody is."""
    found = [view for view in _all(desk) if view.on_call and not view.is_ready]
    for view in found:
        click.echo(f"{view.clinician.clinician_id}: on call on {', '.join(view.on_call)}")
    sys.exit(1 if found else 0)


COMMANDS: tuple[click.Command, ...] = (
    list_clinicians,
    show_clinician,
    check_address,
    confirm_number,
    unready_clinicians,
)


def _all(desk: Desk) -> tuple[ClinicianView, ...]:
    return reached(lambda: desk.service.clinicians.all(desk.site))


def _report(desk: Desk, site: str, case_id: UUID) -> DrillReport:
    report = reached(lambda: desk.service.drill.report(site, case_id))
    if report is None:
        raise click.ClickException("the check is gone")
    return report


def _line(address: AddressView) -> str:
    record = address.record
    standing = f"{record.standing} ({record.reason})" if record.reason else str(record.standing)
    verified = "" if record.verified_at is None else f" on {_utc(record.verified_at)}"
    arrived = "" if record.arrived_at is None else f", a page arrived {_utc(record.arrived_at)}"
    checked = f"verification {address.verification}{verified}"
    return f"{record.channel:9} ...{address.ending}  {standing}, {checked}{arrived}"


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
