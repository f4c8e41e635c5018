"""A database that answers and cannot store is as one that is away: nothing half stored, and it goes on after."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.adapters.postgres.patience import unhurried
from service.adapters.postgres.tables import metadata
from service.domain.assessment import Assessor
from service.usecases.ports import LedgerAway
from simulator.servers import EmbeddedPostgres
from tests.database import TimeMachine
from tests.service_under_test import LINDQVIST, OSEI, TONIGHT, ServiceUnderTest
from tests.troubled_database import full_disk, only_read

INSERT = "INSERT INTO assessments (contact, urgency, key_id, sealed) VALUES (0, 'soon', 'k1', '')"
Trouble = Callable[[EmbeddedPostgres], AbstractContextManager[None]]


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


def _rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    engine.dispose()  # the server was started anew, and a connection is trusted for a moment
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(text(f"SELECT count(*) FROM {table.name}"))
            for table in metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("trouble", "state"),
    [(partial(full_disk, table="assessments"), "53100"), (only_read, "25006")],
    ids=["full", "only read"],
)
def test_nothing_is_half_stored_and_the_same_again_is_stored_and_paged_afterwards(
    service: ServiceUnderTest, engine: Engine, postgres: EmbeddedPostgres, trouble: Trouble, state: str
) -> None:
    engine.dispose()
    with trouble(postgres):
        with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
            connection.execute(text(INSERT))
        assert isinstance(refused.value.orig, psycopg.Error)
        assert refused.value.orig.sqlstate == state  # it is the trouble that this is about
        with pytest.raises(LedgerAway) as away:
            service.contact(TONIGHT)
        assert away.value.__cause__ is None
        assert service.doorbell.rung == []
        assert _rows(engine) == {}
    engine.dispose()
    service.contact(TONIGHT)
    service.work()
    assert len(service.texts_to(OSEI)) == 1


def test_a_sweep_that_meets_it_does_nothing_and_the_next_one_goes_on(
    service: ServiceUnderTest, engine: Engine, postgres: EmbeddedPostgres, time_machine: TimeMachine
) -> None:
    service.contact(TONIGHT)
    service.work()
    time_machine.forward(180)
    with only_read(postgres):
        with pytest.raises(LedgerAway):
            service.sweep()
        assert service.texts_to(LINDQVIST) == []
    service.sweep()
    service.work()
    assert len(service.texts_to(LINDQVIST)) == 1


def test_a_connection_to_a_copy_that_can_only_be_read_is_given_up(
    ledger: PostgresLedger, engine: Engine, postgres: EmbeddedPostgres
) -> None:
    """Or a process would go on asking it after a failover, as long as it lives."""
    before = _backend(engine)
    assert _backend(engine) == before
    with only_read(postgres), pytest.raises(LedgerAway), ledger.transaction() as tx:
        tx.create_contact("riverside", "c1", None)
    assert _backend(engine) != before


def _backend(engine: Engine) -> int:
    """The server process at the other end of the connection that the pool would give next."""
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def test_of_two_hosts_the_one_that_can_be_written_to_is_found(
    postgres: EmbeddedPostgres, engine: Engine, cipher: Cipher
) -> None:
    before, _, name = postgres.url.partition(f"127.0.0.1:{postgres.port}/")
    hosts = f"host=127.0.0.1:9&host=127.0.0.1:{postgres.port}&target_session_attrs=read-write"
    several = connect(f"{before}/{name}?{hosts}", 1)
    ledger = PostgresLedger(several, cipher)
    with ledger.transaction() as tx:
        tx.create_contact("riverside", "c1", None)
    several.dispose()
    with only_read(postgres), pytest.raises(LedgerAway), ledger.transaction():
        pass
    several.dispose()


def test_a_server_that_stands_still_is_away_and_is_itself_again_when_it_goes_on(
    postgres: EmbeddedPostgres, engine: Engine, cipher: Cipher
) -> None:
    hasty = connect(postgres.url, 1, patience=1.0)
    ledger = PostgresLedger(hasty, cipher)
    with ledger.transaction() as tx:
        tx.create_contact("riverside", "c1", None)
    stopped = (_backend(hasty), postgres.pid)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(2):  # the connection that was there, and a new one
            with pytest.raises(LedgerAway), ledger.transaction() as tx:
                tx.create_contact("riverside", "c2", None)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    with ledger.transaction() as tx:
        assert tx.find_contact("riverside", "c1") is not None
        assert tx.find_contact("riverside", "c2") is None
    hasty.dispose()


def test_a_statement_that_the_server_refuses_costs_no_connection(engine: Engine) -> None:
    before = _backend(engine)
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 1"))
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT pg_sleep(1)"))
    assert _backend(engine) == before


def test_what_may_take_its_time_takes_it(postgres: EmbeddedPostgres) -> None:
    hasty = connect(postgres.url, 1, patience=0.2)
    with hasty.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT pg_sleep(1)"))
    with hasty.connect() as connection:
        unhurried(connection)
        connection.execute(text("SELECT pg_sleep(1)"))
    hasty.dispose()
