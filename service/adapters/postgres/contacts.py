"""First contacts, their sealed answers and assessments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres import codec
from service.adapters.postgres.courses import Courses
from service.adapters.postgres.tables import (
    answers,
    assessments,
    case_events,
    cases,
    contact_events,
    first_contacts,
    follow_ups,
    hours,
)
from service.domain.answers import Answer
from service.domain.assessment import Assessment
from service.domain.escalation import CaseState
from service.domain.urgency import Urgency
from service.usecases.ports import Erased, HeldAssessment, HeldContact, KeyGone, StoredContact

# Every first contact is stored by this: it is put together once.
_CREATE = (
    upsert(first_contacts)
    .values(site=bindparam("site"), contact_id=bindparam("contact_id"), age=bindparam("age"))
    .on_conflict_do_nothing()
    .returning(first_contacts.c.row, func.now().label("now"))
)


class Contacts(Courses):
    """The part of the transaction that holds people's words, always encrypted."""

    __slots__ = ()

    def lock_contact(self, site: str, contact_id: str) -> StoredContact | None:
        return self._contact(site, contact_id, lock=True)

    def find_contact(self, site: str, contact_id: str) -> StoredContact | None:
        return self._contact(site, contact_id, lock=False)

    def create_contact(self, site: str, contact_id: str, age: int | None) -> StoredContact | None:
        """A new one, locked; None when it is there already. What is new is told with the time in one go."""
        row = self.connection.execute(
            _CREATE, {"site": site, "contact_id": contact_id, "age": age}
        ).one_or_none()
        if row is None:
            return None
        if not self.clock:
            self.clock.append(row.now)
        return StoredContact(row.row, contact_id, age, (), ())

    def _contact(self, site: str, contact_id: str, *, lock: bool) -> StoredContact | None:
        query = select(first_contacts).where(
            first_contacts.c.site == site, first_contacts.c.contact_id == contact_id
        )
        found = self.connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if found is None else self._with_answers(found)

    def _with_answers(self, contact: Row[tuple[object, ...]]) -> StoredContact:
        readable: list[Answer] = []
        unreadable: list[str] = []
        received: dict[str, datetime] = {}
        query = select(answers).where(answers.c.contact == contact.row).order_by(answers.c.row)
        for row in self.connection.execute(query):
            place = answer_place(contact.row, row.answer_id)
            try:
                opened = self.cipher.open(Sealed(row.key_id, row.sealed), place)
            except KeyGone:
                unreadable.append(row.answer_id)
            else:
                readable.append(codec.answer_from_json(opened))
                received[row.answer_id] = row.received_at
        return StoredContact(
            row=contact.row,
            contact_id=contact.contact_id,
            age=contact.age,
            answers=tuple(readable),
            unreadable=tuple(unreadable),
            erased_at=contact.erased_at,
            events=self._events(contact.row),
            received_at=received,
        )

    def fill_age(self, contact: StoredContact, age: int) -> None:
        self.connection.execute(
            update(first_contacts).where(first_contacts.c.row == contact.row).values(age=age)
        )

    def answers_since(self, contact: StoredContact, at: datetime) -> frozenset[str]:
        """The ids of the answers that were received after a time."""
        query = select(answers.c.answer_id).where(
            answers.c.contact == contact.row, answers.c.received_at > at
        )
        return frozenset(self.connection.scalars(query))

    def store_answers(self, contact: StoredContact, fresh: Sequence[Answer]) -> None:
        rows = []
        for answer in fresh:
            place = answer_place(contact.row, answer.answer_id)
            sealed = self.cipher.seal(codec.answer_to_json(answer), place)
            rows.append(
                {
                    "contact": contact.row,
                    "answer_id": answer.answer_id,
                    "key_id": sealed.key_id,
                    "sealed": sealed.body,
                }
            )
        self.put(answers, rows)
        if rows and contact.erased_at is not None:
            afresh = update(first_contacts).where(first_contacts.c.row == contact.row)
            self.connection.execute(afresh.values(erased_at=None))

    def store_assessment(self, contact: StoredContact, assessment: Assessment) -> None:
        sealed = self.cipher.seal(codec.assessment_to_json(assessment), assessment_place(contact.row))
        row = {
            "contact": contact.row,
            "urgency": assessment.urgency.value,
            "key_id": sealed.key_id,
            "sealed": sealed.body,
        }
        self.put(assessments, [row])

    def lock_to_erase(self, site: str, contact_id: str) -> StoredContact | None:
        """Without its answers: what cannot be opened can be erased."""
        query = select(first_contacts).where(
            first_contacts.c.site == site, first_contacts.c.contact_id == contact_id
        )
        found = self.connection.execute(query.with_for_update()).one_or_none()
        return None if found is None else StoredContact(found.row, found.contact_id, found.age, (), ())

    def erase_words(self, contact: StoredContact) -> Erased:
        self.connection.execute(delete(contact_events).where(contact_events.c.contact == contact.row))
        self.connection.execute(delete(follow_ups).where(follow_ups.c.contact == contact.row))
        self.connection.execute(delete(hours).where(hours.c.contact == contact.row))
        of_answers = delete(answers).where(answers.c.contact == contact.row)
        of_assessments = delete(assessments).where(assessments.c.contact == contact.row)
        erased = Erased(
            self.connection.execute(of_answers).rowcount, self.connection.execute(of_assessments).rowcount
        )
        self.connection.execute(
            update(first_contacts)
            .where(first_contacts.c.row == contact.row)
            .values(age=None, erased_at=self.now)
        )
        return erased

    def outdated_contacts(self, site: str, before: datetime, limit: int) -> tuple[str, ...]:
        """The ids of first contacts with words that nobody needs any more, the oldest first."""
        outdated = and_(first_contacts.c.site == site, _is_outdated(before))
        query = select(first_contacts.c.contact_id).where(outdated)
        return tuple(self.connection.scalars(query.order_by(first_contacts.c.created_at).limit(limit)))

    def is_outdated(self, contact: StoredContact, before: datetime) -> bool:
        outdated = and_(first_contacts.c.row == contact.row, _is_outdated(before))
        return bool(self.connection.scalar(select(exists().where(outdated))))

    def held_contact(self, site: str, contact_id: str) -> HeldContact | None:
        found = self.connection.execute(
            select(first_contacts).where(
                first_contacts.c.site == site, first_contacts.c.contact_id == contact_id
            )
        ).one_or_none()
        if found is None:
            return None
        stored = self._with_answers(found)
        of_answers = select(answers.c.answer_id, answers.c.received_at)
        received = self.connection.execute(of_answers.where(answers.c.contact == found.row))
        return HeldContact(
            contact=stored,
            created_at=found.created_at,
            received_at={row.answer_id: row.received_at for row in received},
            assessments=self._assessments(found.row),
        )

    def _assessments(self, contact: int) -> tuple[HeldAssessment, ...]:
        query = select(assessments).where(assessments.c.contact == contact).order_by(assessments.c.row)
        return tuple(
            HeldAssessment(row.made_at, Urgency(row.urgency), self._readable(row))
            for row in self.connection.execute(query)
        )

    def _readable(self, row: Row[Any]) -> Assessment | None:
        try:
            opened = self.cipher.open(Sealed(row.key_id, row.sealed), assessment_place(row.contact))
        except KeyGone:
            return None
        return codec.assessment_from_json(opened)

    def latest_assessment(self, contact: StoredContact) -> Assessment | None:
        query = select(assessments).where(assessments.c.contact == contact.row)
        row = self.connection.execute(query.order_by(assessments.c.row.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        opened = self.cipher.open(Sealed(row.key_id, row.sealed), assessment_place(contact.row))
        return codec.assessment_from_json(opened)


def _is_outdated(before: datetime) -> ColumnElement[bool]:
    """Words are held, and neither was anything sent since then nor has a case been open."""
    of_it = first_contacts.c.row
    sent = exists().where(answers.c.contact == of_it, answers.c.received_at >= before)
    assessed = exists().where(assessments.c.contact == of_it, assessments.c.made_at >= before)
    live = exists().where(cases.c.contact == of_it, cases.c.state != CaseState.CLOSED.value)
    lately = exists().where(
        cases.c.contact == of_it, case_events.c.case_id == cases.c.case_id, case_events.c.at >= before
    )
    happened = exists().where(contact_events.c.contact == of_it, contact_events.c.received_at >= before)
    promised = exists().where(follow_ups.c.contact == of_it, follow_ups.c.due_at.is_not(None))
    kept = and_(first_contacts.c.erased_at.is_(None), first_contacts.c.created_at < before)
    return and_(kept, not_(or_(sent, assessed, live, lately, happened, promised)))


def answer_place(contact: int, answer_id: str) -> str:
    """What a sealed answer is bound to."""
    return f"answer/{contact}/{answer_id}"


def assessment_place(contact: int) -> str:
    """What a sealed assessment is bound to."""
    return f"assessment/{contact}"
