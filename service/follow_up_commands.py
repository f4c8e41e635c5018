"""`goldenhour follow-ups`: who must be spoken to, by when, and how a human ends it."""

from __future__ import annotations

import click

from service.desk import Desk, reached


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.pass_obj
def list_follow_ups(desk: Desk, limit: int) -> None:
    """List the follow-ups that are due, the earliest first."""
    found = reached(lambda: desk.service.settle_follow_up.due(desk.site, limit, 0))
    for each in found.follow_ups:
        if each.promise is not None:
            paged = "" if each.is_waiting else "  (paged for)"
            why = ", ".join(each.promise.reasons)
            click.echo(f"{each.promise.due_at:%Y-%m-%d %H:%M} UTC  {each.contact_id}  {why}{paged}")
    click.echo(f"{found.total} due")


@click.command("settle")
@click.argument("contact_id")
@click.option("--clinician", required=True, help="Who did or decided it.")
@click.option("--disposition", required=True, help="What was done, as a case is closed with.")
@click.pass_obj
def settle(desk: Desk, contact_id: str, clinician: str, disposition: str) -> None:
    """End a follow-up with what a human did or decided."""
    known = desk.service.dispositions
    if clinician not in desk.service.sites[desk.site].clinicians:
        raise click.ClickException(f"site {desk.site} has no clinician {clinician}")
    if disposition not in known:
        raise click.ClickException(f"a disposition is one of {', '.join(known)}")
    reached(lambda: desk.service.settle_follow_up.settle(desk.site, contact_id, clinician, disposition))
    click.echo(f"The follow-up of {contact_id} is settled: {disposition}, by {clinician}.")


COMMANDS: tuple[click.Command, ...] = (list_follow_ups, settle)
