"""`goldenhour roster|clinicians|plans ...` on a real database."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
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
def goldenhour(engine: Engine, postgres: EmbeddedPostgres, sites: Path) -> Run:
    """Run `goldenhour ARGUMENT...`."""
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
    return lambda *arguments: CliRunner(env=environment).invoke(main, arguments)


@pytest.fixture
def run(goldenhour: Run) -> Run:
    """Run `goldenhour roster ARGUMENT...`."""
    return partial(goldenhour, "roster")


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
    site["rosters"]["first"]["rotation"]["clinicians"] = ["ghost"]
    (sites / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    result = run("list")
    assert result.exit_code == 1
    assert "roster first: ghost is not among the clinicians" in result.output


def test_a_roll_out_is_refused_where_a_roster_leaves_a_gap_and_a_start_is_not(
    goldenhour: Run, run: Run, sites: Path
) -> None:
    assert goldenhour("check").exit_code == 0
    site = yaml.safe_load((sites / "riverside.yaml").read_text(encoding="utf-8"))
    site["rosters"]["first"]["rotation"]["until"] = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d} 09:00"
    (sites / "riverside.yaml").write_text(yaml.safe_dump(site), encoding="utf-8")
    refused = goldenhour("check")
    assert refused.exit_code == 1
    assert "roster first: nobody is on call from" in refused.output
    assert run("list").exit_code == 0


def test_clinicians_are_listed_and_shown_without_their_numbers(goldenhour: Run) -> None:
    listed = goldenhour("clinicians", "list")
    assert "osei: first\n  sms       ...0101  good, verification never\n" in listed.stdout
    assert "moreau: not on call within a day" in listed.stdout
    assert goldenhour("clinicians", "show", "osei").stdout.startswith("osei, Dr Osei\n")
    unready = goldenhour("clinicians", "unready")
    assert (unready.exit_code, unready.stdout) == (
        1,
        "osei: on call on first\nlindqvist: on call on second\n",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("clinicians", "show", "ghost"), "has no clinician ghost"),
        (("clinicians", "check", "ghost", "sms"), "no clinician with this id"),
        (("clinicians", "check", "osei", "snpp"), "no address on this channel"),
        (("clinicians", "check", "osei", "smoke"), "'smoke' is not one of"),
        (("clinicians", "confirm", "osei", "sms", "123456"), "No check of this address is open"),
        (("plans", "show", "none_found"), "has no plan none_found"),
    ],
)
def test_who_and_what_is_not_there_is_said(goldenhour: Run, arguments: tuple[str, ...], told: str) -> None:
    result = goldenhour(*arguments)
    assert result.exit_code != 0
    assert told in re.sub(r"\s+", " ", result.output)


def test_plans_name_whom_each_step_would_page(goldenhour: Run) -> None:
    shown = goldenhour("plans", "show", "emergency").stdout
    assert "1. roster first, wait 0:00:04  (now: osei)" in shown
    assert goldenhour("plans", "list").stdout.startswith(shown)
