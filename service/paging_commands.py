"""`goldenhour paging`: whether clinicians are paged, and the switch that stops it for a time."""

from __future__ import annotations

import re

import click

from service.adapters.durations import duration
from service.desk import Desk, reached
from service.usecases.ports import Off


@click.command("show")
@click.pass_obj
def show(desk: Desk) -> None:
    """Say whether anybody is paged."""
    off = reached(lambda: desk.service.switch_paging.standing(desk.site))
    click.echo(f"Paging is on at {desk.site}." if off is None else _told(off))


@click.command("off")
@click.option("--by", required=True, help="Who switches it off.")
@click.option("--why", required=True, help="The reason, without anything about a person in contact.")
@click.option("--for", "lasts", help="For how long, such as 90m or 4h; it is on again by itself.")
@click.pass_obj
def switch_off(desk: Desk, by: str, why: str, lasts: str | None) -> None:
    """Page nobody for a time. Intake goes on, and cases keep their times; tell the clinicians on call."""
    if lasts is not None and not re.fullmatch(r"[1-9][0-9]{0,4}[smhdw]", lasts):
        raise click.ClickException("--for is a whole number and one of s, m, h, d, w")
    span = None if lasts is None else duration(lasts)
    click.echo(_told(reached(lambda: desk.service.switch_paging.off(desk.site, by, why, span))))


@click.command("on")
@click.option("--by", required=True, help="Who switches it on.")
@click.pass_obj
def switch_on(desk: Desk, by: str) -> None:
    """Page again: whatever is due goes out at once."""
    was_off = reached(lambda: desk.service.switch_paging.on(desk.site, by))
    told = "Whatever is due goes out now." if was_off else "It was on already."
    click.echo(f"Paging is on at {desk.site}. {told}")


COMMANDS: tuple[click.Command, ...] = (show, switch_off, switch_on)


def _told(off: Off) -> str:
    return (
        f"PAGING IS OFF at {off.site} until {off.until:%Y-%m-%d %H:%M} UTC, switched by {off.by}: {off.why}. "
        "Nobody is paged; what is due waits on the worklist."
    )
