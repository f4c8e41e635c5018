"""Checks of clinicians' addresses, and the numbers that their messages carry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres.reach import Reach, digest
from service.adapters.postgres.tables import cases, checks
from service.domain.channel import Channel
from service.domain.escalation import Case, CaseState
from service.domain.site import Clinician
from service.usecases.ports import Check

_LIVE = cases.c.state != CaseState.CLOSED.value


class Checks(Reach):
    """The part of the transaction that knows what was asked to show that an address reaches somebody."""

    __slots__ = ()

    def open_check(
        self, case: Case, person: Clinician, channel: Channel, number: str, expires_at: datetime
    ) -> None:
        sealed = self.cipher.seal(number, check_place(case.case_id))
        self.connection.execute(
            insert(checks).values(
                case_id=case.case_id,
                site=case.site,
                clinician=person.clinician_id,
                channel=channel.value,
                digest=digest(person.addresses[channel]),
                key_id=sealed.key_id,
                sealed=sealed.body,
                expires_at=expires_at,
            )
        )

    def check(self, case_id: UUID) -> Check | None:
        row = self.connection.execute(select(checks).where(checks.c.case_id == case_id)).one_or_none()
        if row is None:
            return None
        return Check(
            case_id=row.case_id,
            site=row.site,
            clinician=row.clinician,
            channel=Channel(row.channel),
            number=self.cipher.open(Sealed(row.key_id, row.sealed), check_place(case_id)),
            wrong=row.wrong,
            expires_at=row.expires_at,
        )

    def live_check(self, site: str, clinician: str, channel: Channel) -> UUID | None:
        query = select(checks.c.case_id).join(cases, cases.c.case_id == checks.c.case_id)
        of_it = (checks.c.site == site, checks.c.clinician == clinician, checks.c.channel == channel.value)
        newest = query.where(_LIVE, *of_it).order_by(cases.c.opened_at.desc()).limit(1)
        found: UUID | None = self.connection.scalar(newest)
        return found

    def expired_checks(self) -> tuple[tuple[str, UUID], ...]:
        """Site and case of every check that is open past its time."""
        query = select(checks.c.site, checks.c.case_id).join(cases, cases.c.case_id == checks.c.case_id)
        rows = self.connection.execute(query.where(_LIVE, checks.c.expires_at <= self.now))
        return tuple((row.site, row.case_id) for row in rows)

    def count_wrong_number(self, case_id: UUID) -> None:
        self.connection.execute(
            update(checks).where(checks.c.case_id == case_id).values(wrong=checks.c.wrong + 1)
        )

    def verify_address(self, case_id: UUID, how: str) -> None:
        row = self.connection.execute(select(checks).where(checks.c.case_id == case_id)).one()
        self.confirm_address(row.site, row.clinician, Channel(row.channel), row.digest, how)


def check_place(case_id: UUID) -> str:
    """What a check's sealed number is bound to."""
    return f"check/{case_id}"
