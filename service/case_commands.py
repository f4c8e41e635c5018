"""`goldenhour case`: who waits at a site, and who knew what, when, of one case."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import click

from service.desk import Desk, reached
from service.domain.escalation import Case, CaseState
from service.domain.trail import TrailEntry
from service.usecases.read_cases import ReadCases
from service.usecases.read_trail import CaseHistory


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.pass_obj
def list_cases(desk: Desk, limit: int) -> None:
    """List the cases that are not closed, the most pressing first: who has them, and by when a human must
    respond."""
    read = ReadCases(desk.service.ledger)
    found = reached(lambda: read.worklist(desk.site, (CaseState.OPEN, CaseState.ACKNOWLEDGED), limit, 0))
    for case in found.cases:
        click.echo(_summary(case))
    click.echo(f"{found.total} not closed")


@click.command("history")
@click.argument("case", metavar="CODE|ID")
@click.pass_obj
def show_history(desk: Desk, case: str) -> None:
    """Show all that was done and read about a case and its first contact, oldest first, by whom."""
    found = reached(lambda: desk.service.read_trail.history(desk.site, _named(case)))
    if found is None:
        raise click.ClickException(f"site {desk.site} has no case {case}")
    for line in _lines(found):
        click.echo(line)


COMMANDS: tuple[click.Command, ...] = (list_cases, show_history)


def _summary(case: Case) -> str:
    alarm = "NEEDS SOMEBODY AT ONCE" if case.alarm else ""
    taken = f"taken by {case.owner}" if case.owner else "nobody has taken it"
    by = "" if case.respond_by is None else f"respond by {case.respond_by:%Y-%m-%d %H:%M} UTC"
    about = case.contact_id or case.kind
    return "  ".join(part for part in (case.code, case.urgency, about, by, taken, alarm) if part)


def _named(case: str) -> UUID | str:
    try:
        return UUID(case)
    except ValueError:
        return case.upper()


def _lines(history: CaseHistory) -> Iterator[str]:
    case = history.case
    disposition = f", {case.disposition}" if case.disposition else ""
    yield f"{case.code}  {case.case_id}  {case.urgency}, {case.state}{disposition}"
    for entry in history.entries:
        yield _line(entry)


def _line(entry: TrailEntry) -> str:
    number = "-" if entry.number is None else str(entry.number)
    carried = f"[{entry.channel} {entry.provider_id}".rstrip() + "]" if entry.channel else ""
    rules = f"rules {entry.rules}" if entry.rules else ""
    told = [entry.act, entry.clinician or "", entry.detail, carried, rules]
    words = "  ".join(part for part in told if part)
    return f"{number:>6}  {entry.at:%Y-%m-%d %H:%M:%S} UTC  {words}  (by {entry.actor})"
