"""First contacts, their sealed answers and assessments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.adapters.aes_gcm import Sealed
from service.adapters.postgres import codec
from service.adapters.postgres.store import Store
from service.adapters.postgres.tables import answers, assessments, first_contacts
from service.domain.answers import Answer
from service.domain.assessment import Assessment
from service.usecases.ports import KeyGone, StoredContact


class Contacts(Store):
    """The part of the transaction that holds people's words, always encrypted."""

    __slots__ = ()

    def lock_contact(self, site: str, contact_id: str) -> StoredContact | None:
        return self._contact(site, contact_id, lock=True)

    def find_contact(self, site: str, contact_id: str) -> StoredContact | None:
        return self._contact(site, contact_id, lock=False)

    def create_contact(self, site: str, contact_id: str, age: int | None) -> StoredContact:
        self.connection.execute(
            upsert(first_contacts).values(site=site, contact_id=contact_id, age=age).on_conflict_do_nothing()
        )
        created = self.lock_contact(site, contact_id)
        if created is None:
            raise LookupError("a first contact that was just written is not there")
        return created

    def _contact(self, site: str, contact_id: str, *, lock: bool) -> StoredContact | None:
        query = select(first_contacts).where(
            first_contacts.c.site == site, first_contacts.c.contact_id == contact_id
        )
        found = self.connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if found is None else self._with_answers(found)

    def _with_answers(self, contact: Row[tuple[object, ...]]) -> StoredContact:
        readable: list[Answer] = []
        unreadable: list[str] = []
        query = select(answers).where(answers.c.contact == contact.row).order_by(answers.c.row)
        for row in self.connection.execute(query):
            place = _answer_place(contact.row, row.answer_id)
            try:
                opened = self.cipher.open(Sealed(row.key_id, row.sealed), place)
            except KeyGone:
                unreadable.append(row.answer_id)
            else:
                readable.append(codec.answer_from_json(opened))
        return StoredContact(contact.row, contact.contact_id, contact.age, tuple(readable), tuple(unreadable))

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
            place = _answer_place(contact.row, answer.answer_id)
            sealed = self.cipher.seal(codec.answer_to_json(answer), place)
            rows.append(
                {
                    "contact": contact.row,
                    "answer_id": answer.answer_id,
                    "key_id": sealed.key_id,
                    "sealed": sealed.body,
                }
            )
        if rows:
            self.connection.execute(insert(answers), rows)

    def store_assessment(self, contact: StoredContact, assessment: Assessment) -> None:
        sealed = self.cipher.seal(codec.assessment_to_json(assessment), _assessment_place(contact.row))
        self.connection.execute(
            insert(assessments).values(
                contact=contact.row,
                urgency=assessment.urgency.value,
                key_id=sealed.key_id,
                sealed=sealed.body,
            )
        )

    def latest_assessment(self, contact: StoredContact) -> Assessment | None:
        query = select(assessments).where(assessments.c.contact == contact.row)
        row = self.connection.execute(query.order_by(assessments.c.row.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        opened = self.cipher.open(Sealed(row.key_id, row.sealed), _assessment_place(contact.row))
        return codec.assessment_from_json(opened)


def _answer_place(contact: int, answer_id: str) -> str:
    return f"answer/{contact}/{answer_id}"


def _assessment_place(contact: int) -> str:
    return f"assessment/{contact}"
