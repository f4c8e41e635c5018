"""One bad row never stalls the sweep, and two sweepers never take the same step twice."""

from __future__ import annotations

from threading import Barrier, Thread

from sqlalchemy import Engine, text

from service.domain.escalation import EventKind
from tests.service_under_test import HOPELESS, LINDQVIST, MOREAU, OSEI, TONIGHT, ServiceUnderTest


def test_a_case_that_cannot_be_advanced_holds_up_no_other(service: ServiceUnderTest, engine: Engine) -> None:
    service.contact(HOPELESS, contact_id="broken")
    service.contact(HOPELESS, contact_id="sound")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() - interval '1 minute'"))
        connection.execute(
            text("UPDATE cases SET site = 'gone', urgency_rank = 9 WHERE contact_id = 'broken'")
        )
    service.sweep()
    service.work()
    assert sum("a case waits" in sent for sent in service.texts_to(OSEI)) == 1
    with service.ledger.transaction() as tx:
        overview = tx.overview()
    assert (overview.overdue, overview.alarms) == (0, 1)
    assert sum("the service itself needs help" in sent for sent in service.texts_to(OSEI)) == 1


def test_of_a_trouble_that_cannot_be_advanced_no_other_is_made(
    service: ServiceUnderTest, engine: Engine
) -> None:
    with service.ledger.transaction() as tx:
        service.paging.open_trouble(tx, service.site, "something")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET site = 'gone'"))
    service.sweep()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*), bool_and(alarm) FROM cases")).one() == (1, True)


def test_two_sweepers_at_once_page_each_case_once(service: ServiceUnderTest, engine: Engine) -> None:
    for number in range(20):
        service.contact(HOPELESS, contact_id=f"c{number}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() - interval '1 minute'"))
    together = Barrier(2)

    def sweep() -> None:
        together.wait()
        service.advance()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pages")) == 20


def test_the_most_pressing_case_is_advanced_first(service: ServiceUnderTest, engine: Engine) -> None:
    service.contact(HOPELESS, contact_id="soon")
    service.contact(TONIGHT, contact_id="emergency")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() - interval '1 minute'"))
    with service.ledger.transaction() as tx:
        first = tx.lock_due_case(besides=())
        assert first is not None
        assert tx.due_case(first).contact_id == "emergency"


def test_the_most_pressing_page_goes_first_and_the_oldest_is_not_forgotten(
    service: ServiceUnderTest, engine: Engine
) -> None:
    service.contact(HOPELESS, contact_id="soon")
    service.contact(TONIGHT, contact_id="emergency")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() WHERE contact_id = 'soon'"))
    service.advance()
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE pages SET not_before = not_before - interval '1 hour' WHERE case_id ="
                " (SELECT case_id FROM cases WHERE contact_id = 'soon')"
            )
        )
    with service.ledger.transaction() as tx:
        pages = [tx.page(page_id) for page_id in tx.due_pages(tx.now, 100)]
        oldest = tx.due_pages(tx.now, 1)
    assert [page.case_id for page in pages if page] == [
        service.case(contact).case_id for contact in ("emergency", "soon")
    ]
    assert len(oldest) == 2


def test_a_case_whose_plan_cannot_be_read_pages_everyone_and_is_taken_like_any_other(
    service: ServiceUnderTest, engine: Engine
) -> None:
    service.contact(HOPELESS, contact_id="broken")
    service.contact(HOPELESS, contact_id="sound")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() - interval '1 minute'"))
        connection.execute(
            text("UPDATE cases SET plan = plan - 'repeats', urgency_rank = 9 WHERE contact_id = 'broken'")
        )
    service.sweep()
    service.work()
    broken = service.case("broken")
    for number in (OSEI, LINDQVIST, MOREAU):
        assert any(broken.code in sent for sent in service.texts_to(number))
    assert broken.alarm
    assert service.kinds("sound").count(EventKind.PAGED) == 1
    service.decide.acknowledge("riverside", broken.case_id, "osei")
    assert service.case("broken").owner == "osei"


def test_setting_a_case_aside_never_touches_what_a_human_did_meanwhile(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    case_id = service.case().case_id
    service.decide.acknowledge("riverside", case_id, "osei")
    taken = service.case()
    with service.ledger.transaction() as tx:
        assert tx.set_case_aside(case_id, tx.now) is None
    assert service.case() == taken
