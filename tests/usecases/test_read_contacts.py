"""A stored first contact, read back as it was sent, for `goldenhour explain`."""

from __future__ import annotations

from service.domain.answers import TextAnswer
from service.usecases.read_contacts import ReadContacts
from tests.service_under_test import ServiceUnderTest


def test_a_stored_contact_is_read_with_all_its_answers(service: ServiceUnderTest) -> None:
    service.contact("I lost my job.", "The weather is nice.")
    contact = ReadContacts(service.ledger).contact(service.site.site_id, "c1")
    assert contact is not None
    first, second = (answer.text for answer in contact.answers if isinstance(answer, TextAnswer))
    assert first.startswith("I lost my job.")
    assert second.startswith("The weather is nice.")


def test_a_contact_of_another_site_is_not_known(service: ServiceUnderTest) -> None:
    service.contact("I lost my job.")
    assert ReadContacts(service.ledger).contact("elsewhere", "c1") is None
