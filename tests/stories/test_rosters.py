"""A feed that the sweeper reads, and an override from the command line, decide whose phone rings."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from simulator.stack import Stack
from tests.adapters.https_server import body, certificate, served
from tests.stories.conftest import LINDQVIST, MOREAU, TONIGHT, intake_at, sites_with

pytestmark = pytest.mark.slow
WITHIN = 10.0  # seconds


def _calendar() -> bytes:
    begin, end = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Dr Moreau\r\n"
        f"DTSTART:{begin:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def _following(folder: Path, port: int) -> Path:
    """The demonstration's site, its first roster following a feed."""
    file = sites_with(folder, "60s") / "riverside.yaml"
    site = yaml.safe_load(file.read_text(encoding="utf-8"))
    url = f"https://127.0.0.1:{port}/rota.ics"
    site["rosters"]["first"]["calendar"] = {"url": url, "people": {"moreau": ["Dr Moreau"]}}
    file.write_text(yaml.safe_dump(site), encoding="utf-8")
    return folder


def _wait_until_on_call(stack: Stack, clinician: str) -> None:
    deadline = time.monotonic() + 30
    while f"first: {clinician}" not in (told := stack.cli("roster", "list").stdout):
        assert time.monotonic() < deadline, told
        time.sleep(0.2)


def test_who_is_paged_is_whom_the_feed_names_even_when_it_is_away_and_then_whom_a_human_puts_in(
    tmp_path: Path,
) -> None:
    pem = certificate(tmp_path)
    with ExitStack() as running:
        with served(body(_calendar()), pem) as port:
            sites = _following(tmp_path / "sites", port)
            environment = {"GOLDENHOUR_SITES_DIR": str(sites), "REQUESTS_CA_BUNDLE": str(pem)}
            stack = running.enter_context(Stack(tmp_path / "var", environment=environment))
            _wait_until_on_call(stack, "moreau")
        intake = intake_at(stack)  # the feed is away from here on
        intake.send("c1", TONIGHT)
        stack.carrier.phone(MOREAU).expect_sms("waits for you", within=WITHIN)
        until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d %H:%M}"
        stack.cli("roster", "override", "first", "--clinician", "lindqvist", "--until", until)
        intake.send("c2", TONIGHT)
        stack.carrier.phone(LINDQVIST).expect_sms("waits for you", within=WITHIN)
        stack.carrier.assert_nothing_unexpected()
