"""`goldenhour report`: what the service is told about its first hours."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields

import click

from service.adapters.yaml_policy import load_policy
from service.desk import Desk, reached
from service.domain.rule_use import RuleUse


@click.command("golden-hour")
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True)
@click.option(
    "--format", "form", type=click.Choice(("json", "csv", "html")), default="json", show_default=True
)
@click.pass_obj
def golden_hour(desk: Desk, weeks: int, form: str) -> None:
    """What first hours were like, by week: how much of them went to forms, whether people felt heard, what
    became of their hope, and what we cost."""
    from service.web.golden_hour_page import as_csv, as_html  # noqa: PLC0415 - needed by reports alone
    from service.web.schemas.report import GoldenHourSchema  # noqa: PLC0415

    report = reached(lambda: desk.service.report_golden_hour(desk.site, weeks))
    if form == "csv":
        click.echo(as_csv(report), nl=False)
    elif form == "html":
        click.echo(as_html(report))
    else:
        click.echo(json.dumps(GoldenHourSchema().dump(report), indent=2))


@click.command("rules")
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True)
@click.option(
    "--format", "form", type=click.Choice(("text", "json", "csv")), default="text", show_default=True
)
@click.pass_obj
def rules(desk: Desk, weeks: int, form: str) -> None:
    """What became of the cases that each rule raised: how often a human found them to be about nothing, and
    how long somebody was waited for. What only tires people comes first."""
    from service.web.schemas.report import RulesSchema  # noqa: PLC0415 - as above

    report = desk.service.report_rules(load_policy(desk.service.settings.config_dir))
    found = reached(lambda: report(desk.site, weeks))
    if form == "json":
        click.echo(json.dumps(RulesSchema().dump({"rules": found}), indent=2))
    elif form == "csv":
        click.echo(_table(found), nl=False)
    else:
        for use in found:
            click.echo(_line(use))


def _table(uses: Sequence[RuleUse]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in fields(RuleUse)])
    writer.writerows(tuple(asdict(use).values()) for use in uses)
    return out.getvalue()


def _line(use: RuleUse) -> str:
    share = "too few" if use.override_share is None else f"{use.override_share:.0%}"
    waits = (
        "" if use.median_wait is None else f", taken after {use.median_wait:.0f} s (p90 {use.p90_wait:.0f} s)"
    )
    return (
        f"{use.rule_id:<28} {use.urgency:<12} decided {use.decided}, closed {use.closed}, "
        f"overridden {use.overridden} ({share}){waits}"
    )


COMMANDS: tuple[click.Command, ...] = (golden_hour, rules)
