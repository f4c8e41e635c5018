"""`goldenhour roster ...` on a real database."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from service.cli import main
from service.settings import REPOSITORY
from simulator.servers import EmbeddedPostgres

Run = Callable[..., Result]


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    folder = tmp_path / "sites"
    folder.mkdir()
    site = (REPOSITORY / "simulator" / "sites" / "riverside.yaml").read_text(encoding="utf-8")
    (folder / "riverside.yaml").write_text(site, encoding="utf-8")
    return folder


@pytest.fixture
def run(engine: Engine, postgres: EmbeddedPostgres, sites: Path) -> Run:
    """Run `goldenhour roster ARGUMENT...`."""
    environment = {
        "DATABASE_URL": postgres.url,
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "GOLDENHOUR_SITES_DIR": str(sites),
        "GOLDENHOUR_DATA_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
        "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made up",
        "TWILIO_FROM": "+15550100000",
    }
    return lambda *arguments: CliRunner(env=environment).invoke(main, ["roster", *arguments])


def test_the_list_names_who_is_on_call(run: Run) -> None:
    assert run("list").stdout == "first: osei\nsecond: lindqvist\n"


def test_an_override_is_made_by_the_rosters_clock_shown_and_removed(run: Run) -> None:
    made = run("override", "first", "--clinician", "moreau", "--until", "2099-07-01 09:00")
    assert (made.exit_code, "must be within 366 days" in made.output) == (1, True)
    made = run("override", "first", "--clinician", "moreau", "--until", _next_year())
    assert made.exit_code == 0
    assert run("list").stdout.startswith("first: moreau, then osei from ")
    shown = run("show", "first").stdout
    assert f"override {made.stdout.strip()}" in shown
    assert "moreau for all, by the command line" in shown
    assert run("override", "first", "--remove", made.stdout.strip()).exit_code == 0
    assert run("list").stdout.startswith("first: osei")


def _next_year() -> str:
    return f"{datetime.now(UTC) + timedelta(days=300):%Y-%m-%d} 09:00"


def test_gaps_end_with_status_1_and_a_gap_that_is_opened_is_said(run: Run) -> None:
    assert run("gaps").exit_code == 0
    made = run("override", "first", "--instead-of", "osei", "--until", _next_year())
    assert (made.exit_code, "this leaves nobody on call" in made.stderr) == (0, True)
    gaps = run("gaps")
    assert (gaps.exit_code, gaps.stdout.splitlines()[0]) == (1, "first: 1 gaps")
    assert "NOBODY" in gaps.stdout
    assert run("gaps", "second").exit_code == 0


def test_a_roster_is_written_as_a_calendar(run: Run) -> None:
    written = run("export", "first").stdout
    assert written.startswith("BEGIN:VCALENDAR")
    assert "SUMMARY:Dr Osei" in written


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "third"), "site riverside has no roster third; there are first, second"),
        (("export", "third"), "has no roster third"),
        (("override", "third", "--until", "2026-01-01 09:00"), "has no roster third"),
        (("--site", "elsewhere", "list"), "name one of the sites with --site: riverside"),
        (("override", "first", "--clinician", "osei"), "say until when"),
        (("override", "first", "--until", "2020-01-01 09:00"), "until: must be later than `from`"),
        (("override", "first", "--remove", "3f1c1a8e-0d5c-4b39-9a0e-0f9d9f3f3a11"), "There is no override"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert told in re.sub(r"\s+", " ", result.output)


def test_faults_of_the_sites_are_named_and_nothing_else_is_done(run: Run, sites: Path) -> None:
    site = yaml.safe_load((sites / "riverside.yaml").read_text(encoding="utf-8"))
    site["rosters"]["first"]["rotation"]["until"] = "2026-01-06 09:00"
    (sites / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    result = run("list")
    assert result.exit_code == 1
    assert "roster first: nobody is on call from" in result.output
