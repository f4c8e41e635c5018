"""The report on the golden hour: of ten thousand contacts, counted once more by other means."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, insert, text

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.hours import hour_place
from service.adapters.postgres.ledger import PostgresLedger
from service.adapters.postgres.tables import first_contacts, hours
from service.domain.answers import TextAnswer
from service.domain.assessment import Assessor
from service.domain.course import ContactEvent, Happening
from service.domain.heard import Hour
from service.web.golden_hour_page import as_csv, as_html
from tests.canary import CANARY
from tests.service_under_test import TONIGHT, ServiceUnderTest

MANY = 10_000


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


@dataclass
class Made:
    """A contact as the generator made it."""

    at: datetime
    hour: Hour


def an_hour(random: Random, began: datetime) -> Hour:
    def maybe(value: float) -> float | None:
        return None if random.random() < 0.2 else value

    before, after = random.randrange(101), random.randrange(101)
    knows = random.random() < 0.7
    heard = maybe(1.0)
    return Hour(
        began=began,
        minutes=maybe(random.uniform(5, 60)),
        items=random.randrange(60),
        asked_words=random.randrange(2000),
        told_words=random.randrange(2000),
        form_share=maybe(random.random()),
        felt_heard=None if heard is None else random.random() < 0.6,
        hope_before=before if knows else None,
        hope_after=after if knows else None,
        hopelessness_before=100 - before if knows else None,
        hopelessness_after=100 - after if knows else None,
        left_worse=after < before if knows else None,
    )


def generated(engine: Engine, cipher: Cipher) -> list[Made]:
    """Ten thousand first contacts of the last half year, most with a session."""
    random, now = Random(7), datetime.now(UTC)  # noqa: S311 - to be repeatable is the point
    made = []
    for _ in range(MANY):
        at = now - timedelta(hours=random.uniform(0, 24 * 7 * 20))
        made.append(Made(at, an_hour(random, at)))
    with engine.begin() as connection:
        contacts = [
            {"site": "riverside", "contact_id": f"c{number}", "created_at": each.at}
            for number, each in enumerate(made)
        ]
        connection.execute(insert(first_contacts), contacts)
        found = connection.execute(text("SELECT contact_id, row FROM first_contacts"))
        rows = {contact_id: row for contact_id, row in found}  # noqa: C416 - rows are no pairs
        sealed = [
            (rows[f"c{number}"], each.hour, _sealed(cipher, rows[f"c{number}"], each.hour))
            for number, each in enumerate(made)
            if number % 5
        ]
        connection.execute(
            insert(hours),
            [
                {"contact": row, "site": "riverside", "began": hour.began, "key_id": key, "sealed": body}
                for row, hour, (key, body) in sealed
            ],
        )
    return made


def _sealed(cipher: Cipher, row: int, hour: Hour) -> tuple[str, bytes]:
    body = json.dumps({**asdict(hour), "began": hour.began.isoformat()})
    value = cipher.seal(body, hour_place(row))
    return value.key_id, value.body


@pytest.mark.slow
def test_the_report_on_ten_thousand_contacts_is_what_another_count_says(
    service: ServiceUnderTest, engine: Engine, cipher: Cipher
) -> None:
    made = generated(engine, cipher)
    report = service.golden_hour("riverside", 30)
    zone = service.site.time_zone
    by_week: dict[str, list[Made]] = defaultdict(list)
    sessions: dict[str, list[Hour]] = defaultdict(list)
    for number, each in enumerate(made):
        name = each.at.astimezone(zone).strftime("%G-W%V")
        by_week[name].append(each)
        if number % 5:
            sessions[name].append(each.hour)
    assert [week.name for week in report.weeks] == sorted(by_week)
    assert report.whole.first_contacts == MANY
    assert report.whole.sessions == sum(map(len, sessions.values())) == MANY * 4 // 5
    for week in report.weeks:
        assert week.first_contacts == len(by_week[week.name])
        assert week.sessions == len(sessions[week.name])
        for figure in ("minutes", "form_share", "felt_heard", "hope_before", "hope_after", "left_worse"):
            values = [getattr(hour, figure) for hour in sessions[week.name]]
            counted = [float(value) for value in values if value is not None]
            mean = getattr(week, figure)
            assert mean.known_of == len(counted)
            expected = sum(counted) / len(counted) if len(counted) >= 5 else None
            assert mean.value == (None if expected is None else pytest.approx(expected, abs=0.001))


def test_a_week_of_few_sessions_shows_no_means(service: ServiceUnderTest) -> None:
    now = datetime.now(UTC)
    for number in range(4):
        contact_id = f"c{number}"
        service.contact("I feel low.", contact_id=contact_id)
        started = ContactEvent("e1", Happening.STARTED, now - timedelta(minutes=50))
        ended = ContactEvent("e2", Happening.ENDED, now - timedelta(minutes=1))
        service.tell(started, ended, contact_id=contact_id)
    report = service.golden_hour("riverside", 2)
    assert (report.whole.first_contacts, report.whole.sessions) == (4, 4)
    assert report.whole.too_few
    assert (report.whole.minutes.value, report.whole.minutes.known_of) == (None, 4)
    service.contact("I feel low.", contact_id="c4")
    service.tell(
        replace(started, at=now - timedelta(minutes=30)),
        ended,
        contact_id="c4",
    )
    report = service.golden_hour("riverside", 2)
    assert report.whole.minutes.value == pytest.approx((4 * 49 + 29) / 5, abs=0.001)


def test_what_we_cost_is_counted_and_for_the_person_it_is_nothing(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    case = service.case()
    service.decide.acknowledge("riverside", case.case_id, "osei")
    service.work()
    service.decide.close("riverside", case.case_id, "osei", "spoken_to")
    cost = service.golden_hour("riverside", 1).whole.cost
    assert (cost.seconds_for_the_person, cost.messages_to_the_person) == (0, 0)
    assert cost.sent.texts == len(service.carrier.received)
    assert cost.sent.replies == 2
    assert cost.seconds_for_clinicians == 10 * cost.sent.texts + 10 * 2


def test_nothing_in_any_form_of_it_names_anybody_or_says_what_they_said(service: ServiceUnderTest) -> None:
    now = datetime.now(UTC)
    answers = [TextAnswer("a1", f"I feel hopeless {CANARY}.")]
    for number in range(6):
        contact_id = f"person-{number}"
        service.contact(*answers, contact_id=contact_id)
        service.tell(
            ContactEvent("e1", Happening.STARTED, now - timedelta(minutes=50)),
            ContactEvent("e2", Happening.ENDED, now - timedelta(minutes=1)),
            ContactEvent("e3", Happening.SPOKEN_TO, now, by="osei"),
            contact_id=contact_id,
        )
    report = service.golden_hour("riverside", 2)
    for written in (as_csv(report), as_html(report), repr(report)):
        for never in (CANARY, "person-", "osei", "Osei", "hopeless "):
            assert never not in written
    table = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert table[-1]["week"] == "all"
    assert (table[-1]["sessions"], table[-1]["seconds_for_the_person"]) == ("6", "0")
