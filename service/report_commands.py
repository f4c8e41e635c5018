"""`goldenhour report`: what the service is told about its first hours."""

from __future__ import annotations

import json

import click

from service.desk import Desk, reached
from service.web.golden_hour_page import as_csv, as_html
from service.web.schemas.report import GoldenHourSchema


@click.command("golden-hour")
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True)
@click.option(
    "--format", "form", type=click.Choice(("json", "csv", "html")), default="json", show_default=True
)
@click.pass_obj
def golden_hour(desk: Desk, weeks: int, form: str) -> None:
    """What first hours were like, by week: how much of them went to forms, whether people felt heard, what
    became of their hope, and what we cost."""
    report = reached(lambda: desk.service.report_golden_hour(desk.site, weeks))
    if form == "csv":
        click.echo(as_csv(report), nl=False)
    elif form == "html":
        click.echo(as_html(report))
    else:
        click.echo(json.dumps(GoldenHourSchema().dump(report), indent=2))


COMMANDS: tuple[click.Command, ...] = (golden_hour,)
