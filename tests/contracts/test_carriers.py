"""What every carrier keeps to: the real adapter against the simulator, and the fake of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.adapters.pagerduty import PagerDuty
from service.adapters.smtp_email import Relay, SmtpEmail
from service.adapters.snpp import TWO_WAY, Snpp, SnppGateway
from service.adapters.twilio_client import TwilioClient
from service.adapters.twilio_sms import TwilioSms
from service.adapters.twilio_voice import TwilioVoice
from service.adapters.wctp import Wctp, WctpHost
from service.adapters.yaml_carriers import load_carrier_policy
from service.domain.delivery import Accepted, Ambiguous, NotThere, Rejected
from service.domain.refusals import Refusal
from service.settings import REPOSITORY
from service.usecases.ports import Carrier, OutboundMessage
from simulator.control import Carrier as Simulator
from simulator.faults import reject
from simulator.machine.ports import free_ports
from tests.fakes import FakeCarrier

NUMBER, OTHER = "+447700900101", "+447700900102"
MAIL = "4411@pager.example.org"
PAGER = "5551212"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
SID, TOKEN, SENDER = "AC" + "1" * 32, "made up for tests", "+15550100000"
NOBODY = "http://127.0.0.1:9"
MAIL_PORT, SNPP_PORT = free_ports(2)


@dataclass(frozen=True)
class Stage:
    """One carrier, and how to make it go wrong and see what phones got.

    A new channel joins by one function that makes its stage, and a line in `STAGES`.
    """

    carrier: Carrier
    lose_the_answer: Callable[[], None]
    lose_the_message: Callable[[], None]
    refuse_opted_out: Callable[[], None]
    throttle: Callable[[], None]
    reached: Callable[[], list[str]]
    tells_texts_apart: bool = True
    can_be_asked: bool = True
    asks_by_sending: bool = False
    """Sending the same again is how it is asked, and brings nothing twice."""
    refusal: Refusal = Refusal.OPTED_OUT
    address: str = NUMBER
    away: Carrier | None = None
    """The same with nobody at its address, where it has one."""


@pytest.fixture(scope="module")
def simulator_url() -> Iterator[str]:
    account = {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "SIMULATOR_INBOUND_URL": f"{NOBODY}/nobody",
    }
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "simulator",
            "--bind",
            "127.0.0.1:0",
            "--mail",
            f"127.0.0.1:{MAIL_PORT}",
            "--snpp",
            f"127.0.0.1:{SNPP_PORT}",
        ],
        env={**os.environ, **account},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=10)
    process.stdout.close()


def client(api_url: str, timeout: float = 2.0) -> TwilioClient:
    codes = load_carrier_policy(REPOSITORY / "config").codes["twilio"]
    return TwilioClient(SID, TOKEN, api_url, timeout, codes)


def twilio(api_url: str, timeout: float = 2.0) -> TwilioSms:
    return TwilioSms(client(api_url, timeout), SENDER, NOBODY)


def _fake(_request: pytest.FixtureRequest) -> Stage:
    fake = FakeCarrier()
    return Stage(
        fake,
        lose_the_answer=lambda: setattr(fake, "loses_answers", 1),
        lose_the_message=lambda: fake.outcomes.append(Ambiguous()),
        refuse_opted_out=lambda: fake.outcomes.append(Rejected(Refusal.OPTED_OUT)),
        throttle=lambda: fake.outcomes.append(Rejected(Refusal.THROTTLED)),
        reached=lambda: [message.address for message in fake.received],
    )


def _sms(request: pytest.FixtureRequest) -> Stage:
    simulator = _simulator(request)
    return Stage(
        twilio(simulator.base_url),
        **_faults(simulator),
        reached=lambda: [sms.phone for sms in simulator.received],
        away=twilio(NOBODY),
    )


def _voice(request: pytest.FixtureRequest) -> Stage:
    simulator = _simulator(request)
    return Stage(
        TwilioVoice(client(simulator.base_url), SENDER, NOBODY),
        **_faults(simulator),
        reached=lambda: [call.phone for call in simulator.calls],
        tells_texts_apart=False,  # a call has no text
        away=TwilioVoice(client(NOBODY), SENDER, NOBODY),
    )


def _simulator(request: pytest.FixtureRequest) -> Simulator:
    simulator = Simulator(request.getfixturevalue("simulator_url"))
    simulator.reset()
    return simulator


def _faults(simulator: Simulator) -> dict[str, Any]:
    phone = simulator.phone(NUMBER)
    return {
        "lose_the_answer": lambda: phone.fail_next("accept_then_drop", "no_callback"),
        "lose_the_message": lambda: phone.fail_next("error_500_before_accepting"),
        "refuse_opted_out": lambda: phone.fail_next(reject(21610)),
        "throttle": lambda: phone.fail_next("rate_limit_429"),
    }


def _email(request: pytest.FixtureRequest) -> Stage:
    """It has no opting out and no throttling of its own: its 550 and 451 stand for them."""
    simulator = _simulator(request)
    request.getfixturevalue("simulator_url")
    phone = simulator.phone(MAIL)
    return Stage(
        mail(MAIL_PORT),
        lose_the_answer=lambda: phone.fail_next("accept_then_drop"),
        lose_the_message=lambda: phone.fail_next("error_500_before_accepting"),
        refuse_opted_out=lambda: phone.fail_next(reject(550)),
        throttle=lambda: phone.fail_next("rate_limit_429"),
        reached=lambda: [each.recipient for each in simulator.mails],
        away=mail(9),
        can_be_asked=False,
        refusal=Refusal.BAD_ADDRESS,
        address=MAIL,
    )


def mail(port: int) -> SmtpEmail:
    codes = load_carrier_policy(REPOSITORY / "config").codes["smtp"]
    return SmtpEmail(Relay("127.0.0.1", port, "none", "goldenhour@example.org"), 2.0, codes)


def _pagerduty(request: pytest.FixtureRequest) -> Stage:
    simulator = _simulator(request)
    service = simulator.phone(ROUTING_KEY)
    return Stage(
        pagerduty(simulator.base_url),
        lose_the_answer=lambda: service.fail_next("accept_then_drop"),
        lose_the_message=lambda: service.fail_next("error_500_before_accepting"),
        refuse_opted_out=lambda: service.fail_next(reject(20001, 400)),
        throttle=lambda: service.fail_next("rate_limit_429"),
        reached=lambda: [incident.routing_key for incident in simulator.incidents],
        away=pagerduty(NOBODY),
        asks_by_sending=True,
        refusal=Refusal.BAD_ADDRESS,
        address=ROUTING_KEY,
    )


def pagerduty(url: str) -> PagerDuty:
    return PagerDuty(url, 2.0, load_carrier_policy(REPOSITORY / "config").codes["pagerduty"])


def _snpp(request: pytest.FixtureRequest) -> Stage:
    return _pager(request, "snpp", snpp(SNPP_PORT), snpp(9), refusal_code=550)


def _wctp(request: pytest.FixtureRequest) -> Stage:
    url = _simulator(request).base_url
    return _pager(request, "wctp", wctp(f"{url}/wctp"), wctp(f"{NOBODY}/wctp"), refusal_code=403)


def _pager(
    request: pytest.FixtureRequest, over: str, carrier: Carrier, away: Carrier, refusal_code: int
) -> Stage:
    """A pager cannot opt out: that there is no such pager stands for it."""
    simulator = _simulator(request)
    pager = simulator.phone(PAGER)
    return Stage(
        carrier,
        lose_the_answer=lambda: pager.fail_next("accept_then_drop"),
        lose_the_message=lambda: pager.fail_next("error_500_before_accepting"),
        refuse_opted_out=lambda: pager.fail_next(reject(refusal_code)),
        throttle=lambda: pager.fail_next("rate_limit_429"),
        reached=lambda: [each.pager for each in simulator.pager_messages if each.over == over],
        away=away,
        can_be_asked=False,
        refusal=Refusal.BAD_ADDRESS,
        address=PAGER,
    )


def _two_way_snpp(request: pytest.FixtureRequest) -> Stage:
    carrier, away = snpp(SNPP_PORT, TWO_WAY), snpp(9, TWO_WAY)
    return _pager(request, "snpp", carrier, away, refusal_code=550)


def snpp(port: int, level: int = 1) -> Snpp:
    codes = load_carrier_policy(REPOSITORY / "config").codes["snpp"]
    return Snpp(SnppGateway("127.0.0.1", port, level, "goldenhour", "made up"), 2.0, codes)


def wctp(url: str) -> Wctp:
    codes = load_carrier_policy(REPOSITORY / "config").codes["wctp"]
    return Wctp(WctpHost(url, "goldenhour", "made up"), 2.0, codes)


STAGES: dict[str, Callable[[pytest.FixtureRequest], Stage]] = {
    "fake": _fake,
    "sms": _sms,
    "voice": _voice,
    "email": _email,
    "pagerduty": _pagerduty,
    "snpp": _snpp,
    "two-way snpp": _two_way_snpp,
    "wctp": _wctp,
}


@pytest.fixture(params=[pytest.param(n, marks=[] if n == "fake" else pytest.mark.slow) for n in STAGES])
def stage(request: pytest.FixtureRequest) -> Stage:
    return STAGES[request.param](request)


def a_message(text: str = "Goldenhour K7Q2", address: str = NUMBER) -> OutboundMessage:
    return OutboundMessage(uuid4(), address, text, timedelta(minutes=3))


def just_now() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=2)


def test_a_message_that_is_accepted_reaches_the_phone_once(stage: Stage) -> None:
    assert isinstance(stage.carrier.send(a_message(address=stage.address)), Accepted)
    assert stage.reached() == [stage.address]


def test_a_lost_answer_is_ambiguous_and_the_message_is_found_afterwards(stage: Stage) -> None:
    stage.lose_the_answer()
    message = a_message(address=stage.address)
    assert stage.carrier.send(message) == Ambiguous()
    found = stage.carrier.find(message, just_now(), ())
    assert isinstance(found, Accepted) if stage.can_be_asked else found == Ambiguous()
    assert stage.reached() == [stage.address]


def test_a_lost_message_is_ambiguous_and_not_found_afterwards(stage: Stage) -> None:
    stage.lose_the_message()
    message = a_message(address=stage.address)
    assert stage.carrier.send(message) == Ambiguous()
    found = stage.carrier.find(message, just_now(), ())
    if stage.asks_by_sending:
        assert isinstance(found, Accepted)
        assert stage.reached() == [stage.address]
    else:
        assert found == (NotThere() if stage.can_be_asked else Ambiguous())
        assert stage.reached() == []


def test_a_carrier_that_is_not_there_has_certainly_nothing_and_gives_no_no(stage: Stage) -> None:
    if stage.away is None:
        pytest.skip("it is told what it answers")
    assert stage.away.send(a_message(address=stage.address)) == Rejected(Refusal.UNREACHABLE)
    assert stage.away.find(a_message(address=stage.address), just_now(), ()) == Ambiguous()


def test_a_message_known_as_another_pages_is_not_found_again(stage: Stage) -> None:
    sent = stage.carrier.send(a_message(address=stage.address))
    assert isinstance(sent, Accepted)
    if stage.asks_by_sending or not stage.can_be_asked:
        return
    assert stage.carrier.find(a_message(address=stage.address), just_now(), (sent.provider_id,)) == NotThere()
    found = stage.carrier.find(a_message(address=stage.address), just_now(), ())
    assert isinstance(found, Accepted)
    assert found.provider_id == sent.provider_id


def test_what_was_never_sent_is_not_there(stage: Stage) -> None:
    if stage.asks_by_sending:
        return
    stage.carrier.send(a_message(address=OTHER))
    if stage.tells_texts_apart:
        stage.carrier.send(a_message(text="Goldenhour ZZZZ", address=stage.address))
    expected = NotThere() if stage.can_be_asked else Ambiguous()
    assert stage.carrier.find(a_message(address=stage.address), just_now(), ()) == expected


def test_an_opted_out_phone_is_refused_for_good(stage: Stage) -> None:
    stage.refuse_opted_out()
    assert stage.carrier.send(a_message(address=stage.address)) == Rejected(stage.refusal)
    assert stage.reached() == []


def test_throttling_is_refused_for_now(stage: Stage) -> None:
    stage.throttle()
    assert stage.carrier.send(a_message(address=stage.address)) == Rejected(Refusal.THROTTLED)
    assert isinstance(stage.carrier.send(a_message(address=stage.address)), Accepted)
