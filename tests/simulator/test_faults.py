from __future__ import annotations

import pytest

from simulator.faults import (
    Fault,
    FaultBook,
    Kind,
    Script,
    delay,
    failed,
    read_script,
    reject,
    undelivered,
    wait_in_queue,
)
from tests.simulator.conftest import ANNE, BEN

DROP = Script((Fault(Kind.ACCEPT_THEN_DROP),))
LIMIT = Script((Fault(Kind.RATE_LIMIT_429),))
SILENT = Script((Fault(Kind.NO_CALLBACK),))


def test_scripts_for_a_phone_are_used_first_in_first_out() -> None:
    book = FaultBook()
    book.add(ANNE, DROP, 2)
    book.add(ANNE, LIMIT, 1)
    assert [book.take(ANNE) for _ in range(4)] == [DROP, DROP, LIMIT, Script()]


def test_a_phones_own_script_goes_before_the_one_for_every_phone() -> None:
    book = FaultBook()
    book.add("*", SILENT, None)
    book.add("*", LIMIT, 1)
    book.add(ANNE, DROP, None)
    assert book.take(ANNE) == DROP
    assert [book.take(BEN) for _ in range(3)] == [LIMIT, SILENT, SILENT]


def test_a_standing_script_is_replaced_and_an_empty_one_ends_it() -> None:
    book = FaultBook()
    book.add(ANNE, DROP, None)
    book.add(ANNE, Script(), None)
    assert book.take(ANNE) == Script()


def test_a_script_survives_the_way_through_json() -> None:
    for fault in (reject(30001, 503), delay(0.5), undelivered(30003), failed(30007), wait_in_queue(2)):
        script = Script((fault, Fault(Kind.NO_CALLBACK)))
        assert read_script(script.to_json()) == script


def test_two_ways_to_answer_one_request_are_refused() -> None:
    with pytest.raises(ValueError, match="accept_then_drop and rate_limit_429"):
        Script((Fault(Kind.ACCEPT_THEN_DROP), Fault(Kind.RATE_LIMIT_429)))


@pytest.mark.parametrize("kind", [Kind.REJECT, Kind.UNDELIVERED, Kind.FAILED, Kind.DELAY, Kind.WAIT_IN_QUEUE])
def test_a_fault_that_needs_a_number_is_refused_without_it(kind: Kind) -> None:
    with pytest.raises(ValueError, match="needed"):
        Fault(kind)


def test_a_fault_for_no_create_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        FaultBook().add(ANNE, DROP, 0)
