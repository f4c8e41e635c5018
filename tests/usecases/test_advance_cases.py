"""One bad row never stalls the sweep, and two sweepers never take the same step twice."""

from __future__ import annotations

from threading import Barrier, Thread

from sqlalchemy import Engine, text

from tests.service_under_test import HOPELESS, OSEI, TONIGHT, ServiceUnderTest


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
    assert len(service.texts_to(OSEI)) == 1
    with service.ledger.transaction() as tx:
        overview = tx.overview()
    assert (overview.overdue, overview.alarms) == (0, 1)


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


def test_a_case_that_cannot_even_be_read_holds_up_no_other(service: ServiceUnderTest, engine: Engine) -> None:
    service.contact(HOPELESS, contact_id="broken")
    service.contact(HOPELESS, contact_id="sound")
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET next_action_at = now() - interval '1 minute'"))
        connection.execute(
            text("UPDATE cases SET plan = plan - 'repeats', urgency_rank = 9 WHERE contact_id = 'broken'")
        )
    service.sweep()
    service.work()
    assert len(service.texts_to(OSEI)) == 1
    with service.ledger.transaction() as tx:
        assert tx.overview().alarms == 1


def test_setting_a_case_aside_never_touches_what_a_human_did_meanwhile(service: ServiceUnderTest) -> None:
    service.contact(TONIGHT)
    case_id = service.case().case_id
    service.decide.acknowledge("riverside", case_id, "osei")
    taken = service.case()
    with service.ledger.transaction() as tx:
        assert not tx.set_case_aside(case_id, tx.now)
    assert service.case() == taken
