"""A rehearsal reaches nobody but those on its list, and says that it is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from service.adapters.page_only import MARK, PageOnly
from service.domain.delivery import Accepted, Rejected
from service.domain.refusals import Refusal
from service.usecases.ports import OutboundMessage
from tests.fakes import FakeCarrier

LISTED, OTHER = "+447700900101", "+447700900102"


def a_message(address: str) -> OutboundMessage:
    return OutboundMessage(uuid4(), address, "Goldenhour K7Q2", timedelta(minutes=3))


def test_who_is_not_on_the_list_is_never_paged() -> None:
    carrier = FakeCarrier()
    assert PageOnly(carrier, frozenset({LISTED})).send(a_message(OTHER)) == Rejected(Refusal.WITHHELD)
    assert carrier.received == []


def test_what_passes_is_marked_and_found_again_as_it_was_sent() -> None:
    carrier = FakeCarrier()
    rehearsal = PageOnly(carrier, frozenset({LISTED}))
    began = datetime.now(UTC)
    message = a_message(LISTED)
    sent = rehearsal.send(message)
    assert [received.text for received in carrier.received] == [f"{MARK}Goldenhour K7Q2"]
    assert rehearsal.find(message, began, ()) == sent
    assert isinstance(sent, Accepted)
