"""What commands about one site stand on: the service, the site, and errors in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import click

from service.bootstrap import Service
from service.domain.errors import Refused
from service.usecases.ports import LedgerAway

T = TypeVar("T")

MADE_BY = "the command line"


@dataclass
class Desk:
    """The service, and the site that is looked at, which need not be named when there is only one. Neither is
    opened before it is used: whoever only asks for help needs no settings."""

    open: Callable[[], Service]
    named: str | None

    @cached_property
    def service(self) -> Service:
        """The service."""
        return self.open()

    @cached_property
    def site(self) -> str:
        """The site's id."""
        sites = self.service.sites
        site = next(iter(sites)) if self.named is None and len(sites) == 1 else self.named
        if site is None or site not in sites:
            raise click.ClickException(f"name one of the sites with --site: {', '.join(sites)}")
        return site


def reached(use: Callable[[], T]) -> T:
    """What a use case gives; what it refuses, and a database that is away, in words."""
    try:
        return use()
    except LedgerAway:
        raise click.ClickException("the database cannot be reached") from None
    except Refused as refused:
        faults = "".join(f"\n  - {fault.pointer.lstrip('/')}: {fault.detail}" for fault in refused.faults)
        raise click.ClickException(f"{refused.detail}{faults}") from None
