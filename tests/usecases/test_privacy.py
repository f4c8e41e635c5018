"""What a person may ask for: their words erased, all that is held of them; and what nobody keeps for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger
from service.adapters.postgres.reseal import KINDS
from service.adapters.postgres.tables import metadata
from service.domain.answers import FirstContact, TextAnswer
from service.domain.assessment import Assessor
from service.domain.channel import Channel
from service.domain.errors import Conflict, NotFound, WordsErased
from service.domain.site import Site
from service.domain.trail import Deed
from service.usecases.erase_contact import EraseContact, PurgeContacts
from service.usecases.export_contact import ExportContact
from service.usecases.ports import Erased, KeyGone
from service.usecases.read_cases import ReadCases
from service.usecases.read_contacts import ReadContacts
from service.usecases.read_trail import ReadTrail
from service.usecases.rotate_data_keys import RotateDataKeys
from service.usecases.seal_trail import SealTrail
from tests.database import TimeMachine
from tests.service_under_test import QUIET, TONIGHT, ServiceUnderTest, said

SITE = "riverside"
K1, K2 = b"0123456789" * 3 + b"01", bytes(32)


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def close(service: ServiceUnderTest, contact_id: str = "c1") -> None:
    service.decide.close(SITE, service.case(contact_id).case_id, "osei", "spoken_to")


@pytest.fixture
def erase(ledger: PostgresLedger) -> EraseContact:
    return EraseContact(ledger)


def test_erased_words_are_gone_and_the_case_keeps_code_times_and_disposition(
    service: ServiceUnderTest, erase: EraseContact, engine: Engine
) -> None:
    service.contact(TONIGHT, QUIET)
    service.work()
    close(service)
    before, timeline = service.case(), service.timeline(service.case().case_id)
    assert erase(SITE, "c1") == Erased(answers=2, assessments=1)
    assert (count(engine, "answers"), count(engine, "assessments")) == (0, 0)
    assert service.case() == before
    assert service.timeline(before.case_id) == timeline


def test_the_trail_stays_whole_after_words_were_erased_and_tells_of_it(
    service: ServiceUnderTest, erase: EraseContact, ledger: PostgresLedger
) -> None:
    service.contact(TONIGHT)
    close(service)
    SealTrail(ledger)()
    (head,) = ReadTrail(ledger).heads()
    erase(SITE, "c1")
    SealTrail(ledger)()
    assert [proof.faults for proof in ReadTrail(ledger).verify(SITE, [head])] == [()]
    history = ReadTrail(ledger).history(SITE, service.case().code)
    assert history is not None
    assert (history.entries[-1].act, history.entries[-1].detail) == (
        Deed.ERASED,
        "1 answers, 1 assessments",
    )


def test_an_erased_assessment_is_said_to_be_erased(service: ServiceUnderTest, erase: EraseContact) -> None:
    service.contact(TONIGHT)
    close(service)
    erase(SITE, "c1")
    with pytest.raises(WordsErased):
        service.read.assessment(SITE, "c1")


def test_the_age_goes_with_the_words(service: ServiceUnderTest, erase: EraseContact) -> None:
    service.receive.create(SITE, FirstContact("c1", (TextAnswer("a1", QUIET),), age=44))
    erase(SITE, "c1")
    contact = ReadContacts(service.ledger).contact(SITE, "c1")
    assert contact is not None
    assert (contact.age, contact.answers) == (None, ())


@pytest.mark.parametrize("taken", [False, True])
def test_words_that_somebody_may_need_now_are_not_erased(
    service: ServiceUnderTest, erase: EraseContact, engine: Engine, *, taken: bool
) -> None:
    service.contact(TONIGHT)
    if taken:
        service.decide.acknowledge(SITE, service.case().case_id, "osei")
    with pytest.raises(Conflict, match="is not closed"):
        erase(SITE, "c1")
    assert count(engine, "answers") == 1


def test_what_cannot_be_opened_any_more_can_be_erased(service: ServiceUnderTest, engine: Engine) -> None:
    service.contact(QUIET)
    blind = EraseContact(PostgresLedger(engine, Cipher({"k2": K2}, "k2")))
    assert blind(SITE, "c1") == Erased(1, 1)


def test_what_is_sent_after_a_purge_is_purged_in_its_turn(
    service: ServiceUnderTest, purge: PurgeContacts, later: Callable[[float], None], engine: Engine
) -> None:
    service.contact(QUIET)
    later(31)
    assert purge.all(SITE) == 1
    service.contact(QUIET)
    assert purge.all(SITE) == 0
    later(31)
    assert purge.all(SITE) == 1
    assert count(engine, "answers") == 0


def test_somebody_in_need_is_heard_again_after_an_erasure(
    service: ServiceUnderTest, erase: EraseContact
) -> None:
    service.contact(QUIET)
    erase(SITE, "c1")
    service.contact(TONIGHT)
    service.work()
    assert service.carrier.received
    assert service.read.assessment(SITE, "c1") is not None


@pytest.mark.parametrize("contact_id", ["c1", "nobody"])
def test_only_a_contact_of_the_site_can_be_erased(
    service: ServiceUnderTest, erase: EraseContact, contact_id: str
) -> None:
    service.contact(QUIET)
    with pytest.raises(NotFound):
        erase("elsewhere", contact_id)


# retention


@pytest.fixture
def kept_a_month(service: ServiceUnderTest) -> Site:
    return replace(service.site, retention=timedelta(days=30))


@pytest.fixture
def purge(ledger: PostgresLedger, kept_a_month: Site) -> PurgeContacts:
    return PurgeContacts(ledger, {SITE: kept_a_month})


@pytest.fixture
def later(engine: Engine, time_machine: TimeMachine) -> Callable[[float], None]:
    """Let so many days pass, for what is kept of people, too."""

    def pass_days(days: float) -> None:
        time_machine.forward(days * 86_400)
        with engine.begin() as connection:
            for table, column in (
                ("first_contacts", "created_at"),
                ("answers", "received_at"),
                ("assessments", "made_at"),
                ("case_events", "at"),
            ):
                moved = f"UPDATE {table} SET {column} = {column} - make_interval(days => :days)"
                connection.execute(text(moved), {"days": days})

    return pass_days


def test_words_are_purged_once_their_time_is_over(
    service: ServiceUnderTest, purge: PurgeContacts, later: Callable[[float], None], engine: Engine
) -> None:
    service.contact(QUIET)
    later(29)
    assert purge.all(SITE) == 0
    later(2)
    assert purge.all(SITE) == 1
    assert purge.all(SITE) == 0
    assert (count(engine, "answers"), count(engine, "assessments"), count(engine, "first_contacts")) == (
        0,
        0,
        1,
    )


@pytest.mark.parametrize("taken", [False, True])
def test_a_contact_with_an_open_case_is_never_purged(
    service: ServiceUnderTest,
    purge: PurgeContacts,
    later: Callable[[float], None],
    engine: Engine,
    *,
    taken: bool,
) -> None:
    service.contact(TONIGHT)
    if taken:
        service.decide.acknowledge(SITE, service.case().case_id, "osei")
    later(400)
    assert purge.all(SITE) == 0
    close(service)
    assert purge.all(SITE) == 0  # its time runs from when it was closed
    later(31)
    assert purge.all(SITE) == 1


def test_a_new_answer_keeps_what_was_said_before(
    service: ServiceUnderTest, purge: PurgeContacts, later: Callable[[float], None]
) -> None:
    service.contact(QUIET)
    later(31)
    service.receive.add(SITE, FirstContact("c1", (said(QUIET, "a2"),)))
    assert purge.all(SITE) == 0


def test_a_site_without_a_retention_keeps_everything(
    service: ServiceUnderTest, ledger: PostgresLedger, later: Callable[[float], None]
) -> None:
    service.contact(QUIET)
    later(4000)
    assert PurgeContacts(ledger, {SITE: service.site}).all(SITE) == 0


def test_the_sweeper_purges_by_itself_once_a_minute(
    service: ServiceUnderTest, purge: PurgeContacts, later: Callable[[float], None], engine: Engine
) -> None:
    for number in range(3):
        service.contact(QUIET, contact_id=f"c{number}")
    later(31)
    assert purge() == []
    assert count(engine, "answers") == 0
    with engine.connect() as connection:
        told = connection.scalars(text("SELECT contact_id FROM audit_entries WHERE act = 'purged'")).all()
    assert sorted(told) == ["c0", "c1", "c2"]


# export


def test_an_export_holds_everything_and_who_read_it(
    service: ServiceUnderTest, ledger: PostgresLedger
) -> None:
    service.contact(TONIGHT, QUIET)
    service.work()
    service.read.assessment(SITE, "c1")
    held = ExportContact(ledger)(SITE, "c1")
    assert [answer.answer_id for answer in held.contact.contact.answers] == ["a1", "a2"]
    assert set(held.contact.received_at) == {"a1", "a2"}
    (assessment,) = held.contact.assessments
    assert assessment.assessment == service.read.assessment(SITE, "c1")
    (case,) = held.cases
    assert (case.case, case.timeline) == (service.case(), service.timeline(service.case().case_id))
    assert [(page.clinician, page.channel) for page in case.pages] == [("osei", Channel.SMS)]
    assert [e.act for e in held.trail if e.act.endswith("_read")] == [Deed.ASSESSMENT_READ]
    again = ExportContact(ledger)(SITE, "c1")
    assert Deed.EXPORTED in {entry.act for entry in again.trail}


def test_nobody_elses_data_is_in_an_export(service: ServiceUnderTest, ledger: PostgresLedger) -> None:
    service.contact(TONIGHT)
    service.contact(TONIGHT, contact_id="c2")
    held = ExportContact(ledger)(SITE, "c1")
    assert [case.case.contact_id for case in held.cases] == ["c1"]
    of_other = service.case("c2").case_id
    assert not [e for e in held.trail if e.contact_id == "c2" or e.case_id == of_other]
    with pytest.raises(NotFound):
        ExportContact(ledger)("elsewhere", "c1")


# data keys


def quiet(_: str) -> None:
    pass


@pytest.fixture
def both_keys(engine: Engine) -> PostgresLedger:
    """As after the new key was put first, with the old one behind it."""
    return PostgresLedger(engine, Cipher({"k2": K2, "k1": K1}, "k2"))


@pytest.fixture
def new_key_only(engine: Engine) -> PostgresLedger:
    return PostgresLedger(engine, Cipher({"k2": K2}, "k2"))


def test_after_a_rotation_the_old_key_may_go(
    service: ServiceUnderTest,
    both_keys: PostgresLedger,
    new_key_only: PostgresLedger,
    assessor: Assessor,
) -> None:
    service.contact(TONIGHT, QUIET)
    check = service.check_address.start(SITE, "osei", Channel.SMS)
    SealTrail(service.ledger)()
    before = service.read.assessment(SITE, "c1")
    SealTrail(service.ledger)()
    rotated = RotateDataKeys(both_keys)(quiet)
    assert (rotated.resealed, rotated.unreadable, rotated.left) == (4, 0, {})
    SealTrail(both_keys)()
    after = ServiceUnderTest(new_key_only, assessor)
    assert after.read.assessment(SITE, "c1") == before
    contact = ReadContacts(new_key_only).contact(SITE, "c1")
    assert contact is not None
    assert (len(contact.answers), contact.unreadable) == (2, ())
    with new_key_only.transaction() as tx:
        assert tx.check(check.case_id) is not None
    SealTrail(new_key_only)()
    assert [proof.faults for proof in ReadTrail(new_key_only).verify(None)] == [(), ()]


def test_a_rotation_that_was_broken_off_does_what_is_left(
    service: ServiceUnderTest, both_keys: PostgresLedger
) -> None:
    service.contact(*(f"{QUIET} {number}" for number in range(7)))
    SealTrail(service.ledger)()
    with both_keys.transaction() as tx:
        first = tx.reseal("answers", None, 3)
    assert (first.count, first.last is None) == (3, False)
    assert RotateDataKeys(both_keys)(quiet).resealed == 4 + 1  # answers and one assessment
    assert RotateDataKeys(both_keys)(quiet).resealed == 0


def test_what_a_process_with_the_old_key_first_still_writes_is_named_and_done_the_next_time(
    service: ServiceUnderTest, both_keys: PostgresLedger
) -> None:
    RotateDataKeys(both_keys)(quiet)
    service.contact(QUIET)
    with both_keys.transaction() as tx:
        assert dict(tx.sealed_by_others()) == {
            "k1": 3
        }  # an answer, an assessment, and an entry not sealed yet
    SealTrail(both_keys)()
    assert RotateDataKeys(both_keys)(quiet).left == {}


def test_what_no_key_opens_is_counted_and_left_as_it_is(
    service: ServiceUnderTest, new_key_only: PostgresLedger, ledger: PostgresLedger
) -> None:
    service.contact(QUIET)
    SealTrail(ledger)()
    rotated = RotateDataKeys(new_key_only)(quiet)
    assert (rotated.resealed, rotated.unreadable, rotated.left) == (0, 2, {"k1": 2})
    assert service.read.assessment(SITE, "c1") is not None
    with pytest.raises(KeyGone):
        ReadCases(new_key_only).assessment(SITE, "c1")


def test_answers_go_on_being_taken_in_while_keys_rotate(
    service: ServiceUnderTest, both_keys: PostgresLedger, assessor: Assessor
) -> None:
    service.contact(*(f"{QUIET} {number}" for number in range(5)))
    SealTrail(service.ledger)()
    online = ServiceUnderTest(both_keys, assessor)

    def meanwhile(kind: str) -> None:
        online.receive.add(SITE, FirstContact("c1", (said(QUIET, f"while {kind}"),)))

    assert RotateDataKeys(both_keys)(meanwhile).left == {}
    contact = ReadContacts(both_keys).contact(SITE, "c1")
    assert contact is not None
    assert (len(contact.answers), contact.unreadable) == (5 + len(KINDS), ())


def test_every_table_that_holds_something_sealed_is_rotated() -> None:
    sealed = {table.name for table in metadata.sorted_tables if "sealed" in table.columns}
    assert {kind.table.name for kind in KINDS.values()} == sealed
