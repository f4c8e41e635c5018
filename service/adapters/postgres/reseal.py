"""Sealed values, wherever they stand: found by the key that sealed them, and sealed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, and_, bindparam, func, select, tuple_, update

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres import checks, contacts, hours, rosters
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import (
    answers,
    assessments,
    audit_entries,
    audit_keys,
    calendars,
)
from service.adapters.postgres.tables import checks as checks_table
from service.adapters.postgres.tables import hours as hours_table
from service.adapters.postgres.trail import trail_key_place
from service.usecases.ports import KeyGone, Resealed


@dataclass(frozen=True, slots=True)
class Kind:
    """One table that holds sealed values, and what each of them is bound to."""

    table: Table
    place: Callable[[Row[Any]], str]

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The columns of its primary key."""
        return tuple(self.table.primary_key.columns)


KINDS: Mapping[str, Kind] = {
    "answers": Kind(answers, lambda row: contacts.answer_place(row.contact, row.answer_id)),
    "assessments": Kind(assessments, lambda row: contacts.assessment_place(row.contact)),
    "hours": Kind(hours_table, lambda row: hours.hour_place(row.contact)),
    "checks": Kind(checks_table, lambda row: checks.check_place(row.case_id)),
    "calendars": Kind(calendars, lambda row: rosters.calendar_place(row.site, row.roster)),
    "audit_keys": Kind(audit_keys, lambda row: trail_key_place(row.retired)),
}


class Reseal(Store):
    """The part of the transaction that rotates data keys."""

    __slots__ = ()

    def sealed_kinds(self) -> tuple[str, ...]:
        return tuple(KINDS)

    def reseal(self, kind: str, after: tuple[Any, ...] | None, limit: int) -> Resealed:
        """Seal so many values anew with the active key, behind a place in the table. What cannot be opened
        is left as it is, and counted."""
        of = KINDS[kind]
        table, wanted = of.table, of.table.c.key_id != self.cipher.active
        if after is not None:
            wanted = and_(wanted, tuple_(*of.key) > tuple_(*after))
        rows = self.connection.execute(
            select(table).where(wanted).order_by(*of.key).limit(limit).with_for_update()
        ).all()
        places = [each for each in (self._sealed_anew(of, row) for row in rows) if each is not None]
        if places:
            at = and_(*(column == bindparam(f"at_{column.name}") for column in of.key))
            self.connection.execute(update(table).where(at), places)
        last = tuple(getattr(rows[-1], column.name) for column in of.key) if rows else None
        return Resealed(len(places), len(rows) - len(places), last)

    def _sealed_anew(self, of: Kind, row: Row[Any]) -> dict[str, Any] | None:
        try:
            opened = self.cipher.open(Sealed(row.key_id, row.sealed), of.place(row))
        except KeyGone:
            return None
        sealed = self.cipher.seal(opened, of.place(row))
        at = {f"at_{column.name}": getattr(row, column.name) for column in of.key}
        return {**at, "key_id": sealed.key_id, "sealed": sealed.body}

    def sealed_by_others(self) -> Mapping[str, int]:
        """By data key, how many values need it that is not the active one: entries of the trail, too, as long
        as they are not sealed into their chain."""
        found: Counter[str] = Counter()
        for table in (*(kind.table for kind in KINDS.values()), audit_entries):
            others = table.c.key_id != self.cipher.active
            if table is audit_entries:
                others = and_(others, audit_entries.c.number.is_(None))
            query = select(table.c.key_id, func.count()).where(others).group_by(table.c.key_id)
            for key_id, count in self.connection.execute(query):
                found[key_id] += count
        return found
