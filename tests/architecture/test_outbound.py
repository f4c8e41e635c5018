"""Nothing here sends, shows or asks the person anything: every way out is known, and ends at a clinician."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.adapters.postgres.ledger import PostgresLedger
from service.domain.answers import TextAnswer
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.course import ContactEvent, Happening
from service.domain.delivery import PageKind
from service.settings import REPOSITORY
from service.usecases.ports import OutboundMessage
from tests.database import TimeMachine
from tests.fakes import FakeCarrier
from tests.service_under_test import OSEI, TONIGHT, ServiceUnderTest, a_site

# What can reach another machine, by the top-level package of the import.
REACHING = {
    "aiohttp",
    "asyncio",
    "ftplib",
    "http",
    "httpx",
    "imaplib",
    "opentelemetry",
    "paramiko",
    "poplib",
    "psycopg",
    "redis",
    "requests",
    "rq",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "subprocess",
    "telnetlib",
    "twilio",
    "urllib",
    "urllib3",
    "xmlrpc",
}
# Each module that may, and who is at the other end. None of them takes an address from a first contact.
KNOWN = {
    "service/adapters/http_deadman.py": "the dead-man's switch of the settings",
    "service/adapters/http_errors.py": "names errors of others",
    "service/adapters/ical_feed.py": "the calendars of a site's rosters",
    "service/adapters/pagerduty.py": "the incident service of the settings, by a clinician's routing key",
    "service/adapters/redis_limits.py": "Redis",
    "service/adapters/rq_doorbell.py": "Redis: the ids of pages",
    "service/adapters/postgres/patience.py": "PostgreSQL",
    "service/adapters/tls.py": "Redis and PostgreSQL: nothing is sent but a greeting",
    "service/adapters/smtp_email.py": "the mail relay of the settings, to a clinician's pager gateway",
    "service/adapters/snpp.py": "the gateway of the settings, to a clinician's pager",
    "service/adapters/twilio_client.py": "Twilio: clinicians' telephones",
    "service/adapters/twilio_voice.py": "Twilio: clinicians' telephones",
    "service/adapters/twilio_webhooks.py": "answers Twilio's own request",
    "service/adapters/wctp.py": "the host of the settings, to a clinician's pager",
    "service/adapters/traces.py": "the collector of the settings: ids, patterns and states",
    "service/bootstrap.py": "the name of this machine, and the type of a queue",
    "service/settings.py": "takes addresses apart",
    "service/web/problems.py": "the names of statuses",
    "workers/jobs.py": "Redis: which job this is",
    "workers/life.py": "whoever asks at its own port whether it lives",
    "workers/worker.py": "Redis: the ids of pages",
}
HIM = ("+447700900999", "dave@example.org", "https://example.org/dave")


def reaching(folder: Path) -> Iterator[str]:
    """The modules in a folder that import anything that can reach another machine."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] in REACHING for name in names):
                yield str(path.relative_to(folder.parent))
                break


def test_every_module_that_can_reach_another_machine_is_known() -> None:
    found = {name for room in ("service", "workers") for name in reaching(REPOSITORY / room)}
    assert found == KNOWN.keys()


def test_a_planted_way_out_is_found(tmp_path: Path) -> None:
    room = tmp_path / "service"
    (room / "web").mkdir(parents=True)
    (room / "web" / "greeting.py").write_text("def greet():\n    import smtplib\n", encoding="utf-8")
    assert list(reaching(room)) == ["service/web/greeting.py"]


ADDRESSES = {
    Channel.SMS: OSEI,
    Channel.VOICE: "+441632960001",
    Channel.EMAIL: "osei@pagers.example",
    Channel.SNPP: "5551001",
    Channel.WCTP: "5551002",
    Channel.PAGERDUTY: "c" * 32,
}


@pytest.fixture(params=Channel)
def channel(request: pytest.FixtureRequest) -> Channel:
    """Each way of reaching somebody."""
    return Channel(request.param)


@pytest.fixture
def service(channel: Channel, ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    """The clinician who is paged first has this way only."""
    site = a_site()
    osei = replace(site.clinicians["osei"], addresses={channel: ADDRESSES[channel]})
    carriers: dict[Channel, FakeCarrier] = {} if channel is Channel.SMS else {channel: FakeCarrier()}
    return ServiceUnderTest(
        ledger, assessor, replace(site, clinicians={**site.clinicians, "osei": osei}), carriers=carriers
    )


def everything_sent(service: ServiceUnderTest) -> list[OutboundMessage]:
    carriers = (service.carrier, *service.carriers.values())
    return [message for carrier in carriers for message in carrier.received]


def test_whatever_is_sent_goes_to_a_clinician_and_names_nothing_of_the_person(
    service: ServiceUnderTest, channel: Channel, time_machine: TimeMachine
) -> None:
    """A person leaves a number, an address and a link, and everything that can follow does."""
    words = f"{TONIGHT} Call me on {HIM[0]}, write to {HIM[1]}, look at {HIM[2]}."
    now = datetime.now(UTC)
    service.contact(TextAnswer("a1", words), contact_id="dave")
    service.tell(
        ContactEvent("e1", Happening.STARTED, now - timedelta(hours=80)),
        ContactEvent("e2", Happening.ENDED, now - timedelta(hours=79)),
        contact_id="dave",
    )
    service.work()
    for _ in range(12):  # step after step, channel after channel, until everyone is paged
        time_machine.forward(200)
        service.sweep()
        service.work()
    case = service.case("dave")
    service.decide.acknowledge("riverside", case.case_id, "osei")
    service.decide.offer("riverside", case.case_id, "osei", "lindqvist")
    service.work()
    service.decide.pass_on("riverside", case.case_id, "osei")
    service.sweep()
    service.decide.acknowledge("riverside", case.case_id, "lindqvist")
    service.tell(
        ContactEvent("e3", Happening.SPOKEN_TO, now + timedelta(hours=9), by=HIM[0]), contact_id="dave"
    )
    service.work()
    sent = everything_sent(service)
    known = {address for person in service.site.clinicians.values() for address in person.addresses.values()}
    assert {message.address for message in sent} <= known
    assert ADDRESSES[channel] in {message.address for message in sent}
    written = "\n".join(message.text for message in sent)
    for never in (*HIM, "dave", "Dave", "tonight", "tablets", "follow"):
        assert never not in written


def test_no_kind_of_message_is_meant_for_anybody_but_clinicians() -> None:
    """A new kind has to be thought about here: whom is it for?"""
    assert {kind.value for kind in PageKind} == {
        "page",
        "yours",
        "taken",
        "risen",
        "expired",
        "closed",
        "offered",
        "first_of_two",
        "drill_done",
    }
