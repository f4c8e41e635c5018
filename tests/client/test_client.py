"""What is sent arrives: in order, once, whatever the service does meanwhile."""

from __future__ import annotations

import logging
import ssl
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from goldenhour_client import Client, Refused
from tests.canary import CANARY
from tests.certificates import authority
from tests.client.conftest import KEY
from tests.client.intake_service import (
    Behaviour,
    IntakeService,
    answering,
    half_an_answer,
    hang_up,
    problem,
    slowly,
    take_and_hang_up,
)

ClientOf = Callable[..., Client]


def said(answer_id: str) -> dict[str, str]:
    return {"answer_id": answer_id, "type": "text", "text": f"I said {CANARY}."}


def test_what_is_sent_arrives_in_order_with_the_key_and_without_asking_for_a_judgement(
    service: IntakeService, client_of: ClientOf
) -> None:
    client = client_of()
    client.send_first_contact({"contact_id": "c1", "age": 41, "answers": [said("a1")]})
    client.send_answers("c1", [said("a2"), said("a3")])
    client.send_event("c1", {"event_id": "e1", "type": "ended", "at": "2026-01-05T10:00:00Z"})
    assert service.stored(3) == ["c1/a1", "c1/a2/a3", "c1/e1"]
    assert {request.path for request in service.requests} == {"/v1/first-contacts"}
    headers = service.requests[0].headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Prefer"] == "return=minimal"


def test_an_event_without_an_id_keeps_the_one_that_it_is_given(
    service: IntakeService, client_of: ClientOf
) -> None:
    service.will(take_and_hang_up)
    client_of().send_event("c1", {"type": "ended", "at": "2026-01-05T10:00:00Z"})
    first, again = service.stored(2)
    assert first == again
    assert len(first) > len("c1/")


AWAY_FOR_A_MOMENT = [
    pytest.param(hang_up, id="hangs up"),
    pytest.param(take_and_hang_up, id="takes it and hangs up"),
    pytest.param(half_an_answer, id="half an answer"),
    pytest.param(problem(503, "busy", Retry_After="0"), id="busy"),
    pytest.param(problem(429, "too-many-requests", Retry_After="0"), id="too often"),
    pytest.param(problem(401, "unauthorized"), id="the key is wrong"),
    pytest.param(problem(403, "forbidden"), id="the key may not"),
    pytest.param(problem(500, "internal-error"), id="a fault"),
    pytest.param(answering(404, b"<h1>no such host</h1>"), id="a proxy that knows nothing of us"),
    pytest.param(answering(413, b"<h1>too large</h1>"), id="a proxy's limit"),
    pytest.param(answering(200, b"<h1>log in</h1>"), id="a login page"),
    pytest.param(answering(301, b"", Location="https://elsewhere.example"), id="a redirect"),
]


@pytest.mark.parametrize("behaviour", AWAY_FOR_A_MOMENT)
def test_what_was_not_taken_is_sent_again_before_anything_later_of_its_contact(
    service: IntakeService, client_of: ClientOf, spool: Path, behaviour: Behaviour
) -> None:
    service.will(behaviour)
    client = client_of()
    client.send_answers("c1", [said("a1")])
    client.send_answers("c1", [said("a2")])
    assert client.flush(10)
    assert list(dict.fromkeys(service.stored(2))) == ["c1/a1", "c1/a2"]
    assert client.waiting().aside == 0
    assert list(spool.glob("*.json")) == []


def test_a_time_to_come_back_is_kept(service: IntakeService, client_of: ClientOf) -> None:
    service.will(problem(503, "unavailable", Retry_After="1"))
    client = client_of()
    began = time.monotonic()
    client.send_answers("c1", [said("a1")])
    assert client.flush(10)
    assert time.monotonic() - began >= 1


def test_a_wrong_key_has_everything_wait_and_says_why(service: IntakeService, client_of: ClientOf) -> None:
    service.will(*[problem(401, "unauthorized", Retry_After="60")] * 9)
    client = client_of()
    client.send_answers("c1", [said("a1")])
    client.send_answers("c2", [said("a1")])
    until(lambda: client.waiting().why == "HTTP 401")
    waiting = client.waiting()
    assert waiting.count == 2
    assert waiting.oldest >= 0
    assert len(service.requests) == 1
    assert not client.flush(0)


def test_a_message_that_fails_again_and_again_holds_up_no_other_contact(
    service: IntakeService, client_of: ClientOf
) -> None:
    service.will(problem(403, "forbidden", Retry_After="60"))
    client = client_of()
    client.send_answers("c1", [said("a1")])
    client.send_answers("c1", [said("a2")])
    client.send_answers("c2", [said("a1")])
    assert service.stored(1) == ["c2/a1"]
    until(lambda: client.waiting().count == 2)
    assert client.waiting().why == "HTTP 403"


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_what_is_refused_is_kept_and_told_without_its_words_and_holds_up_nothing(
    service: IntakeService, client_of: ClientOf, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: SimpleQueue[Refused] = SimpleQueue()
    service.will(problem(status, "invalid-request"))
    client = client_of(on_refused=heard.put)
    client.send_first_contact({"contact_id": "c1", "age": 999, "answers": [said("a1"), said("a2")]})
    client.send_answers("c1", [said("a3")])
    assert service.stored(1) == ["c1/a3"]
    refused = heard.get(timeout=5)
    assert (refused.contact_id, refused.answer_ids, refused.event_ids) == ("c1", ("a1", "a2"), ())
    assert (refused.status, refused.problem["errors"][0]["pointer"]) == (status, "/age")
    assert CANARY in refused.file.read_text(encoding="utf-8")
    assert CANARY not in repr(refused) + caplog.text
    assert client.waiting().aside == 1


def test_what_the_caller_does_with_a_refusal_stops_nothing(
    service: IntakeService, client_of: ClientOf, spool: Path
) -> None:
    def fail(_: Refused) -> None:
        raise RuntimeError

    service.will(problem(422, "invalid-request"))
    client = client_of(on_refused=fail)
    client.send_answers("c1", [{"answer_id": "a1"}])
    client.send_answers("c1", [said("a2")])
    assert service.stored(1) == ["c1/a2"]
    assert client.waiting().aside == 1


def test_what_was_left_is_delivered_after_the_next_start(
    service: IntakeService, client_of: ClientOf, spool: Path
) -> None:
    service.will(problem(503, "unavailable", Retry_After="60"))
    with client_of() as client:
        client.send_answers("c1", [said("a1")])
        client.send_answers("c1", [said("a2")])
        until(lambda: client.waiting().why == "HTTP 503")
    assert service.server.stored == []
    assert client_of().flush(10)
    assert service.stored(2) == ["c1/a1", "c1/a2"]


def test_a_slow_service_does_not_hold_up_the_caller(service: IntakeService, client_of: ClientOf) -> None:
    service.will(slowly(1.0))
    client = client_of()
    for number in range(50):
        client.send_answers("c1", [said(f"a{number}")])
    assert service.server.stored == []  # all 50 sends are done, and the first is not even answered
    assert client.flush(10)


def test_threads_share_a_client(service: IntakeService, client_of: ClientOf) -> None:
    client = client_of()

    def send(contact: str) -> None:
        for number in range(25):
            client.send_answers(contact, [said(f"a{number:02}")])

    threads = [threading.Thread(target=send, args=(f"c{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = service.stored(100)
    for contact in ("c0", "c1", "c2", "c3"):
        ours = [ids for ids in stored if ids.startswith(contact)]
        assert ours == [f"{contact}/a{number:02}" for number in range(25)]


def test_nobody_else_may_read_the_spool(client_of: ClientOf, spool: Path, service: IntakeService) -> None:
    service.will(problem(503, "unavailable", Retry_After="60"))
    spool.mkdir(mode=0o755)
    client_of().send_answers("c1", [{"answer_id": "a1"}])
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in [spool, *spool.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


@pytest.mark.parametrize(
    "message",
    [
        {"contact_id": "c1", "answers": [{"text": object()}]},
        {"contact_id": "c1", "answers": [{"value": float("nan")}]},
        {"contact_id": "c1", "answers": [{"text": f"{CANARY} \ud800"}]},
        {"contact_id": "c1", "answers": [{"text": "a" * (1 << 20)}]},
        {"contact_id": 1, "answers": []},
        {"answers": []},
    ],
)
def test_what_can_never_be_sent_is_a_value_error_without_its_words(
    client_of: ClientOf, message: dict[str, object]
) -> None:
    client = client_of()
    with pytest.raises(ValueError, match=r"must be|larger") as refused:
        client.send_first_contact(message)
    assert CANARY not in repr(refused.getrepr(chain=True).reprcrash)
    assert refused.value.__cause__ is None
    assert client.waiting().count == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://goldenhour.example",
        "ftp://127.0.0.1",
        "goldenhour.example",
        "https://",
        "https://u:p@h.example",
    ],
)
def test_an_address_that_shows_what_is_sent_is_refused(url: str, spool: Path) -> None:
    with pytest.raises(ValueError, match="http"):
        Client(url, key=KEY, spool=spool)


@pytest.mark.parametrize("key", ["", "two\nlines", "clé"])
def test_a_key_that_cannot_be_one_is_refused(key: str, spool: Path) -> None:
    with pytest.raises(ValueError, match="key"):
        Client("https://goldenhour.example", key=key, spool=spool)


def test_a_certificate_that_is_not_believed_gets_nothing(tmp_path: Path, spool: Path) -> None:
    with IntakeService() as service:
        ours, theirs = authority(tmp_path / "ours.pem"), authority(tmp_path / "theirs.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(ours.certificate(tmp_path / "server.pem"))
        service.server.socket = context.wrap_socket(
            service.server.socket, server_side=True, do_handshake_on_connect=False
        )
        url = service.url.replace("http:", "https:")
        with Client(url, key=KEY, spool=spool, cafile=str(theirs.file)) as client:
            client.send_answers("c1", [said("a1")])
            until(lambda: client.waiting().why == "SSLCertVerificationError")
        with Client(url, key=KEY, spool=spool, cafile=str(ours.file)) as client:
            assert client.flush(10)
        assert service.stored(1) == ["c1/a1"]


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)
