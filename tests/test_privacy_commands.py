"""`goldenhour erase|export|purge|audit|case`, and the rotation of data keys, on a real database."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger
from service.cli import main
from service.domain.assessment import Assessor
from service.settings import REPOSITORY
from service.usecases.seal_trail import SealTrail
from simulator.servers import EmbeddedPostgres
from tests.canary import CANARY
from tests.service_under_test import QUIET, TONIGHT, ServiceUnderTest

Run = Callable[..., Result]
OLD, NEW = (f"{name}:{base64.b64encode(bytes([n]) * 32).decode()}" for n, name in enumerate(("k1", "k2")))


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
        "GOLDENHOUR_DATA_KEYS": OLD,
        "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made up",
        "TWILIO_FROM": "+15550100000",
    }

    def run(*arguments: str, **more: str) -> Result:
        return CliRunner(env={**environment, **more}).invoke(main, arguments)

    return run


@pytest.fixture
def cipher() -> Cipher:
    """The key of the command line."""
    return Cipher({"k1": bytes(32)}, "k1")


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


def plainly(result: Result) -> str:
    return re.sub(r"\s+", " ", result.output)


def test_a_persons_words_are_exported_and_erased(
    goldenhour: Run, service: ServiceUnderTest, engine: Engine
) -> None:
    service.contact(QUIET)
    exported = json.loads(goldenhour("export", "riverside", "c1").stdout)
    assert exported["contact"]["contact"]["answers"][0]["text"].startswith(QUIET)
    assert exported["contact"]["assessments"][0]["urgency"] == "none_found"
    assert goldenhour("erase", "riverside", "c1").stdout == "erased: 1 answers, 1 assessments\n"
    after = goldenhour("export", "riverside", "c1").stdout
    assert CANARY not in after
    assert [entry["act"] for entry in json.loads(after)["trail"]] == [
        "assessed",
        "exported",
        "erased",
    ]
    with engine.connect() as connection:
        by = set(connection.scalars(text("SELECT actor FROM audit_entries WHERE act = 'erased'")))
    assert all(actor.startswith("the command line (") for actor in by)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("erase", "riverside", "c1"), "is not closed. Nothing was erased."),
        (("erase", "riverside", "nobody"), "There is no first contact with this id at this site."),
        (("export", "riverside", "nobody"), "There is no first contact with this id at this site."),
        (("erase", "elsewhere", "c1"), "name one of the sites"),
        (("case", "history", "ZZZZ"), "site riverside has no case ZZZZ"),
        (("audit", "verify", "--head", "x"), "head: must be `site:number:digest`"),
    ],
)
def test_what_cannot_be_done_is_said(
    goldenhour: Run, service: ServiceUnderTest, arguments: tuple[str, ...], told: str
) -> None:
    service.contact(TONIGHT)
    result = goldenhour(*arguments)
    assert result.exit_code == 1
    assert told in plainly(result)


def test_a_site_forgets_after_a_year_unless_it_says_never(
    goldenhour: Run, service: ServiceUnderTest, sites: Path, engine: Engine
) -> None:
    service.contact(QUIET)
    with engine.begin() as connection:
        for table, column in (
            ("first_contacts", "created_at"),
            ("answers", "received_at"),
            ("assessments", "made_at"),
        ):
            connection.execute(text(f"UPDATE {table} SET {column} = {column} - interval '364 days'"))
    assert "the words of 0 first contacts" in goldenhour("purge").stdout
    with (sites / "riverside.yaml").open("a", encoding="utf-8") as file:
        file.write("\nretention: never\n")
    refused = goldenhour("purge")
    assert refused.exit_code == 1
    assert "`retention: never`: nothing is ever purged" in plainly(refused)
    site = (sites / "riverside.yaml").read_text(encoding="utf-8").replace("retention: never", "")
    (sites / "riverside.yaml").write_text(site, encoding="utf-8")
    with engine.begin() as connection:
        connection.execute(text("UPDATE first_contacts SET created_at = created_at - interval '2 days'"))
        connection.execute(text("UPDATE answers SET received_at = received_at - interval '2 days'"))
        connection.execute(text("UPDATE assessments SET made_at = made_at - interval '2 days'"))
    assert "the words of 1 first contacts" in goldenhour("purge").stdout


def test_a_site_with_a_retention_is_purged_by_hand(
    goldenhour: Run, service: ServiceUnderTest, sites: Path, engine: Engine
) -> None:
    with (sites / "riverside.yaml").open("a", encoding="utf-8") as file:
        file.write("\nretention: 30d\n")
    service.contact(QUIET)
    assert "the words of 0 first contacts" in goldenhour("purge").stdout
    with engine.begin() as connection:
        connection.execute(text("UPDATE first_contacts SET created_at = created_at - interval '31 days'"))
        connection.execute(text("UPDATE answers SET received_at = received_at - interval '31 days'"))
        connection.execute(text("UPDATE assessments SET made_at = made_at - interval '31 days'"))
    assert "the words of 1 first contacts" in goldenhour("purge").stdout


def test_who_knew_what_when_is_one_command_for_a_case(goldenhour: Run, service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    service.work()
    code = service.case().code
    told = goldenhour("case", "history", code.lower()).stdout.splitlines()
    assert told[0].startswith(f"{code}  {service.case().case_id}  emergency, open")
    assert any("paged  osei  sms, round 1, step 1  [sms]  (by the service)" in line for line in told)
    assert any("page by sms: accepted  [sms SM" in line for line in told)
    assert any("assessed  1 new answers; emergency  rules " in line for line in told)
    again = goldenhour("case", "--site", "riverside", "history", str(service.case().case_id)).stdout
    assert "history_read" in again
    assert CANARY not in again


def test_the_trail_is_proved_with_a_head_that_was_kept_and_tampering_ends_with_status_1(
    goldenhour: Run, service: ServiceUnderTest, ledger: PostgresLedger, engine: Engine
) -> None:
    service.contact(TONIGHT)
    SealTrail(ledger)()
    head = goldenhour("audit", "head").stdout.strip()
    assert re.fullmatch(r"riverside:\d+:[0-9a-f]{64}", head)
    well = goldenhour("audit", "verify", "--head", head)
    assert (well.exit_code, well.stdout) == (0, f"riverside: {head.split(':')[1]} entries are whole\n")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE audit_entries SET detail = 'x' WHERE number = 1"))
    changed = goldenhour("audit", "verify", "--site", "riverside")
    assert (changed.exit_code, changed.stdout) == (
        1,
        "riverside: entry 1 was changed after it was written\n",
    )


def test_audit_without_a_command_is_still_the_auditor(goldenhour: Run) -> None:
    audited = goldenhour("audit")
    assert (audited.exit_code, "is on call within a day" in audited.stdout) == (1, True)


def test_data_keys_are_rotated_and_the_old_one_may_go(
    goldenhour: Run, service: ServiceUnderTest, ledger: PostgresLedger
) -> None:
    service.contact(QUIET)
    waiting = goldenhour("keys", "rotate", GOLDENHOUR_DATA_KEYS=f"{NEW},{OLD}")
    assert (waiting.exit_code, "k1 is still needed for 1 values" in waiting.stdout) == (1, True)
    SealTrail(ledger)()
    rotated = goldenhour("keys", "rotate", GOLDENHOUR_DATA_KEYS=f"{NEW},{OLD}")
    assert (rotated.exit_code, rotated.stdout.splitlines()[-1]) == (
        0,
        "no other data key is needed any more",
    )
    exported = json.loads(goldenhour("export", "riverside", "c1", GOLDENHOUR_DATA_KEYS=NEW).stdout)
    assert exported["contact"]["contact"]["answers"][0]["text"].startswith(QUIET)
