"""The ledger: one transaction at a time, and a database that is away said plainly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.adapters.aes_gcm import Cipher
from service.adapters.postgres.cases import Cases
from service.adapters.postgres.checks import Checks
from service.adapters.postgres.contacts import Contacts
from service.adapters.postgres.pages import Pages
from service.adapters.postgres.replies import Replies
from service.adapters.postgres.reseal import Reseal
from service.adapters.postgres.rosters import Rosters
from service.adapters.postgres.service_state import ServiceState
from service.adapters.postgres.trail import Trail
from service.usecases.ports import LedgerAway


class PostgresTransaction(Contacts, Cases, Pages, Checks, Replies, Rosters, ServiceState, Trail, Reseal):
    """All parts of one transaction."""

    __slots__ = ()


class PostgresLedger:
    """Hands out transactions that commit when their block ends and roll back when it raises. `process` is
    named in the audit trail where nobody else acts."""

    def __init__(self, engine: Engine, cipher: Cipher, process: str = "the service") -> None:
        self._engine = engine
        self._cipher = cipher
        self._process = process

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """One transaction. `LedgerAway` when the database cannot be reached or gives up on it."""
        try:
            with self._engine.begin() as connection:
                now = connection.execute(select(func.now())).scalar_one()
                transaction = PostgresTransaction(connection, now, self._cipher, self._process)
                yield transaction
                transaction.write_notes()
        except (OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
            raise LedgerAway(type(error).__name__) from None


def connect(url: str, pool_size: int) -> Engine:
    """An engine that connects when first used, checks a connection before it trusts it, and gives up soon."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=5,
        hide_parameters=True,  # an error must never quote what was being stored
        connect_args={
            "connect_timeout": 3,
            "options": "-c statement_timeout=10000 -c lock_timeout=5000 -c timezone=utc"
            " -c idle_in_transaction_session_timeout=30000",
        },
    )
