"""What Twilio says, and fails to say, ends in the adapter."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread

import pytest

from service.domain.delivery import Ambiguous, Rejected
from service.domain.refusals import Refusal
from simulator.control import Carrier as Simulator
from simulator.faults import reject
from tests.contracts.test_carriers import NUMBER, a_message, simulator_url, twilio

__all__ = ["simulator_url"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [
        (20003, 401, Refusal.PROVIDER),
        (21211, 400, Refusal.BAD_ADDRESS),
        (21408, 403, Refusal.SENDER),
        (21606, 400, Refusal.SENDER),
        (21610, 400, Refusal.OPTED_OUT),
        (21614, 400, Refusal.BAD_ADDRESS),
        (30002, 400, Refusal.PROVIDER),
        (99999, 400, Refusal.CONTENT),
    ],
)
def test_a_code_becomes_a_refusal_in_our_own_words(
    simulator_url: str, code: int, status: int, refusal: Refusal
) -> None:
    Simulator(simulator_url).phone(NUMBER).fail_next(reject(code, status))
    assert twilio(simulator_url).send(a_message()) == Rejected(refusal)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["error_500_before_accepting", "error_500_after_accepting"])
def test_a_server_error_is_ambiguous(simulator_url: str, fault: str) -> None:
    Simulator(simulator_url).phone(NUMBER).fail_next(fault)
    assert twilio(simulator_url).send(a_message()) == Ambiguous()


def test_a_carrier_at_which_nobody_listens_has_certainly_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = twilio(url).send(a_message())
    assert outcome == Rejected(Refusal.UNREACHABLE)


@pytest.fixture
def babbling_server() -> Iterator[str]:
    """Takes each connection, reads the request, and answers what no carrier would."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def babble() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n\x00{]x")

        thread = Thread(target=babble)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_an_answer_that_makes_no_sense_is_ambiguous_and_not_a_no(babbling_server: str) -> None:
    assert twilio(babbling_server).send(a_message()) == Ambiguous()
    assert twilio(babbling_server).find(a_message(), datetime.now(UTC), ()) == Ambiguous()


@pytest.mark.slow
def test_a_carrier_that_never_answers_is_given_up_after_the_time_limit(simulator_url: str) -> None:
    simulator = Simulator(simulator_url)
    phone = simulator.phone(NUMBER)
    phone.fail_next("hold_before_accept")
    assert twilio(simulator_url, timeout=0.3).send(a_message()) == Ambiguous()
    phone.release()


@pytest.fixture
def trickling_server() -> Iterator[str]:
    """Answers one byte at a time, for as long as anybody listens."""
    over = Event()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000000\r\n\r\n")
                while not over.wait(0.05):
                    connection.sendall(b" ")

        thread = Thread(target=trickle)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join()


def test_an_answer_that_trickles_in_for_ever_is_given_up(trickling_server: str) -> None:
    assert twilio(trickling_server, timeout=0.2).send(a_message()) == Ambiguous()
