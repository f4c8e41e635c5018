"""Two-way pagers that have to be asked: a choice acts once, a message that was read acts for nobody."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.delivery import PageState
from service.domain.escalation import CaseState
from service.domain.refusals import Refusal
from service.domain.replies import Act
from service.usecases.ask_pagers import AskPagers
from service.usecases.ports import PagerNews
from tests.database import TimeMachine
from tests.fakes import FakeCarrier
from tests.service_under_test import OSEI, TONIGHT, ServiceUnderTest, a_site

PAGER = "5551212"


@dataclass
class FakeGateway:
    """Tells what it was told to tell; None: it does not answer."""

    news: PagerNews | None = field(default_factory=PagerNews)
    asked: list[str] = field(default_factory=list)

    def ask(self, provider_id: str) -> PagerNews | None:
        self.asked.append(provider_id)
        return self.news


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    """Osei has a pager, and behind it a phone."""
    site = a_site()
    osei = replace(site.clinicians["osei"], addresses={Channel.SNPP: PAGER, Channel.SMS: OSEI})
    pagers = {Channel.SNPP: FakeCarrier()}
    clinicians = {**site.clinicians, "osei": osei}
    return ServiceUnderTest(ledger, assessor, replace(site, clinicians=clinicians), carriers=pagers)


def asking(service: ServiceUnderTest, gateway: FakeGateway) -> AskPagers:
    return AskPagers(service.ledger, gateway, service.answer_page, service.report)


def test_a_choice_takes_the_case_and_nothing_is_asked_any_more(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    gateway = FakeGateway(PagerNews(PageState.DELIVERED, Act.TAKE, "snpp T P 1"))
    ask = asking(service, gateway)
    for _ in range(3):
        ask()
        time_machine.forward(4)
    assert (service.case().state, service.case().owner) == (CaseState.ACKNOWLEDGED, "osei")
    assert len(gateway.asked) == 1


def test_read_acknowledges_nothing_and_the_next_channel_is_tried_in_its_time(
    service: ServiceUnderTest, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    ask = asking(service, FakeGateway(PagerNews(PageState.DELIVERED)))
    ask()
    assert service.case().state is CaseState.OPEN
    time_machine.forward(61)
    service.sweep()
    service.work()
    assert len(service.texts_to(OSEI)) == 1


def test_what_expired_goes_to_the_next_channel_at_once(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    asking(service, FakeGateway(PagerNews(PageState.UNDELIVERED, refusal=Refusal.OUT_OF_REACH)))()
    service.work()
    assert len(service.texts_to(OSEI)) == 1


def test_two_processes_do_not_ask_twice_and_a_gateway_that_is_away_is_left_alone(
    service: ServiceUnderTest,
) -> None:
    service.contact(TONIGHT)
    service.contact(TONIGHT, contact_id="c2")
    service.work()
    gateway = FakeGateway(None)
    ask = asking(service, gateway)
    ask()
    ask()
    assert len(gateway.asked) == 1
    assert service.case().state is CaseState.OPEN


def test_a_choice_that_was_passed_on_asks_the_next(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    asking(service, FakeGateway(PagerNews(PageState.DELIVERED, Act.PASS_ON, "snpp T P 2")))()
    assert service.case().passed == {"osei"}
