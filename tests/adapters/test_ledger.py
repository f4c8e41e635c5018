"""The ledger on a real PostgreSQL: migrations, constraints, and a database that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres import migrate
from service.adapters.postgres.ledger import PostgresLedger, connect
from service.adapters.postgres.tables import metadata
from service.domain.assessment import Assessor
from service.usecases.ports import LedgerAway
from simulator.servers import EmbeddedPostgres
from tests.canary import CANARY
from tests.service_under_test import TONIGHT, ServiceUnderTest


@pytest.fixture
def scratch(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """A second, empty database on the same server."""
    server = connect(postgres.url, 1)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text("CREATE DATABASE scratch"))
        engine = connect(postgres.url.rpartition("/")[0] + "/scratch", 1)
        yield engine
        engine.dispose()
        admin.execute(text("DROP DATABASE scratch"))
    server.dispose()


CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user
"""


def test_the_migrations_make_exactly_the_tables_that_the_code_sees(scratch: Engine) -> None:
    migrate.upgrade(scratch)
    with scratch.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    assert migrate.current_revision(scratch) == migrate.newest_revision()


def test_while_a_newer_version_is_rolled_out_the_old_one_goes_on(scratch: Engine) -> None:
    assert not migrate.serves(scratch)
    migrate.upgrade(scratch)
    assert migrate.serves(scratch)
    with scratch.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of a newer version'"))
    assert migrate.serves(scratch)
    migrate.upgrade(scratch)  # it has nothing to do, and takes nothing back
    assert migrate.current_revision(scratch) == "of a newer version"


def test_on_the_schema_of_an_older_version_nothing_is_ready(scratch: Engine) -> None:
    migrate.upgrade(scratch)
    migrate.downgrade(scratch, "-1")
    assert not migrate.serves(scratch)


def test_every_migration_can_be_undone_and_done_again(scratch: Engine) -> None:
    migrate.upgrade(scratch)
    migrate.downgrade(scratch, "base")
    assert set(inspect(scratch).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(scratch)
    assert set(metadata.tables) <= set(inspect(scratch).get_table_names())


@pytest.fixture
def service(ledger: PostgresLedger, assessor: Assessor) -> ServiceUnderTest:
    return ServiceUnderTest(ledger, assessor)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("next_action_at = NULL", "never_stalls"),
        ("state = 'closed'", "closed_by_a_human"),
        ("state = 'acknowledged'", "taken_by_a_human"),
        ("state = 'forgotten'", "state"),
    ],
)
def test_the_database_itself_refuses_a_case_that_stalls_or_ends_without_a_human(
    service: ServiceUnderTest, engine: Engine, change: str, constraint: str
) -> None:
    service.contact(TONIGHT)
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(f"UPDATE cases SET {change}"))


def test_no_column_of_any_table_holds_the_persons_words(service: ServiceUnderTest, engine: Engine) -> None:
    service.contact(TONIGHT)
    service.work()
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(text(f"SELECT row_to_json(t)::text FROM {table.name} t")).scalars()
            for row in rows:
                assert CANARY not in row
                assert "tonight" not in row
                assert CANARY.encode().hex() not in row


def test_an_exception_within_a_transaction_stores_nothing(ledger: PostgresLedger) -> None:
    def break_off() -> None:
        with ledger.transaction() as tx:
            tx.create_contact("riverside", "c1", None)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        break_off()
    with ledger.transaction() as tx:
        assert tx.find_contact("riverside", "c1") is None


def test_a_database_that_is_away_is_said_so_without_any_detail(cipher: Cipher) -> None:
    ledger = PostgresLedger(connect("postgresql+psycopg://nobody:hidden@127.0.0.1:9/nothing", 1), cipher)
    with pytest.raises(LedgerAway) as away, ledger.transaction():
        pass
    assert str(away.value) == "OperationalError"
    assert away.value.__cause__ is None


def test_a_connection_that_breaks_in_a_part_that_may_fail_is_a_database_that_is_away(
    ledger: PostgresLedger, engine: Engine
) -> None:
    def break_off() -> None:
        with ledger.transaction() as tx:
            tx.overview()
            with engine.connect() as connection:
                connection.execute(text(CUT))
            with suppress(SQLAlchemyError), tx.savepoint():
                tx.overview()
            tx.overview()

    with pytest.raises(LedgerAway):
        break_off()
    with ledger.transaction() as tx:
        assert tx.overview().contacts == 0


def test_two_codes_never_live_at_once_and_a_code_rests_after_its_case(
    service: ServiceUnderTest, engine: Engine
) -> None:
    codes = iter(["K7Q2", "K7Q2", "R3TT"])
    object.__setattr__(service.paging, "new_code", lambda: next(codes))
    service.contact(TONIGHT, contact_id="c1")
    service.decide.close("riverside", service.case("c1").case_id, "osei", "spoken_to")
    service.contact(TONIGHT, contact_id="c2")
    assert (service.case("c1").code, service.case("c2").code) == ("K7Q2", "R3TT")
