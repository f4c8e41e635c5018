"""What is known of addresses and channels: which are used no more, which are in doubt, which are broken."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import addresses, channel_troubles
from service.domain.channel import Channel
from service.domain.refusals import Address, Refusal, Trouble
from service.domain.site import Clinician


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
        return self.connection.execute(changed).one_or_none() is not None

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


def digest(address: str) -> bytes:
    """What is kept of an address: enough to know it again."""
    return hashlib.sha256(address.encode()).digest()
