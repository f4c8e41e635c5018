"""Take in a first contact or more of its answers, decide, and see that whoever must know is paged."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from service.domain import escalation
from service.domain.answers import Answer, FirstContact
from service.domain.assessment import Assessment, Assessor
from service.domain.course import ContactEvent, Happening
from service.domain.delivery import PageKind
from service.domain.errors import Conflict, Fault, NotFound
from service.domain.escalation import Case, CaseState, Event, EventKind, Position
from service.domain.site import Site
from service.domain.trail import Deed
from service.domain.urgency import Urgency
from service.usecases.decide_case import Decisions
from service.usecases.keep_promises import Promises
from service.usecases.paging import Paging
from service.usecases.ports import Doorbell, KeyGone, Ledger, LedgerAway, StoredContact, Transaction
from service.usecases.report_golden_hour import Hours

log = logging.getLogger(__name__)

SPOKEN_TO = "spoken_to"
"""What a case is closed with when the intake system tells that a human spoke to the person."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The assessment that now stands, whether anything new was stored, and whether the contact itself is
    new."""

    assessment: Assessment
    stored: bool
    first: bool


@dataclass(frozen=True, slots=True)
class ReceiveFirstContact:
    """Stores contact, answers, events, assessment, case and first pages in one transaction, then rings.

    The same again changes nothing and gives the same receipt. An answer or an event whose id stands for other
    content raises `Conflict` naming each, and nothing changes. What happened may be told in any order: that a
    human has spoken to the person ends their case and their follow-up, if nothing was said since.
    """

    ledger: Ledger
    assessor: Assessor
    paging: Paging
    decisions: Decisions
    promises: Promises
    hours: Hours
    doorbell: Doorbell

    def create(self, site: str, contact: FirstContact) -> Receipt:
        """Take in a first contact, new or known."""
        return self._receive(site, contact, known=False)

    def add(self, site: str, contact: FirstContact) -> Receipt:
        """Take in more answers or events of a known contact; `NotFound` when it is not known."""
        return self._receive(site, contact, known=True)

    def _receive(self, site: str, contact: FirstContact, *, known: bool) -> Receipt:
        with self.ledger.transaction() as tx:
            created = None if known else tx.create_contact(site, contact.contact_id, contact.age)
            stored = created or tx.lock_contact(site, contact.contact_id)
            if stored is None:
                raise NotFound("There is no first contact with this id at this site.")
            fresh = _fresh(stored, contact)
            stored, older = _with_age(tx, stored, contact.age)
            standing = None if created else _standing_assessment(tx, stored)
            if standing is not None and not fresh and not older:
                tx.note(Deed.SENT_AGAIN, site, contact_id=stored.contact_id, rules=standing.rules)
                return Receipt(standing, stored=False, first=False)
            tx.store_answers(stored, fresh.answers)
            tx.store_events(stored, fresh.events)
            now_known = _with_all(stored, fresh, tx.now)
            there = self.paging.sites[site]
            assessment = self.assessor.assess(now_known.whole, there.respond_within_minutes)
            tx.store_assessment(stored, assessment)
            told = f"{fresh}; {assessment.urgency}"
            tx.note(Deed.ASSESSED, site, contact_id=stored.contact_id, detail=told, rules=assessment.rules)
            if created:
                to_ring = self._open(tx, there, stored, assessment.urgency)
            else:
                to_ring = self._escalate(tx, there, stored, now_known, fresh, assessment)
            to_ring += self._hear_that_somebody_called(tx, stored, fresh.events)
            self.promises.renew(tx, there, now_known, assessment.urgency, assessment.turns)
            self.hours.renew(tx, site, now_known, assessment)
        self.doorbell.ring(to_ring)
        return Receipt(assessment, stored=True, first=created is not None)

    def _hear_that_somebody_called(
        self, tx: Transaction, stored: StoredContact, events: tuple[ContactEvent, ...]
    ) -> list[UUID]:
        """A human spoke to the person: their case ends with that, unless it was opened or rose later."""
        calls = [event for event in events if event.kind is Happening.SPOKEN_TO]
        live = tx.live_case(stored) if calls else None
        if live is None:
            return []
        last = max(calls, key=lambda event: event.at)
        pressed_at = tx.pressed_at(live.case_id)
        if pressed_at is not None and last.at < pressed_at:
            tx.record(live.case_id, Event(EventKind.SPOKEN_TO, last.by, "before this case stood as it does"))
            return []
        tx.record(live.case_id, Event(EventKind.SPOKEN_TO, last.by))
        return list(self.decisions.close(tx, live, last.by, SPOKEN_TO).to_ring)

    def _escalate(
        self,
        tx: Transaction,
        site: Site,
        stored: StoredContact,
        now_known: StoredContact,
        fresh: Fresh,
        whole: Assessment,
    ) -> list[UUID]:
        if not fresh and (stored.answers or stored.unreadable):
            return []  # nothing was said that was not known
        urgency = self._since_last_closed(tx, stored, now_known, fresh, whole)
        live = tx.live_case(stored)
        if live is None:
            return self._open(tx, site, stored, urgency)
        if urgency.outranks(live.urgency) or self._says_more(site, stored, fresh.answers, live):
            return self._raise(tx, site, live, max(urgency, live.urgency, key=lambda u: u.rank))
        if fresh.answers:
            tx.record(live.case_id, Event(EventKind.ANSWERS_ADDED))
        return []

    def _since_last_closed(
        self,
        tx: Transaction,
        stored: StoredContact,
        now_known: StoredContact,
        fresh: Fresh,
        whole: Assessment,
    ) -> Urgency:
        """The urgency of all that was said since a human last closed a case of this contact, held against
        what was said before."""
        closed_at = tx.closed_at(stored)
        if closed_at is None:
            return whole.urgency
        since = tx.answers_since(stored, closed_at) | {answer.answer_id for answer in fresh.answers}
        return self.assessor.assess(now_known.whole, only=since).urgency if since else Urgency.NONE_FOUND

    def _says_more(self, site: Site, stored: StoredContact, fresh: Sequence[Answer], live: Case) -> bool:
        """Whether a taken case of the kind that is paged at once gets words that are as grave, and new."""
        if live.state is not CaseState.ACKNOWLEDGED or live.plan.first_page_after:
            return False
        known = {_content(answer) for answer in stored.answers}
        novel = tuple(answer for answer in fresh if _content(answer) not in known)
        if not novel:
            return False
        alone = self.assessor.assess(FirstContact(stored.contact_id, novel, stored.age))
        return not live.urgency.outranks(alone.urgency)

    def _raise(self, tx: Transaction, site: Site, live: Case, urgency: Urgency) -> list[UUID]:
        respond_by = _respond_by(tx, self.assessor, site, urgency)
        case = escalation.risen(live, urgency, site.plans[urgency], respond_by, tx.now)
        tx.cancel_queued(case.case_id)
        tx.record(case.case_id, Event(EventKind.URGENCY_ROSE, detail=f"{live.urgency} to {urgency}"))
        tx.save_case(case)
        told = [] if live.owner is None else self.paging.tell(tx, case, PageKind.RISEN, live.owner)
        return [*told, *self._start(tx, case)]

    def _open(self, tx: Transaction, site: Site, stored: StoredContact, urgency: Urgency) -> list[UUID]:
        plan = site.plans.get(urgency)
        if plan is None:
            return []
        case = Case(
            case_id=uuid4(),
            code=self.paging.unused_code(tx),
            site=site.site_id,
            contact_id=stored.contact_id,
            urgency=urgency,
            plan=plan,
            state=CaseState.OPEN,
            position=Position(),
            next_action_at=tx.now + plan.first_page_after,
            respond_by=_respond_by(tx, self.assessor, site, urgency),
            opened_at=tx.now,
        )
        tx.open_case(stored, case)
        tx.record(case.case_id, Event(EventKind.OPENED, detail=urgency.value))
        return self._start(tx, case)

    def _start(self, tx: Transaction, case: Case) -> list[UUID]:
        """The first step, when it is due now. If it fails, the contact and its case must be stored all the
        same: the case is due, and a sweeper takes it or raises the alarm."""
        if case.next_action_at > tx.now:
            return []
        try:
            with tx.savepoint():
                return self.paging.take_due_step(tx, case)
        except LedgerAway:
            raise
        except Exception:
            log.exception("a first step could not be taken", extra={"case_id": str(case.case_id)})
            return []


def _standing_assessment(tx: Transaction, stored: StoredContact) -> Assessment | None:
    """The one that stands; none when its key is gone, so that whatever comes next makes a new one."""
    try:
        return tx.latest_assessment(stored)
    except KeyGone:
        return None


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was not stored yet."""

    answers: tuple[Answer, ...]
    events: tuple[ContactEvent, ...]

    def __bool__(self) -> bool:
        return bool(self.answers or self.events)

    def __str__(self) -> str:
        events = f", {len(self.events)} events" if self.events else ""
        return f"{len(self.answers)} new answers{events}"


def _fresh(stored: StoredContact, contact: FirstContact) -> Fresh:
    """What is not stored yet. Raises `Conflict` naming everything that contradicts what is stored."""
    known = {answer.answer_id: answer for answer in stored.answers}
    told = {event.event_id: event for event in stored.events}
    faults: list[Fault] = []
    answers: list[Answer] = []
    if None not in {contact.age, stored.age} and contact.age != stored.age:
        faults.append(Fault("/age", "differs from what is stored"))
    for number, answer in enumerate(contact.answers):
        if answer.answer_id in stored.unreadable:
            faults.append(Fault(f"/answers/{number}", "is stored, but its key is gone"))
        elif answer.answer_id not in known:
            answers.append(answer)
        elif known[answer.answer_id] != answer:
            faults.append(Fault(f"/answers/{number}", "differs from the stored answer of this id"))
    faults += [
        Fault(f"/events/{number}", "differs from the stored event of this id")
        for number, event in enumerate(contact.events)
        if event.event_id in told and told[event.event_id] != event
    ]
    if faults:
        raise Conflict("What is stored already says otherwise. Nothing was changed.", faults)
    return Fresh(tuple(answers), tuple(event for event in contact.events if event.event_id not in told))


def _with_all(stored: StoredContact, fresh: Fresh, now: datetime) -> StoredContact:
    return replace(
        stored,
        answers=(*stored.answers, *fresh.answers),
        events=(*stored.events, *fresh.events),
        received_at={**stored.received_at, **{answer.answer_id: now for answer in fresh.answers}},
    )


def _with_age(tx: Transaction, stored: StoredContact, age: int | None) -> tuple[StoredContact, bool]:
    """The contact with an age that was not known before, and whether there is one."""
    if age is None or stored.age is not None:
        return stored, False
    tx.fill_age(stored, age)
    return replace(stored, age=age), True


def _content(answer: Answer) -> Answer:
    """An answer without its id and time: the same words again are nothing new."""
    return replace(answer, answer_id="", at=None)


def _respond_by(tx: Transaction, assessor: Assessor, site: Site, urgency: Urgency) -> datetime | None:
    times = {**assessor.policy.respond_within_minutes, **site.respond_within_minutes}
    minutes = times.get(urgency)
    return None if minutes is None else tx.now + timedelta(minutes=minutes)
