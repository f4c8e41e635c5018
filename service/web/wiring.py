"""What bootstrap hands to the web: use cases and readers, reached through the running application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from service.domain.assessment import Assessor
from service.domain.site import Site
from service.usecases.answer_page import AnswerPage
from service.usecases.answer_reply import AnswerReply
from service.usecases.api_keys import ApiKeys
from service.usecases.check_address import CheckAddress
from service.usecases.decide_case import DecideCase
from service.usecases.drill import Drill
from service.usecases.keep_promises import SettleFollowUp
from service.usecases.override_roster import OverrideRoster
from service.usecases.ports import Bell, IncidentWebhooks, PagerReplies, RateLimits, Webhooks
from service.usecases.read_cases import ReadCases
from service.usecases.read_clinicians import ReadClinicians
from service.usecases.read_contacts import ReadContacts
from service.usecases.read_health import ReadHealth
from service.usecases.read_plans import ReadPlans
from service.usecases.read_rosters import ReadRosters
from service.usecases.read_trail import ReadTrail
from service.usecases.receive_first_contact import ReceiveFirstContact
from service.usecases.record_delivery import RecordDelivery
from service.usecases.report_golden_hour import ReportGoldenHour
from service.usecases.report_rules import ReportRules
from service.usecases.speak_page import SpeakPage
from service.usecases.switch_paging import SwitchPaging
from service.usecases.watch_service import WatchService
from service.web.tallies import Tallies
from service.web.turnstile import Turnstile

_NAME = "goldenhour"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything a request may need."""

    assessor: Assessor
    receive: ReceiveFirstContact
    read: ReadCases
    read_contacts: ReadContacts
    follow_ups: SettleFollowUp
    switch: SwitchPaging
    golden_hour: ReportGoldenHour
    rules: ReportRules
    trail: ReadTrail
    decide: DecideCase
    drill: Drill
    check_address: CheckAddress
    clinicians: ReadClinicians
    plans: ReadPlans
    keys: ApiKeys
    answer_reply: AnswerReply
    record_delivery: RecordDelivery
    answer_page: AnswerPage
    speak_page: SpeakPage
    incidents: IncidentWebhooks
    pager_replies: PagerReplies
    watch: WatchService
    rosters: ReadRosters
    override_roster: OverrideRoster
    webhooks: Webhooks
    sites: Mapping[str, Site]
    text_limit: int
    limits: RateLimits
    rate_limit: int
    turnstile: Turnstile
    trusted_proxies: int
    health: ReadHealth
    doorbell: Callable[[], Bell | None]
    tallies: Tallies


def attach(app: Flask, wiring: Wiring) -> None:
    """Give an application its use cases."""
    app.extensions[_NAME] = wiring


def wiring() -> Wiring:
    """The use cases of the running application."""
    return cast("Wiring", current_app.extensions[_NAME])
