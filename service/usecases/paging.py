"""Writing pages into the ledger: whom a case tells next, and who is told that it is settled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from service.domain import escalation
from service.domain.delivery import PageKind
from service.domain.escalation import Advance, Case, Event, EventKind, Position
from service.domain.roster import NobodyOnCall, OnCall
from service.domain.site import Channel, Site
from service.usecases.ports import NewPage, Transaction

NOTICE_IS_VALID_FOR = timedelta(hours=1)


def take_due_step(tx: Transaction, site: Site, case: Case) -> list[UUID]:
    """Take the step that is due, store what follows, and return the pages to ring for."""

    def on_call(roster: str) -> OnCall | NobodyOnCall:
        found = site.rosters.get(roster)
        return NobodyOnCall(roster) if found is None else found.on_call(tx.now)

    step = escalation.advance(case, on_call, tuple(site.clinicians), tx.now)
    tx.save_case(step.case)
    told: list[UUID] = []
    for event in step.events:
        tx.record(case.case_id, event)
        if event.kind is EventKind.ACKNOWLEDGEMENT_EXPIRED and event.clinician is not None:
            told += tell(tx, step.case, PageKind.EXPIRED, event.clinician)
    return [*told, *_queue_pages(tx, step)]


def _queue_pages(tx: Transaction, step: Advance) -> list[UUID]:
    queued = []
    for clinician in step.targets:
        page_id = tx.queue_page(
            NewPage(
                case_id=step.case.case_id,
                kind=PageKind.PAGE,
                position=step.fired,
                clinician=clinician,
                channel=Channel.SMS,
                valid_for=step.case.next_action_at - tx.now,
            )
        )
        if page_id is not None:
            queued.append(page_id)
            tx.record(step.case.case_id, Event(EventKind.PAGED, clinician, _place(step.fired)))
    return queued


def _place(position: Position) -> str:
    return f"{Channel.SMS}, round {position.round + 1}, step {position.step + 1}"


def tell(tx: Transaction, case: Case, kind: PageKind, clinician: str, about: str | None = None) -> list[UUID]:
    """Tell one clinician how a case stands. Once for each episode: telling again is silently left out."""
    page_id = tx.queue_page(
        NewPage(
            case_id=case.case_id,
            kind=kind,
            position=Position(episode=case.position.episode),
            clinician=clinician,
            channel=Channel.SMS,
            valid_for=NOTICE_IS_VALID_FOR,
            about=about,
        )
    )
    if page_id is None:
        return []
    tx.record(case.case_id, Event(EventKind.TOLD, clinician, kind.value))
    return [page_id]
