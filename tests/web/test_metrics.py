"""Every figure says what the ledger holds, and what it holds no figure hides."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from service.bootstrap import Service
from service.settings import REPOSITORY
from simulator.servers import EmbeddedRedis
from tests.canary import CANARY

TONIGHT = "I have a plan for tonight."
HOPELESS = "I don't see a future for myself."
QUIET = "I would like an appointment on a weekday."


@pytest.fixture
def figures(client: FlaskClient) -> Callable[[], dict[str, float]]:
    """What Prometheus reads, by name with labels."""

    def read() -> dict[str, float]:
        lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    return read


@pytest.fixture
def send(post: Callable[..., Any]) -> Callable[[str, str], None]:
    def first_contact(contact_id: str, said: str) -> None:
        answers = [{"answer_id": "a1", "type": "text", "text": said}]
        sent = post("/v1/first-contacts", {"contact_id": contact_id, "answers": answers})
        assert sent.status_code in {200, 201}

    return first_contact


def _sql(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _buckets(figures: dict[str, float], name: str) -> list[float]:
    """Of a metric without other labels, in the order of its bounds."""
    return [count for key, count in figures.items() if key.startswith(f'{name}_bucket{{le="')]


def test_cases_and_pages_are_counted(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None]
) -> None:
    send("c1", TONIGHT)
    send("c2", QUIET)
    counted = figures()
    assert counted["goldenhour_first_contacts"] == 2
    assert counted['goldenhour_cases{state="open",urgency="emergency"}'] == 1
    assert counted['goldenhour_pages{channel="sms",kind="page",state="queued"}'] == 1
    assert counted["goldenhour_alarms"] == counted["goldenhour_overdue_cases"] == 0


def test_first_contacts_are_counted_once_each_however_often_they_are_sent(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], post: Callable[..., Any]
) -> None:
    name = 'goldenhour_received_first_contacts_total{urgency="emergency"}'
    before = figures().get(name, 0.0)
    send("c1", TONIGHT)
    send("c1", TONIGHT)
    more = [{"answer_id": "a2", "type": "text", "text": TONIGHT}]
    assert post("/v1/first-contacts/c1/answers", {"answers": more}).status_code == 201
    assert figures()[name] == before + 1


def test_the_time_to_the_first_call_of_a_carrier(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], engine: Engine
) -> None:
    for contact in ("quick", "slow", "waits", "taken"):
        send(contact, TONIGHT)
    page_of = "FROM cases c WHERE c.case_id = pages.case_id AND c.contact_id"
    _sql(engine, f"UPDATE pages SET attempted_at = pages.created_at + interval '0.5 s' {page_of} = 'quick'")
    _sql(engine, f"UPDATE pages SET attempted_at = pages.created_at + interval '15 s' {page_of} = 'slow'")
    _sql(engine, f"UPDATE pages SET created_at = pages.created_at - interval '1 hour' {page_of} = 'waits'")
    _sql(engine, f"UPDATE pages SET state = 'cancelled' {page_of} = 'taken'")
    counted = figures()
    # up to 1, 2, 5, 10, 20, 30, 60 and 300 seconds, and longer: who still waits counts as long as it waits
    assert _buckets(counted, "goldenhour_paged_in_seconds") == [1, 1, 1, 1, 2, 2, 2, 2, 3]
    assert counted["goldenhour_paged_in_seconds_gsum"] == pytest.approx(3615.5, abs=30)
    _sql(engine, "UPDATE pages SET created_at = created_at - interval '25 hours'")
    assert figures()["goldenhour_paged_in_seconds_gcount"] == 0


def test_a_case_that_was_paged_before_the_day_began_is_not_counted_by_its_later_pages(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], engine: Engine
) -> None:
    send("c1", TONIGHT)
    _sql(engine, "UPDATE pages SET created_at = created_at - interval '25 hours'")
    columns = "case_id, kind, episode, round, clinician, channel, attempt, state, valid_for"
    _sql(
        engine,
        f"INSERT INTO pages (page_id, step, {columns}) SELECT gen_random_uuid(), 7, {columns} FROM pages",
    )
    assert figures()["goldenhour_paged_in_seconds_gcount"] == 0


def test_the_time_until_a_clinician_took_it(
    figures: Callable[[], dict[str, float]],
    send: Callable[[str, str], None],
    post: Callable[..., Any],
    engine: Engine,
    client: FlaskClient,
    headers: Callable[..., dict[str, str]],
) -> None:
    for contact in ("taken", "open"):
        send(contact, TONIGHT)
    cases = client.get("/v1/cases", headers=headers()).get_json()["cases"]
    case_id = next(case["case_id"] for case in cases if case["contact_id"] == "taken")
    assert post(f"/v1/cases/{case_id}/acknowledge", {"clinician": "osei"}).status_code == 200
    _sql(engine, "UPDATE case_events SET at = at + interval '4 minutes' WHERE kind = 'acknowledged'")
    _sql(engine, "UPDATE pages SET attempted_at = created_at")
    counted = figures()
    name = "goldenhour_acknowledged_in_seconds_bucket"
    assert counted[f'{name}{{le="180.0",urgency="emergency"}}'] == 0
    assert counted[f'{name}{{le="300.0",urgency="emergency"}}'] == 1
    assert counted[f'{name}{{le="+Inf",urgency="emergency"}}'] == 1


def test_open_cases_by_age_and_those_that_are_late(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], engine: Engine
) -> None:
    for contact in ("new", "old"):
        send(contact, HOPELESS)
    assert 'goldenhour_late_cases{urgency="soon"}' not in figures()
    _sql(
        engine,
        "UPDATE cases SET opened_at = opened_at - interval '20 minutes', respond_by = now() - interval '1 minute'"
        " WHERE contact_id = 'old'",
    )
    counted = figures()
    assert _buckets(counted, "goldenhour_open_case_age_seconds") == [1, 1, 2, 2, 2, 2, 2]
    assert counted['goldenhour_late_cases{urgency="soon"}'] == 1


def test_pages_that_are_due_and_in_nobodys_hands(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], engine: Engine
) -> None:
    for contact in ("due", "carried", "later"):
        send(contact, TONIGHT)
    page_of = "FROM cases c WHERE c.case_id = pages.case_id AND c.contact_id"
    _sql(engine, f"UPDATE pages SET not_before = now() - interval '1 minute' {page_of} IN ('due', 'carried')")
    _sql(engine, f"UPDATE pages SET lease_until = now() + interval '1 minute' {page_of} = 'carried'")
    _sql(engine, f"UPDATE pages SET not_before = now() + interval '1 minute' {page_of} = 'later'")
    counted = figures()
    assert counted["goldenhour_overdue_pages"] == 1
    assert counted["goldenhour_oldest_overdue_page_seconds"] == pytest.approx(60, abs=30)


def test_what_carriers_failed_at(figures: Callable[[], dict[str, float]], engine: Engine) -> None:
    _sql(engine, "INSERT INTO channel_troubles (channel, trips) VALUES ('sms', true), ('sms', false)")
    _sql(
        engine,
        "INSERT INTO channel_troubles (channel, trips, at) VALUES ('voice', true, now() - interval '2 hours')",
    )
    counted = figures()
    assert counted['goldenhour_carrier_errors{channel="sms"}'] == 2
    assert 'goldenhour_carrier_errors{channel="voice"}' not in counted


def test_follow_ups_that_are_due_and_those_that_are_late(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], engine: Engine
) -> None:
    for contact in ("due", "late"):
        send(contact, TONIGHT)
    hours = "CASE contact_id WHEN 'late' THEN -1 ELSE 1 END"
    _sql(
        engine,
        "INSERT INTO follow_ups (contact, site, contact_id, reasons, due_at)"
        f" SELECT row, site, contact_id, '{{}}', now() + interval '1 hour' * ({hours}) FROM first_contacts",
    )
    counted = figures()
    assert (counted["goldenhour_follow_ups"], counted["goldenhour_late_follow_ups"]) == (2, 1)


def test_sweepers_that_sweep(
    figures: Callable[[], dict[str, float]], service: Service, engine: Engine
) -> None:
    assert "goldenhour_sweep_age_seconds" not in figures()
    service.watch.beat("one")
    _sql(engine, "UPDATE heartbeats SET beat_at = now() - interval '1 minute'")
    service.watch.beat("two")
    counted = figures()
    assert counted["goldenhour_sweepers"] == 1
    assert counted["goldenhour_sweep_age_seconds"] < 30


def test_the_doorbell_and_without_it(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], redis_server: EmbeddedRedis
) -> None:
    send("c1", TONIGHT)
    counted = figures()
    assert (counted["goldenhour_doorbell_up"], counted["goldenhour_queue_depth"]) == (1, 1)
    assert counted["goldenhour_workers"] == 0
    redis_server.stop()
    try:
        counted = figures()
    finally:
        redis_server.start()
    assert counted["goldenhour_doorbell_up"] == 0
    assert "goldenhour_queue_depth" not in counted
    assert counted["goldenhour_ledger_up"] == 1


def test_without_the_ledger_the_rest_is_told_all_the_same(
    figures: Callable[[], dict[str, float]], service: Service, send: Callable[[str, str], None]
) -> None:
    send("c1", TONIGHT)
    service.downgrade_schema("base")
    try:
        counted = figures()
    finally:
        service.upgrade_schema()
    assert counted["goldenhour_ledger_up"] == 0
    assert counted["goldenhour_doorbell_up"] == 1
    assert counted["goldenhour_scoring_seconds_count"] > 0
    assert not [name for name in counted if name.startswith("goldenhour_first_contacts")]


def test_requests_are_counted_by_their_pattern_and_nothing_that_is_sent_becomes_a_label(
    client: FlaskClient, figures: Callable[[], dict[str, float]]
) -> None:
    client.get(f"/v1/first-contacts/{CANARY}/assessment")
    client.open(f"/{CANARY}", method="PURGE")
    counted = figures()
    route = "/v1/first-contacts/<contact_id>/assessment"
    assert counted[f'goldenhour_http_requests_total{{method="GET",route="{route}",status="401"}}'] >= 1
    assert counted['goldenhour_http_requests_total{method="other",route="unknown",status="404"}'] >= 1
    assert not [name for name in counted if CANARY in name]


def test_the_head_of_the_audit_trail_is_kept_by_whoever_keeps_metrics(
    figures: Callable[[], dict[str, float]], send: Callable[[str, str], None], service: Service
) -> None:
    send("c1", TONIGHT)
    service.seal_trail()
    (head,) = service.read_trail.heads()
    counted = figures()
    assert counted['goldenhour_audit_entries{site="riverside"}'] == head.number
    bits = counted['goldenhour_audit_digest{site="riverside"}']
    assert f"{int(bits):012x}" == head.digest[:12]
    assert counted["goldenhour_audit_unsealed"] == 0


def test_every_metric_is_in_the_reference_and_no_other(
    client: FlaskClient, send: Callable[[str, str], None], service: Service
) -> None:
    """With its type, as the service tells it."""
    code = "".join(
        (REPOSITORY / f"service/web/{name}.py").read_text("utf-8") for name in ("metrics", "tallies")
    )
    named = set(re.findall(r'"(goldenhour_\w+)"', code))
    document = (REPOSITORY / "docs/reference/metrics.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `(goldenhour_\w+)`[^|]*\| (\w+) ", document, re.MULTILINE))
    assert len(named) > 25
    assert set(written) == named
    send("c1", TONIGHT)
    service.watch.beat("one")
    told = re.findall(r"^# TYPE (\w+) (\w+)$", client.get("/metrics").text, re.MULTILINE)
    for name, kind in told:
        base = re.sub(r"_(total|created|gcount|gsum)$", "", name)
        if not name.endswith(("_created", "_gcount", "_gsum")):
            assert written[base] == kind, name
