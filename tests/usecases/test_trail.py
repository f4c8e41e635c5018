"""The audit trail: everything that is done and read is in it, and whatever becomes of it shows."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger
from service.domain.delivery import PageState
from service.domain.escalation import EventKind
from service.domain.trail import Deed, Head
from service.usecases.acting import acting_as
from service.usecases.ports import DeliveryReport
from service.usecases.read_contacts import ReadContacts
from service.usecases.read_trail import ReadTrail
from service.usecases.seal_trail import SealTrail
from tests.canary import CANARY
from tests.service_under_test import OSEI, QUIET, TONIGHT, ServiceUnderTest

SITE = "riverside"


@pytest.fixture
def trail(ledger: PostgresLedger) -> ReadTrail:
    return ReadTrail(ledger)


@pytest.fixture
def seal(ledger: PostgresLedger) -> SealTrail:
    return SealTrail(ledger)


@pytest.fixture
def tamper(engine: Engine) -> Callable[[str], None]:
    """What somebody does who owns the database."""

    def do(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement))

    return do


@pytest.fixture
def sealed(service: ServiceUnderTest, seal: SealTrail) -> ServiceUnderTest:
    """A service at which one contact was paged for and taken, all of it sealed."""
    service.contact(TONIGHT)
    service.work()
    service.reply("SM1", OSEI, f"ack {service.case().code}")
    seal()
    return service


def acts(service: ServiceUnderTest, trail: ReadTrail) -> list[str]:
    found = trail.history(SITE, service.case().case_id)
    assert found is not None
    return [entry.act for entry in found.entries]


def faults(trail: ReadTrail, *heads: Head) -> list[str]:
    return [fault for proof in trail.verify(SITE, heads) for fault in proof.faults]


def test_every_event_of_a_timeline_is_in_the_trail_and_the_assessment_with_its_rules(
    sealed: ServiceUnderTest, trail: ReadTrail
) -> None:
    timeline = sealed.timeline(sealed.case().case_id)
    history = trail.history(SITE, sealed.case().code)
    assert history is not None
    told = [entry.act for entry in history.entries if entry.act in {kind.value for kind in EventKind}]
    assert told == [entry.event.kind.value for entry in timeline]
    (assessed,) = (entry for entry in history.entries if entry.act == Deed.ASSESSED)
    assert (assessed.contact_id, assessed.detail) == ("c1", "1 new answers; emergency")
    assert assessed.rules == sealed.assessor.rules


def test_a_reply_is_the_clinicians_act_over_its_channel_with_the_carriers_own_id(
    sealed: ServiceUnderTest, trail: ReadTrail
) -> None:
    history = trail.history(SITE, sealed.case().case_id)
    assert history is not None
    (taken,) = (entry for entry in history.entries if entry.act == EventKind.ACKNOWLEDGED)
    assert (taken.actor, taken.clinician, taken.channel, taken.provider_id) == (
        "clinician osei over sms",
        "osei",
        "sms",
        "SM1",
    )


def test_what_became_of_a_page_carries_the_carriers_id_and_says_who_told(
    service: ServiceUnderTest, trail: ReadTrail
) -> None:
    service.contact(TONIGHT)
    (page,) = service.doorbell.rung
    service.work()
    service.report(page, DeliveryReport(PageState.DELIVERED, "SM" + "0" * 32, ""))
    history = trail.history(SITE, service.case().case_id)
    assert history is not None
    accepted, delivered = (e for e in history.entries if e.act == EventKind.PAGE_STATE)
    assert (accepted.channel, accepted.provider_id) == ("sms", "SM" + "0" * 32)
    assert (accepted.actor, delivered.actor) == ("the service", "the carrier")


def test_reading_is_told_with_whoever_reads(service: ServiceUnderTest, trail: ReadTrail) -> None:
    service.contact(TONIGHT)
    with acting_as("key intake (ab12)"):
        service.read.assessment(SITE, "c1")
        service.read.case(SITE, service.case().case_id)
        ReadContacts(service.ledger).contact(SITE, "c1")
        service.contact(TONIGHT)
        trail.history(SITE, service.case().code)
    history = trail.history(SITE, service.case().case_id)
    assert history is not None
    assert [entry.act for entry in history.entries if entry.actor == "key intake (ab12)"] == [
        Deed.ASSESSMENT_READ,
        Deed.CASE_READ,
        Deed.EXPLAINED,
        Deed.SENT_AGAIN,
        Deed.HISTORY_READ,
    ]


def test_what_is_not_there_is_not_read(service: ServiceUnderTest, trail: ReadTrail, engine: Engine) -> None:
    service.read.assessment(SITE, "nobody")
    ReadContacts(service.ledger).contact("elsewhere", "c1")
    assert trail.history(SITE, "ZZZZ") is None
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_entries")) == 0


def test_the_trail_never_holds_a_persons_words(sealed: ServiceUnderTest, engine: Engine) -> None:
    sealed.read.assessment(SITE, "c1")
    with engine.connect() as connection:
        rows = connection.scalars(text("SELECT row_to_json(t)::text FROM audit_entries t")).all()
    assert rows
    assert not any(CANARY in row or "tonight" in row for row in rows)


def test_what_is_rolled_back_was_not_done(service: ServiceUnderTest, ledger: PostgresLedger) -> None:
    def undone_part() -> None:
        with tx.savepoint():
            tx.note(Deed.EXPLAINED, SITE, contact_id="undone")
            raise ArithmeticError

    with ledger.transaction() as tx:
        tx.note(Deed.EXPLAINED, SITE, contact_id="kept")
        with pytest.raises(ArithmeticError):
            undone_part()
    with ledger.transaction() as tx:
        assert [e.contact_id for e in tx.contact_trail(SITE, "kept")] == ["kept"]
        assert tx.contact_trail(SITE, "undone") == ()


def test_what_becomes_of_an_address_is_in_the_trail(service: ServiceUnderTest, engine: Engine) -> None:
    service.reply("SM1", OSEI, "STOP")
    with engine.connect() as connection:
        of_it = (
            "SELECT actor, clinician, detail, provider_id FROM audit_entries WHERE act = 'address_changed'"
        )
        told = connection.execute(text(of_it)).one()
    assert tuple(told) == ("clinician osei over sms", "osei", "sms: died opted_out", "SM1")


def test_a_whole_chain_is_proved_and_nothing_in_it_waits(sealed: ServiceUnderTest, trail: ReadTrail) -> None:
    (proof,) = trail.verify(SITE)
    assert proof.faults == ()
    assert proof.head is not None
    assert proof.head.number == len(acts(sealed, trail))


@pytest.mark.parametrize("column", ["actor", "act", "detail", "contact_id", "at", "clinician", "provider_id"])
def test_an_edit_of_any_field_shows(
    sealed: ServiceUnderTest, trail: ReadTrail, tamper: Callable[[str], None], column: str
) -> None:
    value = "now()" if column == "at" else "'somebody else'"
    tamper(f"UPDATE audit_entries SET {column} = {value} WHERE number = 2")
    assert faults(trail) == ["entry 2 was changed after it was written"]


def test_a_deletion_shows(sealed: ServiceUnderTest, trail: ReadTrail, tamper: Callable[[str], None]) -> None:
    tamper("DELETE FROM audit_entries WHERE number = 2")
    assert faults(trail) == ["entry 2 is missing"]


def test_a_deletion_that_closes_the_gap_shows(
    sealed: ServiceUnderTest, trail: ReadTrail, tamper: Callable[[str], None]
) -> None:
    tamper("DELETE FROM audit_entries WHERE number = 2")
    tamper("UPDATE audit_entries SET number = -number WHERE number > 2")
    tamper("UPDATE audit_entries SET number = -number - 1 WHERE number < 0")
    assert "entry 2 is not the one that was sealed in this place" in faults(trail)


def test_a_swap_shows(sealed: ServiceUnderTest, trail: ReadTrail, tamper: Callable[[str], None]) -> None:
    tamper("""
        UPDATE audit_entries a SET number = -b.number, previous = b.previous, digest = b.digest
        FROM audit_entries b WHERE (a.number, b.number) IN ((2, 3), (3, 2))
    """)
    tamper("UPDATE audit_entries SET number = -number WHERE number < 0")
    assert faults(trail) == [
        "entry 2 is not the one that was sealed in this place",
        "entry 3 is not the one that was sealed in this place",
    ]


def test_a_chain_that_was_cut_short_shows_by_a_head_that_was_kept(
    sealed: ServiceUnderTest, trail: ReadTrail, seal: SealTrail, tamper: Callable[[str], None]
) -> None:
    (head,) = trail.heads()
    assert faults(trail, head) == []
    tamper(f"DELETE FROM audit_entries WHERE number > {head.number - 2}")
    assert faults(trail) == []  # by itself it looks whole
    assert faults(trail, head) == [
        f"the chain was cut short: it had {head.number} entries and ends at {head.number - 2}"
    ]
    for _ in range(3):
        sealed.read.assessment(SITE, "c1")
    seal()
    assert faults(trail, head) == [f"entry {head.number} is not the one that was the head"]


def test_a_head_stays_good_while_the_chain_grows(
    sealed: ServiceUnderTest, trail: ReadTrail, seal: SealTrail
) -> None:
    (head,) = trail.heads()
    sealed.read.assessment(SITE, "c1")
    seal()
    assert faults(trail, head) == []
    assert trail.heads()[0].number == head.number + 1


def test_whoever_only_writes_to_the_database_adds_nothing(
    sealed: ServiceUnderTest, trail: ReadTrail, seal: SealTrail, tamper: Callable[[str], None]
) -> None:
    """Neither something made up nor a copy of something true is ever sealed, and it is found."""
    columns = "site, at, actor, act, contact_id, case_id, clinician, detail, channel, provider_id, rules, key_id, mark"
    tamper(
        f"INSERT INTO audit_entries (entry_id, {columns}) SELECT gen_random_uuid(), {columns}"
        " FROM audit_entries WHERE number = 1"
    )
    (before,) = trail.heads()
    seal()
    assert trail.heads() == (before,)
    tamper("UPDATE audit_entries SET at = at - interval '2 minutes' WHERE number IS NULL")
    assert faults(trail) == ["1 entries wait for more than a minute, or were not written by this service"]
    found, _ = sealed.audit.audit()
    assert (SITE, "1 entries of the audit trail are not sealed") in [(f.site, f.what) for f in found]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET detail = 'x' WHERE number = 1",
        "UPDATE audit_entries SET detail = 'x' WHERE number IS NULL",
        "UPDATE audit_entries SET number = 99, previous = '', digest = '', detail = 'x' WHERE number IS NULL",
        "DELETE FROM audit_entries WHERE number = 1",
        "DELETE FROM audit_entries WHERE number IS NULL",
        "TRUNCATE audit_entries",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(
    sealed: ServiceUnderTest, engine: Engine, statement: str
) -> None:
    sealed.read.assessment(SITE, "c1")
    with pytest.raises(DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_role_that_only_serves_cannot_take_the_trigger_off(
    sealed: ServiceUnderTest, engine: Engine, seal: SealTrail
) -> None:
    """With the grants that the data-flow page names it writes and seals, and that is all it can do."""
    sealed.read.assessment(SITE, "c1")
    columns = "site, at, actor, act, detail, channel, provider_id, rules, key_id, mark"
    written = f"INSERT INTO audit_entries (entry_id, {columns}) SELECT gen_random_uuid(), {columns} FROM audit_entries WHERE number = 1"
    placed = "UPDATE audit_entries SET number = 999, previous = mark, digest = mark WHERE number IS NULL AND act = 'assessment_read'"
    refused = (
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_entries_stand ON audit_entries",
        "SET session_replication_role = replica",
        "UPDATE audit_entries SET detail = 'x' WHERE number IS NULL",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    )
    with engine.connect() as connection:
        connection.execute(text("CREATE ROLE serves"))
        connection.execute(text("GRANT SELECT, INSERT ON audit_entries TO serves"))
        connection.execute(text("GRANT UPDATE (number, previous, digest) ON audit_entries TO serves"))
        connection.execute(text("SET LOCAL ROLE serves"))
        connection.execute(text(written))
        connection.execute(text(placed))
        for statement in refused:
            with pytest.raises(DBAPIError, match=r"denied|must be owner"), connection.begin_nested():
                connection.execute(text(statement))
        connection.rollback()


def test_transactions_at_once_and_sealers_at_once_make_one_whole_chain(
    service: ServiceUnderTest, ledger: PostgresLedger, trail: ReadTrail
) -> None:
    """Rows are numbered in another order than they are committed in: none is lost, none is sealed twice."""
    done = threading.Event()

    def write(name: int) -> None:
        for turn in range(20):
            with ledger.transaction() as tx:
                tx.note(Deed.EXPLAINED, SITE, contact_id=f"{name}")
                tx.note(Deed.EXPLAINED, SITE, contact_id=f"{name}", detail=str(turn))

    def keep_sealing() -> None:
        while not done.is_set():
            SealTrail(ledger)()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    SealTrail(ledger)()
    (proof,) = trail.verify(SITE)
    assert proof.faults == ()
    assert proof.head is not None
    assert proof.head.number == 120


def test_an_entry_that_is_committed_late_is_sealed_behind_those_that_came_before_it(
    ledger: PostgresLedger, trail: ReadTrail, seal: SealTrail
) -> None:
    with ledger.transaction() as slow:
        slow.note(Deed.EXPLAINED, SITE, contact_id="slow")
        slow.put_notes()
        slow.write()
        with ledger.transaction() as quick:
            quick.note(Deed.EXPLAINED, SITE, contact_id="quick")
        seal()
    seal()
    with ledger.transaction() as tx:
        assert [e.number for e in tx.contact_trail(SITE, "quick")] == [1]
        assert [e.number for e in tx.contact_trail(SITE, "slow")] == [2]
    assert faults(trail) == []


def test_sites_have_chains_of_their_own(ledger: PostgresLedger, trail: ReadTrail, seal: SealTrail) -> None:
    with ledger.transaction() as tx:
        for site in ("a", "b", "a", ""):
            tx.note(Deed.EXPLAINED, site)
    seal()
    assert [(head.site, head.number) for head in trail.heads()] == [("", 1), ("a", 2), ("b", 1)]
    assert all(not proof.faults for proof in trail.verify(None))


def test_without_its_key_an_entry_cannot_be_proved_and_nothing_new_is_held_up(
    sealed: ServiceUnderTest, engine: Engine
) -> None:
    other = PostgresLedger(engine, Cipher({"k2": bytes(32)}, "k2"))
    with other.transaction() as tx:
        tx.note(Deed.EXPLAINED, SITE, contact_id="c1")
    SealTrail(other)()
    (proof,) = ReadTrail(other).verify(SITE)
    assert proof.head is not None
    assert len(proof.faults) == proof.head.number - 1
    assert "the key that it was written under is gone" in proof.faults[0]


def test_the_heads_are_logged_once_an_hour(
    service: ServiceUnderTest, seal: SealTrail, trail: ReadTrail, caplog: pytest.LogCaptureFixture
) -> None:
    service.contact(QUIET)
    with caplog.at_level("INFO"):
        seal()
        seal()
    (told,) = [record for record in caplog.records if record.message == "the head of the audit trail"]
    assert Head(told.__dict__["site"], told.__dict__["number"], told.__dict__["digest"]) in trail.heads()
