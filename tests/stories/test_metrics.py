"""Under load every figure is the ledger's, to the last one, whichever process of the API is asked."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import create_engine, text

from simulator.intake import Intake
from simulator.stack import Stack
from tests.canary import CANARY
from tests.stories.conftest import TONIGHT, until

pytestmark = pytest.mark.slow

_A_SECOND = 50
_SECONDS = 6
_SAID = (
    f"I would like an appointment on a weekday, {CANARY}.",
    "I don't see a future for myself.",
    TONIGHT,
    "Sometimes I wish I would not wake up.",
    "I think about killing myself.",
)
_FIRST_URGENCY = """
    SELECT urgency, count(*) FROM (
        SELECT DISTINCT ON (contact) urgency FROM assessments ORDER BY contact, row
    ) first GROUP BY urgency
"""
_CASES = (
    "SELECT state, urgency, count(*) FROM cases WHERE state <> 'closed' AND kind = 'contact' GROUP BY 1, 2"
)
_PAGES = "SELECT channel, kind, state, count(*) FROM pages GROUP BY 1, 2, 3"


def test_fifty_first_contacts_a_second_are_counted_to_the_last_one(
    boot_with: Callable[..., tuple[Stack, Intake]],
) -> None:
    stack, intake = boot_with(GOLDENHOUR_RATE_LIMIT="100000", GOLDENHOUR_API_WORKERS="3")
    sent = _load(intake)
    assert set(sent.values()) == {201}
    told = until(lambda: _at_rest(stack), 20.0, "nothing moves between two looks at the ledger")
    ledger, figures = told
    assert figures["goldenhour_first_contacts"] == len(sent) == _A_SECOND * _SECONDS
    assert _of(figures, "goldenhour_received_first_contacts_total") == ledger["first"]
    assert len(ledger["first"]) >= 4
    assert _of(figures, "goldenhour_cases") == ledger["cases"]
    assert _of(figures, "goldenhour_pages") == ledger["pages"]
    assert figures["goldenhour_scoring_seconds_count"] == sum(ledger["first"].values())
    route = 'method="POST",route="/v1/first-contacts"'
    assert figures[f'goldenhour_http_requests_total{{{route},status="201"}}'] == len(sent)
    assert figures[f"goldenhour_http_request_seconds_count{{{route}}}"] == len(sent)
    first_pages = sum(count for (_, kind, _), count in ledger["pages"].items() if kind == "page")
    assert 0 < figures["goldenhour_paged_in_seconds_gcount"] <= first_pages


def _load(intake: Intake) -> dict[str, int]:
    """So many first contacts a second, sent when their time has come and not when the one before was answered."""
    began = time.monotonic()

    def send(number: int) -> tuple[str, int]:
        time.sleep(max(0.0, began + number / _A_SECOND - time.monotonic()))
        contact, said = f"load-{number}", _SAID[number % len(_SAID)]
        body = {"contact_id": contact, "answers": [{"answer_id": "a1", "type": "text", "text": said}]}
        headers = {"Authorization": f"Bearer {intake.token}"}
        url = f"{intake.api_url}/v1/first-contacts"
        return contact, requests.post(url, json=body, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(32) as clients:
        return dict(clients.map(send, range(_A_SECOND * _SECONDS)))


def _at_rest(stack: Stack) -> tuple[dict[str, Counter[tuple[str, ...]]], dict[str, float]] | None:
    """What the ledger holds and what is told, if nothing moved meanwhile and every process tells the same."""
    before = _ledger(stack)
    told = [_figures(stack) for _ in range(4)]  # whichever process answers
    of_all = [{name: each[name] for name in each if "pages" in name or "first" in name} for each in told]
    if _ledger(stack) != before or any(each != of_all[0] for each in of_all):
        return None
    return before, told[-1]


def _ledger(stack: Stack) -> dict[str, Counter[tuple[str, ...]]]:
    engine = create_engine(stack.database_url)
    with engine.connect() as connection:
        found = {
            name: Counter({tuple(row[:-1]): row[-1] for row in connection.execute(text(query))})
            for name, query in (("first", _FIRST_URGENCY), ("cases", _CASES), ("pages", _PAGES))
        }
    engine.dispose()
    return found


def _figures(stack: Stack) -> dict[str, float]:
    lines = requests.get(f"{stack.api_url}/metrics", timeout=10).text.splitlines()
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in lines
        if not line.startswith("#") and "_created" not in line
    }


def _of(figures: dict[str, float], name: str) -> Counter[tuple[str, ...]]:
    """A metric by the values of its labels, in the order of their names."""
    found: Counter[tuple[str, ...]] = Counter()
    for key, value in figures.items():
        metric, _, labels = key.partition("{")
        if metric == name and value:
            values = tuple(part.partition("=")[2].strip('"}') for part in labels.split(","))
            found[values] = int(value)
    return found
