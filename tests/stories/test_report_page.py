"""The report on the golden hour as whoever runs the service sees it, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.stack import Stack
from tests.browser import browser_program, browsing
from tests.stories.conftest import intake_at

pytestmark = pytest.mark.slow
SESSIONS = 6


def test_the_report_is_a_page_with_plots_and_the_same_in_words(tmp_path: Path) -> None:
    program = browser_program()
    if program is None:
        pytest.skip("there is no Chromium on the PATH to show the page with")
    with Stack(tmp_path / "var", workers=0, sweepers=1) as stack:
        intake = intake_at(stack)
        for number in range(SESSIONS):
            contact = f"c{number}"
            intake.send(contact, "I hope this helps me. I feel like a failure.")
            intake.tell(contact, "started")
            intake.tell(contact, "ended")
            intake.add(contact, _after("It is hopeless, she didn't look at me."))
        made = stack.cli("report", "golden-hour", "--weeks", "2", "--format", "html")
    assert made.returncode == 0, made.stderr
    page = tmp_path / "report.html"
    page.write_text(made.stdout, encoding="utf-8")
    with browsing(program, tmp_path / "profile", page.as_uri()) as tab:
        tab.wait_for('document.querySelectorAll("svg[role=img]").length === 3')
        tab.wait_for(
            '[...document.querySelectorAll("svg")].every(s => s.getBoundingClientRect().height > 100)'
        )
        tab.wait_for('document.querySelectorAll("svg circle").length >= 5')
        tab.wait_for('[...document.querySelectorAll("svg")].every(s => s.querySelector("desc").textContent)')
        ids = '[...document.querySelectorAll("[id]")].map(e => e.id)'
        tab.wait_for(f"new Set({ids}).size === {ids}.length")
        tab.wait_for('document.querySelector("tbody tr:last-child th").innerText === "all"')
        tab.wait_for(f'document.querySelector("tbody").innerText.includes("0 % (of {SESSIONS})")')
        tab.wait_for('document.body.innerText.includes("For the people who came: 0 seconds.")')


def _after(words: str) -> dict[str, Any]:
    at = datetime.now(UTC) + timedelta(seconds=1)
    return {"answer_id": "after", "type": "text", "text": words, "at": at.isoformat()}
