"""`goldenhour plans ...`: whom a case pages in turn."""

from __future__ import annotations

from collections.abc import Iterator

import click

from service.desk import Desk, reached
from service.usecases.read_plans import PlanView


@click.command("list")
@click.pass_obj
def list_plans(desk: Desk) -> None:
    """List the plans, and whom each step would page now."""
    for view in reached(lambda: desk.service.plans.all(desk.site)):
        _show(view)


@click.command("show")
@click.argument("name")
@click.pass_obj
def show_plan(desk: Desk, name: str) -> None:
    """Show the plan NAME: an urgency, or `trouble`."""
    view = reached(lambda: desk.service.plans.one(desk.site, name))
    if view is None:
        raise click.ClickException(f"site {desk.site} has no plan {name}")
    _show(view)


COMMANDS: tuple[click.Command, ...] = (list_plans, show_plan)


def _show(view: PlanView) -> None:
    for line in _lines(view):
        click.echo(line)


def _lines(view: PlanView) -> Iterator[str]:
    plan = view.plan
    two = ", two people must confirm" if plan.confirmations > 1 else ""
    yield f"{view.name}: first page after {plan.first_page_after}{two}"
    for number, step in enumerate(view.steps, start=1):
        targets = " and ".join(str(target) for target in step.step.targets)
        channels = f" by {', '.join(step.step.channels)}" if step.step.channels else ""
        now = " and ".join(step.now) or "NOBODY"
        yield f"  {number}. {targets}{channels}, wait {step.step.wait}  (now: {now})"
    yield f"  then {plan.repeats} times more, then everyone every {plan.everyone_every}"
