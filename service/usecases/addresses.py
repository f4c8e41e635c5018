"""What becomes of a clinician's addresses: refused by a carrier, given up and taken up by their owner."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.channel import Channel
from service.domain.refusals import Address, Refusal
from service.domain.site import Clinician, Site
from service.usecases.paging import Paging
from service.usecases.ports import Transaction


@dataclass(frozen=True, slots=True)
class Addresses:
    """Changes them in the transaction of its caller. Whoever runs the service is told of one that died."""

    paging: Paging

    def refused(
        self, tx: Transaction, site: Site, person: Clinician, channel: Channel, refusal: Refusal
    ) -> None:
        """Note what a refusal says of an address, once."""
        standing = self.paging.policy.consequences[refusal].address
        if standing is Address.GOOD:
            return
        new = tx.mark_address(site.site_id, person, channel, standing, refusal)
        if new and standing is Address.DEAD:
            self.paging.open_trouble(tx, site, f"{person.clinician_id} cannot be paged by {channel}")

    def opted_out(self, tx: Transaction, site: Site, person: Clinician, channel: Channel) -> None:
        """They want nothing more there: it is dead now, and what waits there goes to their next channel."""
        self.refused(tx, site, person, channel, Refusal.OPTED_OUT)
        tx.hear_sooner(site.site_id, person.clinician_id, channel)

    def opted_in(self, tx: Transaction, site: Site, person: Clinician, channel: Channel) -> None:
        """They want to be reached there again. What is dead for another reason stays so."""
        tx.revive_address(site.site_id, person, channel, Refusal.OPTED_OUT)
