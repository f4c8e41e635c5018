"""Sites at which nobody is paged for a time: read where a step is taken and where a page is claimed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy import select as selected
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import cases, switches
from service.usecases.ports import Off


class Switches(Store):
    """The part of the transaction that knows where paging is off."""

    __slots__ = ()

    def paging_off(self, site: str) -> Off | None:
        """Since when and until when nobody is paged at a site; None when everybody is."""
        query = selected(switches).where(switches.c.site == site, switches.c.off_until > self.now)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Off(site, row.off_since, row.off_until, row.made_by, row.why)

    def switch_off(self, off: Off) -> None:
        row = {"off_since": off.since, "off_until": off.until, "made_by": off.by, "why": off.why}
        stored = upsert(switches).values(site=off.site, **row)
        self.connection.execute(stored.on_conflict_do_update(index_elements=["site"], set_=row))

    def switch_on(self, site: str) -> None:
        here = update(switches).where(switches.c.site == site, switches.c.off_until > self.now)
        self.connection.execute(here.values(off_until=self.now))


def is_off(now: datetime) -> ColumnElement[bool]:
    """Whether nobody is paged at the site of a case."""
    return exists().where(switches.c.site == cases.c.site, switches.c.off_until > now)
