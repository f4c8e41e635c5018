"""What is seen in a browser, taken from the software itself by a real one. No test compares them: browsers differ."""

from __future__ import annotations

import base64
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.demo import new_key
from simulator.intake import SITE, Intake
from simulator.stack import Stack
from simulator.story import DAVE, FORMS, LINDQVIST, OSEI, TONIGHT
from tests.browser import Tab, browsing

_WIDTH, _QUALITY = 1100, 70
_SESSIONS = 5  # fewer in a week show no mean
_LEFT_WORSE = (1, 3, 2, 4, 2, 3)  # of them, week by week: made up, and better by nothing that we did
_HELPED, _MISSED = "I hope that this helps.", "It really is hopeless, even therapy can't help."


def take_all(stack: Stack, program: str, folder: Path) -> None:
    """Take the phones, the report and the API's own documents; `program` is a Chromium."""
    intake = Intake(stack.api_url, new_key(stack, "screens"))
    with tempfile.TemporaryDirectory() as profile:
        _page_two(stack, intake)
        with browsing(program, Path(profile) / "phones", stack.simulator_url) as tab:
            tab.wait_for('document.body?.innerText.includes("Lindqvist has taken")')
            _take(tab, folder / "phones.webp", 660)
        with browsing(program, Path(profile) / "docs", f"{stack.api_url}/docs") as tab:
            tab.wait_for('document.querySelectorAll(".opblock").length > 20')
            _take(tab, folder / "api.webp", 860)
        report = Path(profile) / "report.html"
        report.write_text(_report(stack, intake), encoding="utf-8")
        with browsing(program, Path(profile) / "report", report.as_uri()) as tab:
            tab.wait_for('document.querySelectorAll("svg").length === 3')
            _take(
                tab,
                folder / "report.webp",
                tab.run("Math.floor(document.querySelector('table').offsetTop) - 60"),
            )


def _page_two(stack: Stack, intake: Intake) -> None:
    """One who does not answer, and another who does."""
    stack.carrier.reset()
    intake.send("second-person", *TONIGHT)
    stack.carrier.phone(OSEI).expect_sms("PASS")
    phone = stack.carrier.phone(LINDQVIST)
    phone.reply(phone.expect_sms("PASS").body.split("Goldenhour ")[1][:4])
    stack.carrier.phone(OSEI).expect_sms("Lindqvist has taken")


def _report(stack: Stack, intake: Intake) -> str:
    """The report on some weeks of made-up first hours."""
    now = datetime.now(UTC)
    for week, left_worse in enumerate(_LEFT_WORSE):
        for number in range(_SESSIONS):
            began = now - timedelta(weeks=week, hours=1 + number)
            _first_hour(intake, f"week-{week}-{number}", began, worse=number < left_worse)
    weeks = str(len(_LEFT_WORSE))
    made = stack.cli("report", "--site", SITE, "golden-hour", "--weeks", weeks, "--format", "html")
    made.check_returncode()
    return made.stdout


def _first_hour(intake: Intake, contact: str, began: datetime, *, worse: bool) -> None:
    """Somebody talks, is asked what forms ask, and leaves worse or not."""
    ended = began + timedelta(minutes=50)
    intake.send(contact)
    intake.tell(contact, "started", at=began.isoformat())
    intake.tell(contact, "ended", at=ended.isoformat())
    words = [{"type": "text", "text": text} for text in (*DAVE, "I hope that this can help me.")]
    felt = {"type": "item", "instrument": "srs", "item": "relationship-mm", "value": 40 if worse else 95}
    said = [*words, *FORMS, felt, {"type": "text", "text": _MISSED if worse else _HELPED}]
    each = timedelta(minutes=51) / len(said)  # the last one afterwards
    answers = (
        {**answer, "answer_id": f"a{number}", "at": (began + number * each).isoformat()}
        for number, answer in enumerate(said, 1)
    )
    intake.add(contact, *answers)


def _take(tab: Tab, path: Path, height: int) -> None:
    size = {"width": _WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    tab.command("Emulation.setDeviceMetricsOverride", size)
    tab.run("document.documentElement.style.overflow = 'hidden'")  # no scroll bar
    taken = tab.command("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    path.write_bytes(base64.b64decode(taken["data"]))
