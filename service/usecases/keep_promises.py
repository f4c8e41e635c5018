"""The follow-up clock: what is promised to a person is stored, paged for in time, and ended by a human
only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from service.domain import escalation
from service.domain.course import Course
from service.domain.errors import Conflict, NotFound
from service.domain.escalation import Case, CaseState, Event, EventKind, Position
from service.domain.follow_up import FollowUpPolicy, Promise, promised
from service.domain.site import Site
from service.domain.trail import Deed
from service.domain.trajectory import Found
from service.domain.urgency import Urgency
from service.usecases.paging import Paging
from service.usecases.ports import (
    Doorbell,
    FollowUp,
    FollowUps,
    KeyGone,
    Ledger,
    LedgerAway,
    StoredContact,
    Transaction,
)

log = logging.getLogger(__name__)

FOLLOW_UP = "follow_up"
"""The subject of a case that was opened because nobody spoke to the person in time."""


@dataclass(frozen=True, slots=True)
class Promises:
    """What is due to whom, in a transaction of its caller, who has locked the contact."""

    policy: FollowUpPolicy

    def renew(
        self, tx: Transaction, site: Site, stored: StoredContact, urgency: Urgency, turns: tuple[Found, ...]
    ) -> None:
        """Store what is promised now, after something was said or has happened. What somebody is paged for
        already stands until a human ends it."""
        if not stored.events:
            return
        known = tx.follow_up(stored)
        if known is not None and known.promise is not None and not known.is_waiting:
            return
        standing = known or FollowUp(site.site_id, stored.contact_id, None, is_waiting=False)
        promise = self._promised(tx, site, stored, standing, urgency, turns)
        if promise == standing.promise:
            return
        tx.save_follow_up(stored, replace(standing, promise=promise, is_waiting=promise is not None))
        tx.note(Deed.FOLLOW_UP, site.site_id, contact_id=stored.contact_id, detail=_told(promise))

    def _promised(
        self,
        tx: Transaction,
        site: Site,
        stored: StoredContact,
        standing: FollowUp,
        urgency: Urgency,
        turns: tuple[Found, ...],
    ) -> Promise | None:
        ends = [end for end in (tx.closed_at(stored), standing.settled_at) if end is not None]
        return promised(
            Course.of(stored.events),
            urgency,
            [found.at for found in turns if found.worse],
            max(ends, default=None),
            site.follow_up or self.policy,
        )


def _told(promise: Promise | None) -> str:
    if promise is None:
        return "none is due any more"
    return f"{', '.join(promise.reasons)}; by {promise.due_at:%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True)
class KeepPromises:
    """Whoever must be spoken to soon becomes a case, by the plan for it, before the time is over."""

    ledger: Ledger
    paging: Paging
    doorbell: Doorbell

    def __call__(self) -> list[UUID]:
        """Page for every follow-up whose time comes. Returns the new pages that the bell did not ring for."""
        unrung: list[UUID] = []
        for page_ids in self._each():
            if not self.doorbell.ring(page_ids):
                unrung += page_ids
        return unrung

    def _each(self) -> Iterator[list[UUID]]:
        failed: set[tuple[str, str]] = set()
        while True:
            with self.ledger.transaction() as tx:
                due = tx.due_follow_up(besides=failed)
            if due is None:
                return
            try:
                yield self._page(*due)
            except LedgerAway:
                raise
            except Exception:
                log.exception("a follow-up could not be paged for")
                failed.add(due)
                self._tell_of(due[0])

    def _page(self, site_id: str, contact_id: str) -> list[UUID]:
        """Another sweeper may have done it meanwhile: only one that still waits becomes a case."""
        with self.ledger.transaction() as tx:
            contact = tx.lock_to_erase(site_id, contact_id)
            known = None if contact is None else tx.follow_up(contact)
            if contact is None or known is None or known.promise is None or not known.is_waiting:
                return []
            tx.save_follow_up(contact, replace(known, is_waiting=False))
            site = self.paging.sites[site_id]
            live = tx.live_case(contact)
            case = self._opened(tx, site, contact, known.promise) if live is None else live
            if live is not None:
                case = escalation.hastened(live, site.follow_up_plan, known.promise.due_at, tx.now)
                tx.save_case(case)
            tx.record(case.case_id, Event(EventKind.FOLLOW_UP, detail=_told(known.promise)))
            due = case.state is CaseState.OPEN and case.next_action_at <= tx.now
            return self.paging.take_due_step(tx, case) if due else []

    def _opened(self, tx: Transaction, site: Site, contact: StoredContact, promise: Promise) -> Case:
        try:
            standing = tx.latest_assessment(contact)
        except KeyGone:
            standing = None
        case = Case(
            case_id=uuid4(),
            code=self.paging.unused_code(tx),
            site=site.site_id,
            contact_id=contact.contact_id,
            urgency=Urgency.SOON if standing is None else standing.urgency,
            plan=site.follow_up_plan,
            state=CaseState.OPEN,
            position=Position(),
            next_action_at=tx.now,
            respond_by=promise.due_at,
            opened_at=tx.now,
            subject=FOLLOW_UP,
        )
        tx.open_case(contact, case)
        tx.record(case.case_id, Event(EventKind.OPENED, detail=FOLLOW_UP))
        return case

    def _tell_of(self, site_id: str) -> None:
        sites = self.paging.sites
        told = [sites[site_id]] if site_id in sites else list(sites.values())
        with self.ledger.transaction() as tx:
            for site in told:
                self.paging.open_trouble(tx, site, "a follow-up cannot be paged for")


@dataclass(frozen=True, slots=True)
class SettleFollowUp:
    """A human reads what is due, and ends it with what was done."""

    ledger: Ledger

    def due(self, site: str, limit: int, offset: int) -> FollowUps:
        """The follow-ups that are due at a site, the earliest first."""
        with self.ledger.transaction() as tx:
            return tx.open_follow_ups(site, limit, offset)

    def settle(self, site: str, contact_id: str, clinician: str, disposition: str) -> FollowUp:
        """End a follow-up. Raises `NotFound`, or `Conflict` when somebody is paged for it: then its case is
        closed, which ends it, too."""
        with self.ledger.transaction() as tx:
            contact = tx.lock_to_erase(site, contact_id)
            known = None if contact is None else tx.follow_up(contact)
            if contact is None or known is None or known.promise is None:
                raise NotFound("No follow-up is due to a first contact with this id at this site.")
            live = tx.live_case(contact)
            if live is not None:
                raise Conflict(f"Case {live.code} is open: close it, and the follow-up ends with it.")
            settled = replace(
                known,
                promise=None,
                is_waiting=False,
                settled_at=tx.now,
                settled_by=clinician,
                settled_how=disposition,
            )
            tx.save_follow_up(contact, settled)
            tx.note(
                Deed.FOLLOW_UP_SETTLED, site, contact_id=contact_id, clinician=clinician, detail=disposition
            )
        return settled
