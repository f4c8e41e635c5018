"""More first contacts at once than can be taken in: each is told so, none is stored by half, a clinician gets through."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Event

import pytest
import requests
from sqlalchemy import create_engine, text

from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY
from tests.stories.conftest import OSEI, TONIGHT

pytestmark = pytest.mark.slow

_CLIENTS = 24
_QUIET = f"I would like an appointment on a weekday, {CANARY}."


def test_a_flood_is_refused_in_part_and_a_clinician_gets_through(
    boot_with: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot_with(
        GOLDENHOUR_RATE_LIMIT="100000", GOLDENHOUR_API_THREADS="2", GOLDENHOUR_API_WAITING="2"
    )
    intake.send("tonight", TONIGHT)
    phone = stack.carrier.phone(OSEI)
    phone.expect_sms("waits for you", within=15.0)
    case = intake.case_of("tonight")
    assert case is not None
    refused, over = Event(), Event()
    with ThreadPoolExecutor(_CLIENTS + 1) as flood:
        sending = [flood.submit(_send, intake, client, refused, over) for client in range(_CLIENTS)]
        try:
            assert refused.wait(timeout=30), "so many clients were not too many"
            watching = flood.submit(_watch, stack.api_url, over)
            acted = intake.act(case["case_id"], "pass", clinician="moreau")
            answer = phone.reply(case["code"])
        finally:
            over.set()
    answers = {name: reply for each in sending for name, reply in each.result().items()}
    assert acted["state"] == "open"
    assert answer.http_status == 200
    taken = intake.case_of("tonight")
    assert taken is not None
    assert (taken["state"], taken["owner"]) == ("acknowledged", "osei")
    assert set(watching.result()) == {200}
    assert {reply.status_code for reply in answers.values()} == {201, 503}
    for reply in answers.values():
        if reply.status_code == 503:
            assert reply.headers["Content-Type"] == "application/problem+json"
            assert reply.json()["type"] == "/problems/busy"
            assert int(reply.headers["Retry-After"]) >= 1
    taken_in = {name for name, reply in answers.items() if reply.status_code == 201}
    assert _stored(stack) == {"tonight": True} | dict.fromkeys(taken_in, True)


def _send(intake: Intake, client: int, refused: Event, over: Event) -> dict[str, requests.Response]:
    """One first contact after the other until it is over; the answers."""
    answers: dict[str, requests.Response] = {}
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {intake.token}"
        while not over.is_set():
            name = f"c{client}-{len(answers)}"
            body = {"contact_id": name, "answers": [{"answer_id": "a1", "type": "text", "text": _QUIET}]}
            answers[name] = session.post(f"{intake.api_url}/v1/first-contacts", json=body, timeout=60)
            if answers[name].status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                refused.set()
    return answers


def _watch(api_url: str, over: Event) -> list[int]:
    """Ask whether the process is alive until it is over; the statuses."""
    statuses = []
    while not over.is_set():
        statuses.append(requests.get(f"{api_url}/healthz", timeout=60).status_code)
    return statuses


def _stored(stack: Stack) -> dict[str, bool]:
    """Every first contact that is stored, and whether it has its answer and its assessment."""
    query = """
        SELECT f.contact_id, EXISTS (SELECT FROM answers a WHERE a.contact = f.row)
               AND EXISTS (SELECT FROM assessments s WHERE s.contact = f.row) AS whole
        FROM first_contacts f
    """
    engine = create_engine(stack.database_url)
    with engine.connect() as connection:
        stored = {row.contact_id: row.whole for row in connection.execute(text(query))}
    engine.dispose()
    return stored
