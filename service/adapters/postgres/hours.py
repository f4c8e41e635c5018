"""The numbers of first hours, sealed one by one, and what is counted for reports."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Row, ScalarSelect, Table, and_, case, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres import codec
from service.adapters.postgres.contacts import assessment_place
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import (
    assessments,
    case_events,
    cases,
    first_contacts,
    follow_ups,
    hours,
    pages,
)
from service.domain.channel import Channel
from service.domain.delivery import ARRIVED_FOR_ALL_WE_KNOW, PageKind
from service.domain.escalation import CaseState, EventKind
from service.domain.golden_hour import Promised, Sent
from service.domain.heard import Hour
from service.domain.rule_use import Outcome
from service.usecases.ports import KeyGone, StoredContact

_PRESSING = (EventKind.OPENED.value, EventKind.URGENCY_ROSE.value)
_ACTS = (EventKind.REPLY, EventKind.ACKNOWLEDGED, EventKind.PASSED, EventKind.CLOSED)


class Hours(Store):
    """The part of the transaction that reports read. What cannot be opened any more is left out."""

    __slots__ = ()

    def save_hour(self, site: str, contact: StoredContact, hour: Hour) -> None:
        body = json.dumps({**asdict(hour), "began": hour.began.isoformat()})
        sealed = self.cipher.seal(body, hour_place(contact.row))
        row = {"site": site, "began": hour.began, "key_id": sealed.key_id, "sealed": sealed.body}
        stored = upsert(hours).values(contact=contact.row, **row)
        self.connection.execute(stored.on_conflict_do_update(index_elements=["contact"], set_=row))

    def hours(self, site: str, since: datetime) -> Iterator[Hour]:
        query = select(hours).where(hours.c.site == site, hours.c.began >= since)
        for row in self.connection.execute(query):
            try:
                body = self.cipher.open(Sealed(row.key_id, row.sealed), hour_place(row.contact))
            except KeyGone:
                continue
            raw = json.loads(body)
            yield Hour(**{**raw, "began": datetime.fromisoformat(raw["began"])})

    def contacts_by_week(self, site: str, since: datetime, zone: ZoneInfo) -> dict[str, int]:
        week = _week(first_contacts.c.created_at, zone)
        query = select(week, func.count()).where(
            first_contacts.c.site == site, first_contacts.c.created_at >= since
        )
        return {name: count for name, count in self.connection.execute(query.group_by(week))}  # noqa: C416

    def sent_by_week(
        self, site: str, since: datetime, zone: ZoneInfo, clinicians: Collection[str]
    ) -> dict[str, Sent]:
        """Messages that arrived for all we know, by the kind of channel, and what clinicians did."""
        found: dict[str, Sent] = {}
        week, of_site = _week(pages.c.created_at, zone), and_(cases.c.site == site)
        texts, calls = pages.c.channel == Channel.SMS.value, pages.c.channel == Channel.VOICE.value
        message = func.coalesce(pages.c.bundle, pages.c.page_id)  # a bundle is one message
        counted = select(
            week.label("week"),
            _distinct(message, texts).label("texts"),
            _distinct(message, calls).label("calls"),
            _distinct(message, ~texts & ~calls).label("others"),
            _distinct(message, pages.c.clinician.not_in(clinicians)).label("to_others"),
        ).join(cases, cases.c.case_id == pages.c.case_id)
        arrived = pages.c.state.in_([state.value for state in ARRIVED_FOR_ALL_WE_KNOW])
        query = counted.where(of_site, arrived, pages.c.created_at >= since).group_by(week)
        for row in self.connection.execute(query):
            found[row.week] = Sent(row.texts, row.calls, row.others, 0, row.to_others)
        week = _week(case_events.c.at, zone)
        acts = select(week.label("week"), func.count().label("acts")).join(
            cases, cases.c.case_id == case_events.c.case_id
        )
        kinds = case_events.c.kind.in_([kind.value for kind in _ACTS])
        by_week = acts.where(of_site, kinds, case_events.c.at >= since).group_by(week)
        for name, acts_of_week in self.connection.execute(by_week):
            found[name] = found.get(name, Sent()) + Sent(replies=acts_of_week)
        return found

    def outcomes(self, site: str, since: datetime) -> tuple[Outcome, ...]:
        """What became of the cases that were opened since then because of what was said. One whose assessment
        cannot be opened any more is left out."""
        pressed = (
            select(func.max(case_events.c.at))
            .where(case_events.c.case_id == cases.c.case_id, case_events.c.kind.in_(_PRESSING))
            .correlate(cases)
            .scalar_subquery()
        )
        standing = (
            select(func.max(assessments.c.row))
            .where(assessments.c.contact == cases.c.contact, assessments.c.made_at <= pressed)
            .correlate(cases)
            .scalar_subquery()
        )
        query = select(
            cases.c.state,
            cases.c.disposition,
            _first(case_events.c.at, case_events, case_events.c.kind == EventKind.ACKNOWLEDGED.value).label(
                "taken_at"
            ),
            _first(pages.c.created_at, pages, pages.c.kind == PageKind.PAGE.value).label("paged_at"),
            assessments.c.contact,
            assessments.c.key_id,
            assessments.c.sealed,
        ).select_from(cases.join(assessments, assessments.c.row == standing))
        raised = and_(cases.c.site == site, cases.c.opened_at >= since, cases.c.subject == "")
        return tuple(
            outcome
            for row in self.connection.execute(query.where(raised))
            if (outcome := self._outcome(row)) is not None
        )

    def _outcome(self, row: Row[Any]) -> Outcome | None:
        try:
            body = self.cipher.open(Sealed(row.key_id, row.sealed), assessment_place(row.contact))
        except KeyGone:
            return None
        assessment = codec.assessment_from_json(body)
        known = row.taken_at is not None and row.paged_at is not None
        return Outcome(
            held=assessment.held,
            urgency=assessment.urgency,
            disposition=row.disposition,
            is_closed=row.state == CaseState.CLOSED.value,
            was_taken=row.taken_at is not None,
            waited=max(0.0, (row.taken_at - row.paged_at).total_seconds()) if known else None,
        )

    def promised(self, site: str, since: datetime) -> Promised:
        row = self.connection.execute(
            select(
                func.count(follow_ups.c.due_at).label("due"),
                func.count().filter(follow_ups.c.due_at < self.now).label("overdue"),
                func.count().filter(follow_ups.c.settled_at >= since).label("settled"),
            ).where(follow_ups.c.site == site)
        ).one()
        return Promised(row.due, row.overdue, row.settled)


def hour_place(contact: int) -> str:
    """What a sealed hour is bound to."""
    return f"hour/{contact}"


def _first(at: Column[Any], table: Table, which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    of_case = table.c.case_id == cases.c.case_id
    return select(func.min(at)).where(of_case, which).correlate(cases).scalar_subquery()


def _week(column: ColumnElement[datetime], zone: ZoneInfo) -> ColumnElement[str]:
    return func.to_char(func.timezone(zone.key, column), 'IYYY-"W"IW')


def _distinct(message: ColumnElement[object], which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((which, message)).distinct())
