"""What comes from a pager's host: a choice acts, and nothing else does, whatever bytes come."""

from __future__ import annotations

import socket
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.snpp import Snpp
from service.adapters.wctp import WctpReplies
from service.domain.delivery import Ambiguous, Rejected
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.usecases.ports import OutboundMessage, PagerChoice

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
        gateway = Snpp("127.0.0.1", server.getsockname()[1], 1.0, {})
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
        gateway = Snpp("127.0.0.1", server.getsockname()[1], 1.0, {})
        gateway.send(OutboundMessage(uuid4(), "5551212\r\nSEND", "K7Q2\r\nQUIT", timedelta(minutes=1)))
        speaker.join()
    assert heard == [b"PAGE 5551212 SEND\r\n", b"MESS K7Q2 QUIT\r\n", b"SEND\r\n"]


def test_a_gateway_that_is_going_down_is_the_providers_trouble() -> None:
    assert Snpp("127.0.0.1", 9, 1.0, {}).send(
        OutboundMessage(uuid4(), "1", "x", timedelta(minutes=1))
    ) == Rejected(Refusal.UNREACHABLE)
