"""`goldenhour erase|export|purge`: what a person may ask for, and what a site keeps no longer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from service.bootstrap import Service
from service.desk import Desk, reached


@click.command("erase")
@click.argument("site")
@click.argument("contact_id")
@click.pass_obj
def erase_contact(open_service: Callable[[], Service], site: str, contact_id: str) -> None:
    """Erase one person's words and assessments at SITE. Their cases keep code, times and disposition.

    Refused while a case of theirs is not closed. What the intake system sends again is stored again.
    """
    desk = Desk(open_service, site)
    erased = reached(lambda: desk.service.erase_contact(desk.site, contact_id))
    click.echo(f"erased: {erased}")


@click.command("export")
@click.argument("site")
@click.argument("contact_id")
@click.pass_obj
def export_contact(open_service: Callable[[], Service], site: str, contact_id: str) -> None:
    """Write all that is held about one person at SITE as JSON, their words in the clear."""
    desk = Desk(open_service, site)
    held = reached(lambda: desk.service.export_contact(desk.site, contact_id))
    click.echo(json.dumps(asdict(held), default=_plain, ensure_ascii=False, indent=2))


@click.command("purge")
@click.option("--site", help="The site; need not be named when there is only one.")
@click.pass_obj
def purge_contacts(open_service: Callable[[], Service], site: str | None) -> None:
    """Erase now what a site keeps no longer, by its `retention`. The sweepers do it by themselves, too."""
    desk = Desk(open_service, site)
    if desk.service.sites[desk.site].retention is None:
        raise click.ClickException(f"site {desk.site} says `retention: never`: nothing is ever purged")
    purged = reached(lambda: desk.service.purge_contacts.all(desk.site))
    click.echo(f"{desk.site}: the words of {purged} first contacts were purged")


COMMANDS: tuple[click.Command, ...] = (erase_contact, export_contact, purge_contacts)


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return sorted(value) if isinstance(value, frozenset) else str(value)
