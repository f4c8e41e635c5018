"""What is known of addresses and channels: which are used no more, which are in doubt, which are broken."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import address_changes, addresses, cases, channel_troubles, pages
from service.domain.channel import Channel
from service.domain.checks import AddressChange, AddressRecord, ChangeKind
from service.domain.refusals import Address, Refusal, Trouble
from service.domain.site import Clinician
from service.domain.trail import Deed


class Reach(Store):
    """The part of the transaction that knows whether a way to somebody is open."""

    __slots__ = ()

    def dead_channels(self, site: str, person: Clinician) -> frozenset[Channel]:
        query = select(addresses.c.channel, addresses.c.digest).where(
            addresses.c.site == site,
            addresses.c.clinician == person.clinician_id,
            addresses.c.standing == Address.DEAD.value,
        )
        current = {(channel.value, digest(address)) for channel, address in person.addresses.items()}
        found = {(row.channel, bytes(row.digest)) for row in self.connection.execute(query)}
        return frozenset(Channel(channel) for channel, _ in found & current)

    def address_records(self, site: str, person: Clinician) -> dict[Channel, AddressRecord]:
        """What is known of each of a person's present addresses, in their order."""
        query = select(addresses).where(
            addresses.c.site == site, addresses.c.clinician == person.clinician_id
        )
        known = {(row.channel, bytes(row.digest)): row for row in self.connection.execute(query)}
        records = {}
        for channel, address in person.addresses.items():
            row = known.get((channel.value, digest(address)))
            at = self._arrived(site, person.clinician_id, channel)
            records[channel] = (
                AddressRecord(channel, arrived_at=at)
                if row is None
                else AddressRecord(
                    channel, Address(row.standing), row.reason, row.changed_at, row.verified_at, at
                )
            )
        return records

    def _arrived(self, site: str, clinician: str, channel: Channel) -> datetime | None:
        """When a page last arrived for certain: a step or two into the index, however many there were."""
        query = select(pages.c.delivered_at).join(cases, cases.c.case_id == pages.c.case_id)
        query = query.where(
            cases.c.site == site,
            pages.c.clinician == clinician,
            pages.c.channel == channel.value,
            pages.c.delivered_at.is_not(None),
        )
        found: datetime | None = self.connection.scalar(query.order_by(pages.c.delivered_at.desc()).limit(1))
        return found

    def address_changes(self, site: str, clinician: str) -> tuple[AddressChange, ...]:
        """All that became of a person's addresses, oldest first."""
        query = select(address_changes).where(
            address_changes.c.site == site, address_changes.c.clinician == clinician
        )
        return tuple(
            AddressChange(row.at, Channel(row.channel), ChangeKind(row.kind), row.detail)
            for row in self.connection.execute(query.order_by(address_changes.c.row))
        )

    def mark_address(
        self, site: str, person: Clinician, channel: Channel, standing: Address, refusal: Refusal
    ) -> bool:
        """Note what a refusal says of an address; True when that is new. A dead one is never made better."""
        if channel not in person.addresses:
            return False
        query = upsert(addresses).values(
            site=site,
            clinician=person.clinician_id,
            channel=channel.value,
            digest=digest(person.addresses[channel]),
            standing=standing.value,
            reason=refusal.value,
            changed_at=self.now,
        )
        changed = query.on_conflict_do_update(
            index_elements=["site", "clinician", "channel", "digest"],
            set_={"standing": standing.value, "reason": refusal.value, "changed_at": self.now},
            where=addresses.c.standing.not_in([Address.DEAD.value, standing.value]),
        ).returning(addresses.c.standing)
        if self.connection.execute(changed).one_or_none() is None:
            return False
        kind = ChangeKind.DIED if standing is Address.DEAD else ChangeKind.DOUBTED
        self._note_change(site, person.clinician_id, channel, kind, refusal.value)
        return True

    def revive_address(self, site: str, person: Clinician, channel: Channel, refusal: Refusal) -> bool:
        if channel not in person.addresses:
            return False
        of_it = _is_address(site, person.clinician_id, channel, digest(person.addresses[channel]))
        dead = and_(of_it, addresses.c.standing == Address.DEAD.value, addresses.c.reason == refusal.value)
        query = (
            update(addresses).where(dead).values(standing=Address.GOOD.value, reason="", changed_at=self.now)
        )
        if not self.connection.execute(query).rowcount:
            return False
        self._note_change(site, person.clinician_id, channel, ChangeKind.OPTED_IN, "")
        return True

    def confirm_address(self, site: str, clinician: str, channel: Channel, of: bytes, how: str) -> None:
        """The address with this digest has reached its clinician."""
        good: dict[str, Any] = {
            "standing": Address.GOOD.value,
            "reason": "",
            "verified_at": self.now,
            "changed_at": self.now,
        }
        query = upsert(addresses).values(
            site=site, clinician=clinician, channel=channel.value, digest=of, **good
        )
        self.connection.execute(
            query.on_conflict_do_update(index_elements=["site", "clinician", "channel", "digest"], set_=good)
        )
        self._note_change(site, clinician, channel, ChangeKind.VERIFIED, how)

    def _note_change(
        self, site: str, clinician: str, channel: Channel, kind: ChangeKind, detail: str
    ) -> None:
        self.connection.execute(
            insert(address_changes).values(
                site=site,
                clinician=clinician,
                channel=channel.value,
                kind=kind.value,
                detail=detail,
                at=self.now,
            )
        )
        what = f"{channel}: {kind} {detail}".rstrip()
        self.note(Deed.ADDRESS_CHANGED, site, clinician=clinician, detail=what)

    def record_trouble(self, channel: Channel, *, trips: bool) -> None:
        self.connection.execute(
            insert(channel_troubles).values(channel=channel.value, trips=trips, at=self.now)
        )

    def troubles(self, since: datetime) -> tuple[Trouble, ...]:
        query = select(channel_troubles).where(channel_troubles.c.at >= since)
        return tuple(
            Trouble(Channel(row.channel), row.at, row.trips) for row in self.connection.execute(query)
        )

    def clear_troubles(self, channel: Channel) -> None:
        """A page went out: the channel works again."""
        self.connection.execute(delete(channel_troubles).where(channel_troubles.c.channel == channel.value))


def _is_address(site: str, clinician: str, channel: Channel, of: bytes) -> ColumnElement[bool]:
    return and_(
        addresses.c.site == site,
        addresses.c.clinician == clinician,
        addresses.c.channel == channel.value,
        addresses.c.digest == of,
    )


def digest(address: str) -> bytes:
    """What is kept of an address: enough to know it again."""
    return hashlib.sha256(address.encode()).digest()
