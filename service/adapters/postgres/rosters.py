"""What humans change in rosters for a time, and the calendars that rosters follow."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import calendars, roster_overrides
from service.domain.calendar import CalendarFault, CalendarShifts, CalendarSource, Skipped, SkippedEvent
from service.domain.override import Override
from service.domain.shift import Watch
from service.domain.trail import Deed
from service.usecases.ports import CalendarStanding, KeyGone

_ENDS_AT = func.least(roster_overrides.c.ends_at, roster_overrides.c.ended_at)  # least ignores NULL


class Rosters(Store):
    """The part of the transaction that knows what stands beside the sites' own files."""

    __slots__ = ()

    def add_override(self, site: str, roster: str, override: Override) -> None:
        self.connection.execute(
            insert(roster_overrides).values(
                override_id=override.override_id,
                site=site,
                roster=roster,
                begins_at=override.begin,
                ends_at=override.end,
                clinician=override.clinician,
                instead_of=override.instead_of,
                made_by=override.made_by,
            )
        )
        self._note_override(Deed.OVERRIDE_ADDED, site, roster, override)

    def _note_override(self, act: Deed, site: str, roster: str, override: Override) -> None:
        instead = f" instead of {override.instead_of}" if override.instead_of else ""
        what = f"{roster}, {override.begin.isoformat()} to {override.end.isoformat()}{instead}"
        self.note(act, site, clinician=override.clinician, detail=what)

    def overrides(self, site: str, roster: str, begin: datetime, end: datetime) -> tuple[Override, ...]:
        """Those that hold at some time between two instants, the newest last."""
        rows = self.connection.execute(
            select(roster_overrides, _ENDS_AT.label("held_until"))
            .where(
                roster_overrides.c.site == site,
                roster_overrides.c.roster == roster,
                roster_overrides.c.begins_at < end,
                begin < _ENDS_AT,
                roster_overrides.c.begins_at < _ENDS_AT,  # one that was ended before it began never held
            )
            .order_by(roster_overrides.c.made_at, roster_overrides.c.override_id)
        )
        return tuple(_override(row) for row in rows)

    def end_override(self, site: str, roster: str, override_id: UUID) -> Override | None:
        holding = and_(
            roster_overrides.c.override_id == override_id,
            roster_overrides.c.site == site,
            roster_overrides.c.roster == roster,
            self.now < _ENDS_AT,
        )
        ended = update(roster_overrides).where(holding).values(ended_at=self.now)
        returned = ended.returning(roster_overrides, _ENDS_AT.label("held_until"))
        row = self.connection.execute(returned).one_or_none()
        if row is None:
            return None
        override = _override(row)
        self._note_override(Deed.OVERRIDE_ENDED, site, roster, override)
        return override

    def calendar_watches(self, site: str, roster: str) -> tuple[Watch, ...]:
        found: list[Any] | None = self.connection.scalar(select(calendars.c.watches).where(_of(site, roster)))
        try:
            return tuple(
                Watch(clinician, datetime.fromisoformat(begin), datetime.fromisoformat(end))
                for clinician, begin, end in found or ()
            )
        except (TypeError, ValueError):
            return ()  # a spoilt row must keep nobody from being paged: the layers stand until it is read

    def calendar_standing(
        self, site: str, roster: str, *, with_skipped: bool = False
    ) -> CalendarStanding | None:
        columns = (calendars.c.read_at, calendars.c.first_tried_at, calendars.c.fault)
        row = self.connection.execute(select(*columns).where(_of(site, roster))).one_or_none()
        if row is None:
            return None
        opened = self._opened(site, roster) if with_skipped else None
        skipped = () if opened is None else opened["skipped"]
        return CalendarStanding(
            read_at=row.read_at,
            first_tried_at=row.first_tried_at,
            fault=row.fault,
            skipped=tuple(_skipped(event) for event in skipped),
        )

    def claim_calendar(
        self, site: str, roster: str, source: CalendarSource, every: timedelta, changed: timedelta
    ) -> bool:
        query = upsert(calendars).values(site=site, roster=roster, source=source.digest)
        due = or_(
            calendars.c.tried_at <= self.now - every,
            and_(calendars.c.source != source.digest, calendars.c.tried_at <= self.now - changed),
        )
        claimed = query.on_conflict_do_update(
            index_elements=["site", "roster"],
            set_={"tried_at": self.now, "source": source.digest},
            where=due,
        )
        return self.connection.execute(claimed.returning(calendars.c.site)).one_or_none() is not None

    def kept_calendar(self, site: str, roster: str) -> bytes | None:
        opened = self._opened(site, roster)
        return None if opened is None else str(opened["body"]).encode()

    def keep_calendar(self, site: str, roster: str, body: bytes, shifts: CalendarShifts) -> None:
        self._write(site, roster, body, shifts, read_at=self.now, fault="")

    def calendar_failed(
        self, site: str, roster: str, fault: CalendarFault, shifts: CalendarShifts | None
    ) -> None:
        """Note why it could not be had; `shifts` is what the last good copy says from now on."""
        kept = None if shifts is None else self.kept_calendar(site, roster)
        if shifts is not None and kept is not None:
            self._write(site, roster, kept, shifts, fault=fault.value)
        else:
            self.connection.execute(update(calendars).where(_of(site, roster)).values(fault=fault.value))

    def _write(self, site: str, roster: str, body: bytes, shifts: CalendarShifts, **more: Any) -> None:
        skipped = [
            [event.reason.value, None if event.begin is None else event.begin.isoformat(), event.summary]
            for event in shifts.skipped
        ]
        document = json.dumps({"body": body.decode("utf-8", "replace"), "skipped": skipped})
        sealed = self.cipher.seal(document, calendar_place(site, roster))
        watches = [
            [watch.clinician, watch.begin.isoformat(), watch.end.isoformat()] for watch in shifts.watches
        ]
        self.connection.execute(
            update(calendars)
            .where(_of(site, roster))
            .values(watches=watches, key_id=sealed.key_id, sealed=sealed.body, **more)
        )

    def _opened(self, site: str, roster: str) -> dict[str, Any] | None:
        columns = (calendars.c.key_id, calendars.c.sealed)
        row = self.connection.execute(select(*columns).where(_of(site, roster))).one_or_none()
        if row is None or row.sealed is None:
            return None
        try:
            text = self.cipher.open(Sealed(row.key_id, row.sealed), calendar_place(site, roster))
            opened: dict[str, Any] = json.loads(text)
        except KeyGone:
            return None
        return opened


def _of(site: str, roster: str) -> ColumnElement[bool]:
    return and_(calendars.c.site == site, calendars.c.roster == roster)


def calendar_place(site: str, roster: str) -> str:
    """What a calendar's sealed copy is bound to."""
    return f"calendar/{site}/{roster}"


def _override(row: Row[Any]) -> Override:
    return Override(
        override_id=row.override_id,
        begin=row.begins_at,
        end=max(row.held_until, row.begins_at),
        clinician=row.clinician,
        instead_of=row.instead_of,
        made_by=row.made_by,
    )


def _skipped(event: list[Any]) -> SkippedEvent:
    reason, begin, summary = event
    return SkippedEvent(Skipped(reason), None if begin is None else datetime.fromisoformat(begin), summary)
