"""What comes from a pager's host: a choice acts, and nothing else does, whatever bytes come."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.snpp import TWO_WAY, Snpp, SnppGateway
from service.adapters.wctp import WctpReplies
from service.adapters.yaml_carriers import load_carrier_policy
from service.domain.delivery import Accepted, Ambiguous, PageState, Rejected
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.settings import REPOSITORY
from service.usecases.ports import OutboundMessage, PagerChoice, PagerNews

PAGE = uuid4()
REPLIES = WctpReplies("the code")
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE wctp-Operation SYSTEM "http://127.0.0.1:9/never-loaded.dtd">'


def reply(text: str = "Accept", code: str = "the code", mcr: str = "true", about: str = str(PAGE)) -> bytes:
    return (
        f'{DOCTYPE}<wctp-Operation wctpVersion="wctp-dtd-v1r3"><wctp-MessageReply MCRMessageReply="{mcr}">'
        f'<wctp-ResponseHeader responseToMessageID="{about}"><wctp-Originator senderID="h" '
        f'securityCode="{code}"/><wctp-MessageControl messageID="r1"/></wctp-ResponseHeader>'
        f"<wctp-Payload><wctp-Alphanumeric>{text}</wctp-Alphanumeric></wctp-Payload>"
        "</wctp-MessageReply></wctp-Operation>"
    ).encode()


@pytest.mark.parametrize(("text", "act"), [("Accept", Act.TAKE), ("Pass", Act.PASS_ON)])
def test_a_choice_acts(text: str, act: Act) -> None:
    assert REPLIES.choice(reply(text)) == PagerChoice(PAGE, act, "wctp r1")


@pytest.mark.parametrize(
    "body",
    [reply("accept it"), reply(mcr="false"), reply(about="elsewhere"), b"", b"<wctp-Operation/>", b"\xff"],
)
def test_anything_else_takes_nothing(body: bytes) -> None:
    assert REPLIES.choice(body) is None


def test_only_the_code_that_was_agreed_is_believed() -> None:
    assert REPLIES.is_genuine(reply())
    assert not REPLIES.is_genuine(reply(code="another"))
    assert not WctpReplies("").is_genuine(reply(code=""))


def test_entities_are_refused_and_nothing_is_fetched() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    external = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    for document in (bomb, external):
        assert not REPLIES.is_genuine(document.encode())
        assert REPLIES.choice(document.encode()) is None


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert not REPLIES.is_genuine(body)
    assert REPLIES.choice(body) is None


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_whatever_a_gateway_says_there_is_an_outcome(lines: list[bytes]) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"\r\n".join(lines))

        speaker = Thread(target=talk)
        speaker.start()
        gateway = Snpp(SnppGateway("127.0.0.1", server.getsockname()[1]), 1.0, {})
        outcome = gateway.send(OutboundMessage(uuid4(), "5551212", "K7Q2", timedelta(minutes=1)))
        speaker.join()
    assert isinstance(outcome, Rejected | Ambiguous)


def test_a_text_can_hold_no_command() -> None:
    heard: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)

        def talk() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"220 ready\r\n")
                stream.flush()
                for answer in (b"250 OK\r\n",) * 3:
                    heard.append(stream.readline())
                    stream.write(answer)
                    stream.flush()

        speaker = Thread(target=talk)
        speaker.start()
        gateway = Snpp(SnppGateway("127.0.0.1", server.getsockname()[1]), 1.0, {})
        gateway.send(OutboundMessage(uuid4(), "5551212\r\nSEND", "K7Q2\r\nQUIT", timedelta(minutes=1)))
        speaker.join()
    assert heard == [b"PAGE 5551212 SEND\r\n", b"MESS K7Q2 QUIT\r\n", b"SEND\r\n"]


def test_a_gateway_that_is_going_down_is_the_providers_trouble() -> None:
    assert Snpp(SnppGateway("127.0.0.1", 9), 1.0, {}).send(
        OutboundMessage(uuid4(), "1", "x", timedelta(minutes=1))
    ) == Rejected(Refusal.UNREACHABLE)


def conversation(answers: list[str], speak: Callable[[Snpp], Any], **gateway: Any) -> tuple[list[str], Any]:
    """What a gateway that answers so has heard, and what came of it."""
    heard: list[str] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)

        def talk() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"220 ready\r\n")
                stream.flush()
                for answer in answers:
                    heard.append(stream.readline().decode().strip())
                    stream.write(f"{answer}\r\n".encode())
                    stream.flush()

        speaker = Thread(target=talk)
        speaker.start()
        port = server.getsockname()[1]
        codes = load_carrier_policy(REPOSITORY / "config").codes["snpp"]
        outcome = speak(Snpp(SnppGateway("127.0.0.1", port, **gateway), 2.0, codes))
        speaker.join()
    return heard, outcome


MESSAGE = OutboundMessage(uuid4(), "5551212", "Goldenhour K7Q2", timedelta(minutes=90))


def test_a_two_way_gateway_is_given_the_choices_and_gives_a_tag() -> None:
    answers = [
        "250 in",
        "250 two",
        "850 on",
        "250 ok",
        "250 ok",
        "250 1",
        "250 2",
        "250 ok",
        "960 T7 P9 queued",
    ]
    login = {"level": TWO_WAY, "user": "goldenhour", "password": "made up"}
    heard, outcome = conversation(answers, lambda gateway: gateway.send(MESSAGE), **login)
    assert heard == [
        "LOGI goldenhour made up",
        "2WAY",
        "PAGE 5551212",
        "LEVE 0",
        "EXPT 2",
        "MCRE 1 Accept",
        "MCRE 2 Pass",
        "MESS Goldenhour K7Q2",
        "SEND",
    ]
    assert outcome == Accepted("T7 P9", PageState.ACCEPTED)


def test_a_gateway_without_level_three_gets_the_message_all_the_same() -> None:
    answers = ["500 no", "250 ok", "500 no", "250 ok", "250 sent"]
    heard, outcome = conversation(answers, lambda gateway: gateway.send(MESSAGE), level=TWO_WAY)
    assert heard == ["2WAY", "PAGE 5551212", "LEVE 0", "MESS Goldenhour K7Q2", "SEND"]
    assert outcome == Accepted(str(MESSAGE.reference), PageState.ACCEPTED)


def test_a_one_way_pager_at_a_two_way_gateway_gets_the_message() -> None:
    answers = ["250 two", "550 one-way", "250 reset", "250 ok", "250 ok", "250 ok", "250 sent"]
    heard, outcome = conversation(answers, lambda gateway: gateway.send(MESSAGE), level=TWO_WAY)
    assert heard[:4] == ["2WAY", "PAGE 5551212", "RESE", "PAGE 5551212"]
    assert outcome == Accepted(str(MESSAGE.reference), PageState.ACCEPTED)


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (["250 two", "750 off"], Refusal.OUT_OF_REACH),
        (["250 two", "550 none", "250 reset", "550 none"], Refusal.BAD_ADDRESS),
        (["250 two", "850 on", "250", "250", "250", "250", "552 full"], Refusal.OVERFLOW),
    ],
)
def test_a_two_way_pager_that_cannot_be_reached_is_refused(answers: list[str], refusal: Refusal) -> None:
    _, outcome = conversation(answers, lambda gateway: gateway.send(MESSAGE), level=TWO_WAY)
    assert isinstance(outcome, Rejected)
    assert outcome.refusal is refusal


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        ("888 T7 20260601030000 1 MCR", PagerNews(PageState.DELIVERED, Act.TAKE, "snpp T7 P9 1")),
        ("888 T7 20260601030000 2 MCR", PagerNews(PageState.DELIVERED, Act.PASS_ON, "snpp T7 P9 2")),
        ("888 T7 20260601030000 3 MCR", PagerNews(PageState.DELIVERED, None, "snpp T7 P9 3")),
        ("888 T7", PagerNews(PageState.DELIVERED, None, "snpp T7 P9 0")),
        ("881 T7 P9 Delivered and Read", PagerNews(PageState.DELIVERED)),
        ("861 T7 P9 Awaiting Reply", PagerNews(PageState.DELIVERED)),
        ("889 T7 20260601030000 Accept", PagerNews()),
        ("960 T7 P9 queued", PagerNews()),
        ("780 T7 P9 expired", PagerNews(PageState.UNDELIVERED, refusal=Refusal.OUT_OF_REACH)),
        ("550 unknown", PagerNews()),
        ("556 Unknown status", PagerNews()),
    ],
)
def test_only_a_choice_acts_and_read_does_not(answer: str, news: PagerNews) -> None:
    heard, outcome = conversation([answer], lambda gateway: gateway.ask("T7 P9"), level=TWO_WAY)
    assert heard == ["MSTA T7 P9"]
    assert outcome == news


def test_a_gateway_that_is_away_has_no_news() -> None:
    assert Snpp(SnppGateway("127.0.0.1", 9, TWO_WAY), 1.0, {}).ask("T7 P9") is None
